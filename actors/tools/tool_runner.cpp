#include "actors/tools/tool_runner.hpp"

#include "actors/tools/files/read.hpp"
#include "actors/tools/files/write.hpp"

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

tool_job_done run_job(const tool_job& job, const host::sandbox_settings& sandbox,
                      file_order& order) {
  auto done = [&job](tool_output output) { return tool_job_done{job.key, std::move(output), {}}; };
  auto workspace = host::open_real_folder(job.what.workspace);
  // A host that is short of descriptors or memory has not lost the folder.
  if (!workspace && workspace.failure().code == ec::host_full)
    return done(failed(workspace.failure()));
  if (!workspace)
    return done(failed(ec::workspace_vanished, "the session's folder is gone"));
  auto given = tool_arguments::parse(job.what.input);
  if (!given)
    return done(failed(given.failure()));
  const auto& tool = job.what.tool;
  if (tool == "read")
    return done(read_tool(*workspace, *given));
  if (tool == "write")
    return done(write_tool(*workspace, *given, order));
  if (tool == "edit")
    return done(edit_tool(*workspace, *given, order));
  auto made = tool == "bash"   ? bash_command(*workspace, *given)
              : tool == "grep" ? grep_command(*workspace, *given)
              : tool == "glob" ? glob_command(*workspace, *given)
                               : proto::make_error(ec::tool_not_found, "no such tool: " + tool);
  if (!made)
    return done(failed(made.failure()));
  host::command_access access;
  access.writable = made->access == workspace_access::write;
  auto spec = host::confine(std::move(made->spec), sandbox, *workspace, access);
  if (!spec)
    return done(failed(spec.failure()));
  made->spec = std::move(*spec);
  return {job.key, {}, std::move(*made)};
}

tool_worker_actor::behavior_type tool_worker(tool_worker_actor::pointer, tool_equipment equipment,
                                             std::shared_ptr<file_order> order) {
  return {
      [equipment, order](const tool_job& job) { return run_job(job, *equipment.sandbox, *order); }};
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
      idle.push_back(self->spawn<caf::detached>(tool_worker, equipment, order));
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
    self->request(worker, proto::limits::bash_deadline_max, tool_job{key, one->second.what})
        .then([this, worker](tool_job_done& done) { job_done(worker, std::move(done)); },
              [this, worker, key](const caf::error&) {
                job_done(worker, {key, failed(ec::tool_failed, "the tool broke down"), {}});
              });
  }
}

void tool_runner_state::job_done(tool_worker_actor worker, tool_job_done done) {
  idle.push_back(std::move(worker));
  auto one = runs.find(done.key);
  if (one != runs.end() && done.output)
    finish(done.key, std::move(*done.output));
  else if (one != runs.end())
    start_child(done.key, one->second, std::move(*done.to_start));
  give_work();
}

void tool_runner_state::start_child(uint64_t key, run& one, command what) {
  if (one.is_cancelled)
    return finish(key, failed(ec::cancelled, "cancelled"));
  auto inside = caf::actor_cast<tool_runner_inside>(self);
  auto child = equipment.processes->start(std::move(what.spec),
                                          std::make_shared<child_listener>(key, inside));
  if (!child)
    return finish(key, failed(child.failure()));
  one.child = *child;
  one.started = std::move(what);
}

void tool_runner_state::take_output(const child_output& piece) {
  auto one = runs.find(piece.key);
  if (one == runs.end())
    return;
  auto shown = one->second.kept.add(*piece.bytes);
  if (one->second.started && one->second.started->streams && !shown.empty())
    self->send(one->second.listener, tool_chunk{one->second.what.call, std::move(shown)});
}

void tool_runner_state::child_over(const child_ended& end) {
  auto one = runs.find(end.key);
  if (one == runs.end() || !one->second.started)
    return;
  finish(end.key, one->second.started->finish(one->second.kept, end.status));
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
  self->state.equipment = std::move(equipment);
  self->set_down_handler(
      [self](const caf::down_msg& down) { self->state.listener_gone(down.source); });
  return {
      [self](const run_tool& call) { self->state.start(call); },
      [self](const cancel_tool& call) { self->state.cancel(call.session, call.call); },
      [self](const child_output& piece) { self->state.take_output(piece); },
      [self](const child_ended& end) { self->state.child_over(end); },
  };
}

} // namespace kodad::actors
