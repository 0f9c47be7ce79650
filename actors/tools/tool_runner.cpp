#include "actors/tools/tool_runner.hpp"

#include "actors/tools/catalog.hpp"
#include "proto/limits/tools.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;
namespace host = storage::host;
namespace limits = proto::limits;
using std::chrono::milliseconds;

namespace {

/// Carries a child's news from the output desk to the runner.
class child_listener : public output_listener {
public:
  child_listener(uint64_t key, std::shared_ptr<runner_outlet> outlet)
      : key_(key), outlet_(std::move(outlet)) {}

  void shown(std::string chunk) override { outlet_->send(child_output{key_, std::move(chunk)}); }
  void ended(child_result how) override {
    outlet_->send(child_ended{key_, std::make_shared<const child_result>(std::move(how))});
  }

private:
  uint64_t key_;
  std::shared_ptr<runner_outlet> outlet_;
};

/// A step of a call, as a thread of the pool takes it along: it may outlive the runner.
struct step_job {
  uint64_t key = 0;
  tool_run_request what;
  std::shared_ptr<const step_surroundings> around;
  std::stop_token given_up;
  std::shared_ptr<call_order::place> place;  ///< Of the first step, if it changes a file.
  std::shared_ptr<prepared_call> prepared;   ///< Missing for the first step.
  std::shared_ptr<const child_result> child; ///< With the last step of a command.
};

step_done run_step(const step_job& job) {
  if (job.place)
    job.place->wait(job.given_up);
  auto call =
      job.prepared ? std::move(*job.prepared) : prepare_call(job.what, *job.around, job.given_up);
  if (job.place)
    job.place->leave();
  if (call.to_start && !job.child)
    return {job.key, {}, std::make_shared<prepared_call>(std::move(call))};
  return {job.key, conclude_call(job.what, *job.around, std::move(call), job.child.get()), {}};
}

bool may_change(const std::string& tool) {
  auto known = std::ranges::find(tool_specs(), tool, &proto::tool_spec::name);
  return known == tool_specs().end() || !known->read_only;
}

bool changes_a_file(const std::string& tool) {
  return tool == "write" || tool == "edit";
}

/// What is not known of a call that was given up while it hung.
std::string effect_of(const std::string& tool) {
  return may_change(tool) ? "; what it did is unknown" : "";
}

} // namespace

tool_runner_state::~tool_runner_state() {
  if (outlet)
    outlet->close();
}

void tool_runner_state::start(const run_tool& call) {
  if (is_draining)
    return; // Its turn is about to be cut off, and goes on at the next start.
  auto key = ++last_key;
  auto& one = runs[key];
  one.what = call.what;
  one.listener = call.listener;
  self->monitor(call.listener);
  if (changes_a_file(call.what.tool))
    one.place = around->lines->join(
        call.what.session.text + "\n" +
        subject_of(call.what.tool, bare_input(call.what.input), call.what.workspace));
  enter(key, one, run::phase::preparing, limits::step_deadline);
  post_step(key, one);
}

void tool_runner_state::enter(uint64_t key, run& one, run::phase next, milliseconds patience) {
  one.now = next;
  one.number = ++last_phase;
  one.since = self->clock().now();
  self->delayed_send(self, patience, call_due{key, one.number});
}

void tool_runner_state::post_step(uint64_t key, run& one) {
  // The last step takes a copy along: the runner's own is for a result without that step.
  auto prepared = one.ended ? std::make_shared<prepared_call>(*one.prepared) : nullptr;
  step_job job{key,      one.what, around, one.given_up.get_token(), prepared ? nullptr : one.place,
               prepared, one.ended};
  auto posted = host->post({one.what.session.text, one.what.workspace},
                           [job = std::move(job), way = outlet] { way->send(run_step(job)); });
  if (posted)
    one.ticket = *posted;
  else if (one.ended)
    give_up(key, one);
  else
    finish(key, failed(posted.failure()));
}

void tool_runner_state::step_over(step_done done) {
  auto one = runs.find(done.key);
  if (one == runs.end())
    return release({}, done.prepared); // It was given up.
  if (done.output)
    return finish(done.key, std::move(*done.output));
  one->second.prepared = std::move(done.prepared);
  start_child(done.key, one->second);
}

void tool_runner_state::start_child(uint64_t key, run& one) {
  if (is_draining)
    return abandon(key);
  if (one.is_cancelled)
    return finish(key, failed(ec::cancelled, "cancelled"));
  const auto& wanted = *one.prepared->to_start;
  auto child = host->start(wanted.spec, {one.what.session, one.what.turn, one.what.call},
                           wanted.streams, std::make_shared<child_listener>(key, outlet));
  if (!child)
    return finish(key, failed(child.failure()));
  one.child = *child;
  // The process host ends it in time; this is for one that cannot be ended.
  auto longest = wanted.spec.timeout.value_or(limits::bash_deadline_max);
  enter(key, one, run::phase::child, longest + wanted.spec.kill_grace + limits::unkillable_grace);
}

void tool_runner_state::show(child_output piece) {
  if (auto one = runs.find(piece.key); one != runs.end())
    self->send(one->second.listener, tool_chunk{one->second.what.call, std::move(piece.chunk)});
}

void tool_runner_state::child_over(child_ended end) {
  auto found = runs.find(end.key);
  if (found == runs.end())
    return;
  auto& one = found->second;
  one.child.reset();
  one.ended = std::move(end.how);
  enter(end.key, one, run::phase::concluding,
        one.is_cancelled ? milliseconds(limits::cancel_grace) : limits::step_deadline);
  post_step(end.key, one);
}

void tool_runner_state::cancel(const proto::session_id& session, const proto::call_id& call) {
  for (auto& [key, one] : runs)
    if (one.what.session == session && one.what.call == call)
      return cancel(key, one);
}

void tool_runner_state::cancel(uint64_t key, run& one) {
  if (std::exchange(one.is_cancelled, true))
    return;
  one.given_up.request_stop();
  if (one.child) {
    host->kill(*one.child); // Its end ends the call.
    auto grace = one.prepared->to_start->spec.kill_grace + limits::unkillable_grace;
    return enter(key, one, run::phase::child, grace);
  }
  if (one.now == run::phase::preparing && host->withdraw(one.ticket))
    return finish(key, failed(ec::cancelled, "cancelled before it began"));
  // A step that works ends within milliseconds, and then nothing is left unknown.
  auto taken = self->clock().now() - one.since;
  if (taken >= limits::cancel_grace)
    return give_up(key, one);
  enter(key, one, one.now, limits::cancel_grace);
}

void tool_runner_state::due(const call_due& which) {
  auto one = runs.find(which.key);
  if (one == runs.end() || one->second.number != which.phase)
    return;
  // Nobody waits for the result any more, but the stop does for the command's end and the look.
  if (is_draining && one->second.now != run::phase::preparing)
    return;
  give_up(which.key, one->second);
}

/// Ends a call without waiting any longer for what goes on.
void tool_runner_state::give_up(uint64_t key, run& one) {
  one.given_up.request_stop();
  if (one.now == run::phase::concluding) {
    host->withdraw(one.ticket);
    return finish(key, result_of_child(*one.prepared, *one.ended));
  }
  if (one.now == run::phase::child) {
    auto why = "the command hangs in the kernel and cannot be ended; a disk may be dead" +
               effect_of(one.what.tool);
    return finish(key, failed(one.is_cancelled ? ec::cancelled : ec::tool_timeout, why));
  }
  bool has_begun = !host->withdraw(one.ticket);
  if (one.is_cancelled)
    return finish(key, failed(ec::cancelled, "cancelled while the disk did not answer" +
                                                 effect_of(one.what.tool)));
  auto seconds = std::to_string(std::chrono::seconds(limits::step_deadline).count());
  finish(key, has_begun ? failed(ec::tool_timeout, "the disk did not answer within " + seconds +
                                                       " s" + effect_of(one.what.tool))
                        : failed(ec::tool_timeout, "waited " + seconds +
                                                       " s behind other calls on a disk that does "
                                                       "not answer; nothing was done"));
}

void tool_runner_state::finish(uint64_t key, tool_output output) {
  auto found = runs.find(key);
  if (found == runs.end())
    return;
  auto one = take_out(found);
  self->send(one.listener,
             tool_finished{one.what.call, std::move(output.text), std::move(output.failure),
                           std::move(output.diff), std::move(output.metadata)});
}

/// Ends a call that never began, without a word.
void tool_runner_state::abandon(uint64_t key) {
  if (auto found = runs.find(key); found != runs.end())
    take_out(found);
}

tool_runner_state::run tool_runner_state::take_out(std::map<uint64_t, run>::iterator which) {
  auto one = std::move(which->second);
  runs.erase(which);
  auto is_alike = [&one](const auto& other) { return other.second.listener == one.listener; };
  if (std::none_of(runs.begin(), runs.end(), is_alike))
    self->demonitor(one.listener.address());
  if (one.place)
    one.place->leave();
  release(one.what, one.prepared);
  tell_if_drained();
  return one;
}

/// The last look at a workspace whose command was never run, or given up: nobody waits for it.
void tool_runner_state::release(const tool_run_request& what,
                                const std::shared_ptr<prepared_call>& prepared) {
  if (!prepared || !prepared->guarded || !prepared->guarded->is_open())
    return;
  close_later({what.session.text, what.workspace}, prepared->guarded);
}

void tool_runner_state::close_later(work_place where, std::shared_ptr<guard_lease> guarded) {
  auto posted = host->post(where, [guarded, tell = around->tell_operator, way = outlet] {
    for (const auto& line : guarded->close())
      tell(line);
    way->send(lease_closed{});
  });
  // A full pool leaves the guard up, as a disk that does not answer does.
  if (posted)
    ++closes_open;
  else
    owed.emplace_back(std::move(where), std::move(guarded));
}

void tool_runner_state::drain(caf::typed_response_promise<acknowledged> promise) {
  is_draining = true;
  drained = std::move(promise);
  for (auto& [where, guarded] : std::exchange(owed, {}))
    close_later(where, guarded);
  tell_if_drained();
}

/// The guard itself knows of the looks that are under way; see git_guard::await_rest.
void tool_runner_state::tell_if_drained() {
  auto is_looked_after = [](const auto& one) {
    return one.second.prepared && one.second.prepared->guarded;
  };
  if (drained.pending() && closes_open == 0 && std::ranges::none_of(runs, is_looked_after))
    drained.deliver(acknowledged{});
}

void tool_runner_state::listener_gone(const caf::actor_addr& who) {
  std::vector<uint64_t> orphans;
  for (auto& [key, one] : runs)
    if (one.listener.address() == who)
      orphans.push_back(key);
  for (auto key : orphans)
    if (auto one = runs.find(key); one != runs.end())
      cancel(key, one->second);
}

tool_runner_inside::behavior_type
tool_runner(tool_runner_inside::stateful_pointer<tool_runner_state> self,
            tool_equipment equipment) {
  auto& state = self->state;
  state.host = equipment.host
                   ? std::move(equipment.host)
                   : std::make_shared<machine>(equipment.processes, equipment.outputs_folder);
  state.outlet = std::make_shared<runner_outlet>(caf::actor_cast<tool_runner_inside>(self));
  step_surroundings around;
  around.sandbox = equipment.sandbox;
  around.guard = equipment.guard;
  around.tell_operator = equipment.tell_operator;
  state.around = std::make_shared<const step_surroundings>(std::move(around));
  self->set_down_handler(
      [self](const caf::down_msg& down) { self->state.listener_gone(down.source); });
  return {
      [self](const run_tool& call) { self->state.start(call); },
      [self](const cancel_tool& call) { self->state.cancel(call.session, call.call); },
      [self](const drop_outputs& old) {
        self->state.host->drop_outputs(old.session, old.below_turn);
      },
      [self](step_done& done) { self->state.step_over(std::move(done)); },
      [self](child_output& piece) { self->state.show(std::move(piece)); },
      [self](child_ended& end) { self->state.child_over(std::move(end)); },
      [self](const call_due& which) { self->state.due(which); },
      [self](const lease_closed&) {
        --self->state.closes_open;
        self->state.tell_if_drained();
      },
      [self](caf::flush_atom) -> caf::result<acknowledged> {
        auto promise = self->make_response_promise<acknowledged>();
        self->state.drain(promise);
        return promise;
      },
  };
}

} // namespace kodad::actors
