#include "actors/tools/tool_runner.hpp"

#include "proto/limits/tools.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/temp_dir.hpp"

#include <caf/event_based_actor.hpp>
#include <doctest/doctest.h>

#include <fstream>

using namespace kodad::actors;
using kodad::proto::ec;
namespace host = kodad::storage::host;
namespace limits = kodad::proto::limits;

namespace {

/// A machine whose steps run when the test says so, and whose children are made up.
struct fake_machine : tool_host {
  kodad::proto::result<uint64_t> post(work_place, std::function<void()> work) override {
    if (is_full)
      return kodad::proto::make_error(ec::host_full, "full");
    steps.emplace(++last, std::move(work));
    return last;
  }
  bool withdraw(uint64_t ticket) override { return !is_busy && steps.erase(ticket) > 0; }
  kodad::proto::result<host::process_key> start(host::child_spec spec, host::output_name, bool,
                                                std::shared_ptr<output_listener> to) override {
    started = std::move(spec);
    listener = std::move(to);
    return host::process_key{7};
  }
  void kill(host::process_key) override { ++kills; }
  void drop_outputs(const kodad::proto::session_id&, uint32_t below) override { dropped = below; }

  /// Runs the steps that wait.
  void work() {
    for (auto& [ticket, step] : std::exchange(steps, {}))
      step();
  }

  void end_child(const std::string& said, host::exit_status how) {
    child_result result{output_keeper(1024), how, ""};
    result.kept.add(said);
    listener->ended(std::move(result));
  }

  std::map<uint64_t, std::function<void()>> steps;
  uint64_t last = 0;
  bool is_busy = false; ///< Have the steps begun, and hang?
  bool is_full = false; ///< Is no more work taken?
  host::child_spec started;
  std::shared_ptr<output_listener> listener;
  int kills = 0;
  uint32_t dropped = 0;
};

struct heard {
  std::vector<tool_finished> ends;
  std::string chunks;
};

tool_listener_actor::behavior_type turn_of_test(tool_listener_actor::pointer, heard* what) {
  return {[what](const tool_chunk& piece) { what->chunks += piece.text; },
          [what](const tool_finished& end) { what->ends.push_back(end); }};
}

struct place : kodad::test::actor_fixture {
  explicit place(host::sandbox_mode mode = host::sandbox_mode::off) {
    auto sandbox = std::make_shared<host::sandbox_settings>();
    sandbox->mode = mode;
    tool_equipment equipment;
    equipment.sandbox = sandbox;
    equipment.guard = guard;
    equipment.tell_operator = [this](const std::string& line) { operator_heard += line + "\n"; };
    equipment.host = machine;
    runner = sys.spawn(tool_runner, equipment);
    turn = sys.spawn(turn_of_test, &told);
  }
  ~place() {
    self->send_exit(runner, caf::exit_reason::user_shutdown);
    self->send_exit(turn, caf::exit_reason::user_shutdown);
    run();
  }

  void call(const std::string& tool, const std::string& input) {
    caf::anon_send(runner,
                   run_tool{{{"s"}, 1, {"engineer"}, {"c"}, tool, input, folder.path()}, turn});
    run();
  }
  void cancel() {
    caf::anon_send(runner, cancel_tool{{"s"}, {"c"}});
    run();
  }
  void work() {
    machine->work();
    run();
  }
  void pass(std::chrono::milliseconds time) {
    sched.clock().advance_time(time);
    run();
  }
  /// The turn goes, as a stop ends it.
  void lose_turn() {
    self->send_exit(turn, caf::exit_reason::user_shutdown);
    run();
  }
  void drain() {
    sys.spawn(
        [](caf::event_based_actor* asking, place* at) {
          asking->request(at->runner, caf::infinite, caf::flush_atom_v).then([at](acknowledged) {
            at->is_drained = true;
          });
        },
        this);
    run();
  }
  const tool_finished& end() {
    REQUIRE(told.ends.size() == 1);
    return told.ends.front();
  }

  kodad::tests::temp_dir folder;
  kodad::tests::temp_dir state;
  std::shared_ptr<host::git_guard> guard = std::make_shared<host::git_guard>(
      host::git_guard_options{state.path() + "/git_guard", {state.path(), {}}});
  std::string operator_heard;
  std::shared_ptr<fake_machine> machine = std::make_shared<fake_machine>();
  heard told;
  bool is_drained = false;
  tool_runner_inside runner;
  tool_listener_actor turn;
};

constexpr const char* write_input = R"({"filePath":"f","content":"x"})";

} // namespace

TEST_CASE("a file tool is one step and one end") {
  place at;
  at.call("write", write_input);
  CHECK(at.told.ends.empty());
  at.work();
  CHECK(!at.end().failure);
  CHECK(std::filesystem::exists(at.folder.path() + "/f"));
}

TEST_CASE("a command is a step, a child and a step") {
  place at;
  at.call("bash", R"({"command":"echo x"})");
  at.work();
  CHECK(at.machine->started.argv.back() == "echo x");
  at.machine->listener->shown("x\n");
  at.machine->end_child("x\n", {.code = 0});
  at.run();
  CHECK(at.told.chunks == "x\n");
  CHECK(at.told.ends.empty());
  at.work();
  CHECK(at.end().output == "x\n(exit code 0)");
}

TEST_CASE("a step that hangs ends at its time-out, and what it says later is not heard") {
  place at;
  at.call("write", write_input);
  at.machine->is_busy = true;
  at.pass(limits::step_deadline);
  CHECK(at.end().failure->code == ec::tool_timeout);
  CHECK(at.end().output.find("what it did is unknown") != std::string::npos);
  at.work(); // The disk is back: the call was given up and changes nothing.
  CHECK(at.told.ends.size() == 1);
  CHECK(!std::filesystem::exists(at.folder.path() + "/f"));
}

TEST_CASE("a step that waits behind a dead disk says that nothing was done") {
  place at;
  at.call("write", write_input);
  at.pass(limits::step_deadline);
  CHECK(at.end().output.find("nothing was done") != std::string::npos);
}

TEST_CASE("cancelling takes a waiting step back and gives a hanging one up") {
  place waiting;
  waiting.call("write", write_input);
  waiting.cancel();
  CHECK(waiting.end().failure->code == ec::cancelled);

  place hanging;
  hanging.call("write", write_input);
  hanging.machine->is_busy = true;
  hanging.cancel();
  CHECK(hanging.told.ends.empty()); // It may still end by itself.
  hanging.pass(limits::cancel_grace);
  CHECK(hanging.end().failure->code == ec::cancelled);
  CHECK(hanging.end().output.find("unknown") != std::string::npos);
}

TEST_CASE("a step that has hung for a while is given up at once") {
  place at;
  at.call("read", R"({"filePath":"f"})");
  at.machine->is_busy = true;
  at.pass(limits::cancel_grace);
  at.cancel();
  CHECK(at.end().failure->code == ec::cancelled);
}

TEST_CASE("a cancelled command ends with its child, or without it where it cannot be ended") {
  place ends;
  ends.call("bash", R"({"command":"sleep 9"})");
  ends.work();
  ends.cancel();
  CHECK(ends.machine->kills == 1);
  ends.machine->end_child("", {.signal = 15, .cancelled = true});
  ends.run();
  ends.work();
  CHECK(ends.end().failure->code == ec::cancelled);

  place hangs;
  hangs.call("bash", R"({"command":"sleep 9"})");
  hangs.work();
  hangs.cancel();
  hangs.pass(limits::unkillable_grace + std::chrono::seconds(10));
  CHECK(hangs.end().failure->code == ec::cancelled);
  CHECK(hangs.end().output.find("cannot be ended") != std::string::npos);
}

TEST_CASE("a last step that hangs costs no result") {
  place at;
  at.call("bash", R"({"command":"echo x"})");
  at.work();
  at.machine->end_child("x\n", {.code = 3});
  at.run();
  at.machine->is_busy = true;
  at.pass(limits::step_deadline);
  CHECK(at.end().output == "x\n(exit code 3)");
}

TEST_CASE("without a sandbox a command is refused and never started") {
  place at(host::sandbox_mode::unavailable);
  at.call("bash", R"({"command":"echo x"})");
  at.work();
  CHECK(at.end().failure->code == ec::sandbox_unavailable);
  CHECK(at.machine->started.argv.empty());
}

TEST_CASE("what a command leaves for git to run is made inert, and both hear of it") {
  place at;
  auto git = std::filesystem::path(at.folder.path()) / ".git";
  for (const auto* each : {"objects", "refs", "hooks"})
    std::filesystem::create_directories(git / each);
  std::ofstream(git / "HEAD") << "ref: refs/heads/main\n";
  at.call("bash", R"({"command":"echo x"})");
  at.work();
  auto hook = git / "hooks" / "pre-commit";
  std::ofstream(hook) << "#!/bin/sh\n";
  std::filesystem::permissions(hook, std::filesystem::perms::owner_all);
  at.machine->end_child("x\n", {.code = 0});
  at.run();
  at.work();
  CHECK_FALSE(std::filesystem::exists(hook));
  CHECK(at.end().output.starts_with("x\n(exit code 0)\n("));
  CHECK(at.end().output.find("pre-commit") != std::string::npos);
  CHECK(at.operator_heard.starts_with("session s: "));
  CHECK(at.operator_heard.find("pre-commit") != std::string::npos);
}

TEST_CASE("a command that is given up is looked after once its step can run") {
  place at;
  at.call("bash", R"({"command":"sleep 9"})");
  at.work();
  at.cancel();
  at.pass(limits::unkillable_grace + std::chrono::seconds(10));
  CHECK(at.end().failure->code == ec::cancelled);
  REQUIRE(at.machine->steps.size() == 1);
  at.work();
  CHECK(at.told.ends.size() == 1);
}

TEST_CASE("a runner at rest is drained at once, and nothing begins any more") {
  place at;
  at.drain();
  CHECK(at.is_drained);
  at.call("bash", R"({"command":"echo x"})");
  CHECK(at.machine->steps.empty());
  CHECK(at.told.ends.empty()); // What is cut off is told at the next start.
}

TEST_CASE("draining waits for a command's end and for the look, however long they take") {
  place at;
  at.call("bash", R"({"command":"sleep 9"})");
  at.work();
  at.drain();
  CHECK(at.machine->kills == 0); // The turn's end is what ends it.
  at.lose_turn();
  CHECK(at.machine->kills == 1);
  at.pass(std::chrono::minutes(1));
  CHECK_FALSE(at.is_drained);
  at.machine->end_child("", {.signal = 15, .cancelled = true});
  at.pass(std::chrono::minutes(1));
  CHECK_FALSE(at.is_drained);
  CHECK_FALSE(at.guard->await_rest({}));
  at.work();
  CHECK(at.is_drained);
  CHECK(at.guard->await_rest({}));
}

TEST_CASE("draining starts no command whose first look is over meanwhile, and ends that look") {
  place at;
  at.call("bash", R"({"command":"echo x"})");
  at.drain();
  at.work();
  CHECK(at.machine->started.argv.empty());
  CHECK(at.told.ends.empty());
  REQUIRE(at.machine->steps.size() == 1);
  CHECK_FALSE(at.guard->await_rest({}));
  at.work();
  CHECK(at.guard->await_rest({}));
}

TEST_CASE("draining makes up for a look that a full pool did not take") {
  place at;
  at.call("bash", R"({"command":"echo x"})");
  at.work();
  at.machine->is_full = true;
  at.machine->end_child("x\n", {.code = 0});
  at.run();
  CHECK(at.end().output == "x\n(exit code 0)");
  at.machine->is_full = false;
  at.drain();
  CHECK_FALSE(at.is_drained);
  at.work();
  CHECK(at.is_drained);
  CHECK(at.guard->await_rest({}));
}

TEST_CASE("draining does not wait for a file tool that hangs") {
  place at;
  at.call("write", write_input);
  at.machine->is_busy = true;
  at.drain();
  CHECK(at.is_drained);
}
