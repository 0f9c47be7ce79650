#include "actors/tools/tool_runner.hpp"

namespace kodad::actors {

using proto::ec;
namespace host = storage::host;

namespace {

/// Carries a child's news from the process host's thread to the runner.
class child_listener : public host::process_listener {
public:
  child_listener(uint64_t key, tool_runner_inside owner) : key_(key), owner_(std::move(owner)) {}

  void output(host::output_stream, host::output_bytes bytes) override {
    caf::anon_send(owner_, child_output{key_, std::move(bytes)});
  }
  void exited(const host::exit_status& status) override {
    caf::anon_send(owner_, child_ended{key_, status});
  }

private:
  uint64_t key_;
  tool_runner_inside owner_;
};

tool_job_done run_job(const tool_job& job, const step_surroundings& around) {
  auto call =
      job.prepared ? std::move(*job.prepared) : prepare_call(job.what, around, job.given_up);
  if (call.to_start && !job.child)
    return {job.key, {}, std::make_shared<prepared_call>(std::move(call))};
  return {job.key, conclude_call(job.what, std::move(call), job.child.get()), {}};
}

tool_worker_actor::behavior_type tool_worker(tool_worker_actor::pointer, step_surroundings around) {
  return {[around = std::move(around)](const tool_job& job) { return run_job(job, around); }};
}

} // namespace

void tool_runner_state::start(const run_tool& call) {
  auto key = ++last_key;
  auto& one = runs[key];
  one.what = call.what;
  one.listener = call.listener;
  self->monitor(call.listener);
  if (waiting.size() >= proto::limits::tools_waiting)
    return finish(key, failed(ec::host_full, "too many tool calls are waiting; try again"));
  waiting.push_back(key);
  give_work();
}

void tool_runner_state::give_work() {
  while (!waiting.empty()) {
    if (idle.empty() && workers < proto::limits::tool_threads) {
      ++workers;
      idle.push_back(self->spawn<caf::detached>(tool_worker, around));
    }
    if (idle.empty())
      return;
    auto key = waiting.front();
    waiting.pop_front();
    auto one = runs.find(key);
    if (one == runs.end())
      continue;
    auto worker = idle.back();
    idle.pop_back();
    // File work has no natural bound of its own on a slow disk; the longest command has.
    auto& call = one->second;
    self->request(worker, proto::limits::bash_deadline_max,
                  tool_job{key, call.what, call.given_up.get_token(), call.prepared, call.ended})
        .then([this, worker](tool_job_done& done) { job_done(worker, std::move(done)); },
              [this, worker, key](const caf::error&) {
                job_done(worker, {key, failed(ec::tool_failed, "the tool broke down"), {}});
              });
  }
}

void tool_runner_state::job_done(tool_worker_actor worker, tool_job_done done) {
  idle.push_back(std::move(worker));
  auto one = runs.find(done.key);
  if (one != runs.end() && done.output) {
    finish(done.key, std::move(*done.output));
  } else if (one != runs.end()) {
    one->second.prepared = std::move(done.prepared);
    start_child(done.key, one->second);
  }
  give_work();
}

void tool_runner_state::start_child(uint64_t key, run& one) {
  if (one.is_cancelled)
    return finish(key, failed(ec::cancelled, "cancelled"));
  auto inside = caf::actor_cast<tool_runner_inside>(self);
  auto child = equipment.processes->start(one.prepared->to_start->spec,
                                          std::make_shared<child_listener>(key, inside));
  if (!child)
    return finish(key, failed(child.failure()));
  one.child = *child;
}

void tool_runner_state::take_output(const child_output& piece) {
  auto one = runs.find(piece.key);
  if (one == runs.end())
    return;
  auto shown = one->second.kept.add(*piece.bytes);
  if (one->second.prepared->to_start->streams && !shown.empty())
    self->send(one->second.listener, tool_chunk{one->second.what.call, std::move(shown)});
}

void tool_runner_state::child_over(const child_ended& end) {
  auto one = runs.find(end.key);
  if (one == runs.end())
    return;
  one->second.child.reset();
  one->second.ended = std::make_shared<child_result>(std::move(one->second.kept), end.status);
  waiting.push_back(end.key);
  give_work();
}

void tool_runner_state::finish(uint64_t key, tool_output output) {
  auto over = runs.extract(key);
  if (over.empty())
    return;
  auto& one = over.mapped();
  auto is_alike = [&one](const auto& other) { return other.second.listener == one.listener; };
  if (std::none_of(runs.begin(), runs.end(), is_alike))
    self->demonitor(one.listener.address());
  self->send(one.listener,
             tool_finished{one.what.call, std::move(output.text), std::move(output.failure),
                           std::move(output.diff), std::move(output.metadata)});
}

void tool_runner_state::cancel(const proto::session_id& session, const proto::call_id& call) {
  for (auto& [key, one] : runs)
    if (one.what.session == session && one.what.call == call)
      return cancel(key, one);
}

void tool_runner_state::cancel(uint64_t key, run& one) {
  one.is_cancelled = true;
  if (one.child)
    return equipment.processes->kill(*one.child); // `exited` ends the call.
  auto place = std::find(waiting.begin(), waiting.end(), key);
  if (place == waiting.end())
    return; // With a worker: file work is short and ends by itself.
  if (one.ended)
    return; // Its child is gone: the last step tells what it did.
  waiting.erase(place);
  finish(key, failed(ec::cancelled, "cancelled"));
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
  self->state.around.sandbox = equipment.sandbox;
  self->state.equipment = std::move(equipment);
  self->set_down_handler(
      [self](const caf::down_msg& down) { self->state.listener_gone(down.source); });
  return {
      [self](const run_tool& call) { self->state.start(call); },
      [self](const cancel_tool& call) { self->state.cancel(call.session, call.call); },
      [](const drop_outputs&) {}, // Nothing is kept beside the log.
      [self](const child_output& piece) { self->state.take_output(piece); },
      [self](const child_ended& end) { self->state.child_over(end); },
  };
}

} // namespace kodad::actors
