// Seeded simulation of whole turns: a random model, random rules, random order of everything that
// may come in any order, random cancels, and crashes that lose all but the journal. The invariants
// are those that clients rely on. A failure prints its seed; the same seed gives the same course.
#include "actors/turn/turn_machine.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

using namespace kodad;
using namespace kodad::actors;
using proto::chunk_kind;
using proto::event_type;

namespace {

constexpr int seeds = 3000;
constexpr int moves_max = 2000;

/// One turn with its surroundings: the session that keeps, the model, the tools, the user.
class turn_world {
public:
  explicit turn_world(uint32_t seed) : random_(seed) { start(); }

  void run() {
    for (int move = 0; move < moves_max && !ended_; ++move) {
      if (chance(3) && crashes_ < 3)
        crash();
      else if (chance(1) && !cancelled_)
        cancel();
      else
        one_move();
    }
    check_end();
  }

private:
  bool chance(uint32_t percent) { return random_() % 100 < percent; }

  void start() {
    turn_facts facts;
    facts.record = journal_;
    facts.record.shown.number = 1;
    facts.steps_max = 6;
    facts.retries_max = 3;
    facts.models.resize(2);
    facts.models[0].id.text = "p/first";
    facts.models[1].id.text = "q/second";
    auto rules = [this](const std::string&, const std::string&) -> verdict {
      if (chance(10))
        return {proto::action::allow, "", proto::make_error(proto::ec::tool_not_found, "none")};
      return {static_cast<proto::action>(random_() % 3), "*", {}};
    };
    turn_sources sources{
        [this] { return proto::question_id{"q_" + std::to_string(++questions_made_)}; },
        [this] { return proto::timestamp{++clock_}; }, [] { return 0.0; }};
    machine_.emplace(facts, rules, sources);
    perform(fresh_ ? machine_->begin() : machine_->resume(kept_parts_, waiting()));
    fresh_ = false;
    if (cancelled_)
      perform(machine_->on_cancel());
  }

  std::vector<proto::question_record> waiting() const {
    std::vector<proto::question_record> out;
    for (const auto& [id, asked] : kept_questions_)
      if (asked.is_waiting())
        out.push_back(asked);
    return out;
  }

  /// All that is not journaled is gone.
  void crash() {
    ++crashes_;
    keeping_.clear();
    tools_.clear();
    model_speaks_ = false;
    wait_.reset();
    start();
  }

  void cancel() {
    cancelled_ = true;
    perform(machine_->on_cancel());
  }

  void one_move() {
    switch (random_() % 6) {
    case 0:
    case 1:
      if (!keeping_.empty())
        keep_one();
      break;
    case 2:
      if (model_speaks_)
        speak();
      break;
    case 3:
      if (!tools_.empty())
        finish_tool();
      break;
    case 4:
      if (auto all = waiting(); !all.empty())
        answer(all[random_() % all.size()]);
      break;
    default:
      if (wait_)
        perform(machine_->on_retry_time(*std::exchange(wait_, std::nullopt)));
    }
  }

  void speak() {
    if (chance(15)) {
      model_speaks_ = false;
      using proto::provider::remedy;
      auto failure = proto::provider::call_failure{
          proto::make_error(proto::ec::stream_cut, "cut"), static_cast<remedy>(random_() % 4), {}};
      return perform(machine_->on_call_ended(failure));
    }
    std::vector<proto::stream_chunk> chunks{{.kind = chunk_kind::text, .text = "w "}};
    auto calls = chance(60) ? random_() % 4 : 0;
    for (uint32_t i = 0; i < calls; ++i) {
      chunks.push_back({.kind = chunk_kind::tool_begin, .index = i, .call_id = "c", .tool = "t"});
      chunks.push_back({.kind = chunk_kind::tool_end, .index = i, .text = "{}"});
    }
    perform(machine_->on_chunks(chunks));
    perform(machine_->on_chunks({{.kind = chunk_kind::stop}}));
    model_speaks_ = false;
    perform(machine_->on_call_ended({}));
  }

  void finish_tool() {
    auto call = *std::next(tools_.begin(), static_cast<long>(random_() % tools_.size()));
    tools_.erase(call);
    tool_finished done{call, "out", {}, "", {}};
    if (chance(20))
      done.failure = proto::make_error(proto::ec::tool_failed, "failed");
    perform(machine_->on_tool_finished(done));
  }

  void answer(const proto::question_record& asked) {
    std::vector<std::string> words{"once", "always", "reject"};
    perform(machine_->on_answer({asked.shown.question_id, {words[random_() % 3]}}));
  }

  void keep_one() {
    auto step = std::move(keeping_.front());
    keeping_.erase(keeping_.begin());
    write(step.what);
    perform(machine_->on_kept(step.token));
  }

  void write(const turn_keeps& step) {
    for (const auto& change : step.parts) {
      if (change.index >= kept_parts_.size())
        kept_parts_.resize(change.index + 1);
      kept_parts_[change.index] = change.part;
    }
    for (const auto& asked : step.questions)
      kept_questions_[asked.shown.question_id] = asked;
    journal_.steps += step.call_usage ? 1 : 0;
    for (const auto& what : step.events)
      note(what);
  }

  /// Kept events only: those are what every client sees in the end.
  void note(const proto::event& what) {
    auto id = what.data.substr(0, what.data.find(",\"tool\""));
    if (what.type == event_type::tool_start)
      CHECK(++starts_[id] == 1);
    if (what.type == event_type::tool_end) {
      CHECK(starts_[id] == 1);
      CHECK(++ends_[id] == 1);
    }
  }

  void perform(const effects& all) {
    for (const auto& one : all)
      std::visit([this](const auto& x) { perform_one(x); }, one);
  }

  void perform_one(const call_model&) {
    CHECK_FALSE(model_speaks_);
    CHECK_FALSE(ended_);
    model_speaks_ = true;
  }
  void perform_one(const stop_model&) {}
  void perform_one(const show_events&) { CHECK_FALSE(ended_); }
  void perform_one(const keep_step& x) { keeping_.push_back(x); }
  void perform_one(const start_tool& x) {
    // Journaled as running before it starts, and never started twice, crash or not.
    bool is_journaled = std::ranges::any_of(kept_parts_, [&](const auto& piece) {
      return piece.shown.call_id == x.call && piece.shown.status == proto::tool_status::running;
    });
    CHECK(is_journaled);
    CHECK(++runs_[x.call] == 1);
    tools_.insert(x.call);
  }
  void perform_one(const stop_tool&) {}
  void perform_one(const wait_before_retry& x) { wait_ = x.ticket; }
  void perform_one(const end_turn& x) {
    CHECK_FALSE(ended_);
    CHECK(tools_.empty());
    while (!keeping_.empty()) {
      write(keeping_.front().what);
      keeping_.erase(keeping_.begin());
    }
    write(x.how.last);
    ended_ = true;
  }

  void check_end() {
    CHECK(ended_);
    CHECK(starts_.size() == ends_.size());
    for (const auto& piece : kept_parts_)
      if (piece.shown.call_id)
        CHECK(piece.shown.ended_at.has_value());
    CHECK(waiting().empty());
  }

  std::mt19937 random_;
  std::optional<turn_machine> machine_;
  bool fresh_ = true;
  bool ended_ = false;
  bool cancelled_ = false;
  bool model_speaks_ = false;
  int crashes_ = 0;
  int questions_made_ = 0;
  int64_t clock_ = 0;
  std::optional<uint64_t> wait_;
  std::vector<keep_step> keeping_;
  std::set<proto::call_id> tools_;

  // The journal.
  proto::turn_record journal_;
  std::vector<proto::part_record> kept_parts_;
  std::map<proto::question_id, proto::question_record> kept_questions_;

  // What was seen.
  std::map<std::string, int> starts_;
  std::map<std::string, int> ends_;
  std::map<proto::call_id, int> runs_;
};

} // namespace

TEST_CASE("every course of events ends the turn once, with every call told") {
  for (uint32_t seed = 0; seed < seeds; ++seed) {
    CAPTURE(seed);
    turn_world world(seed);
    world.run();
  }
}
