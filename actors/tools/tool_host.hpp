// TOOL HOST: what the tool runner needs of the machine: threads that may wait for a disk, child
// processes, and the way of their output. An interface, so that a test decides what hangs.
#pragma once

#include "actors/tools/output/output_desk.hpp"
#include "actors/tools/pool/work_pool.hpp"
#include "storage/host/process_host.hpp"

namespace kodad::actors {

/// Every method may be called from any thread and returns at once.
class tool_host {
public:
  virtual ~tool_host() = default;

  /// See work_pool.
  virtual proto::result<uint64_t> post(work_place place, std::function<void()> work) = 0;
  virtual bool withdraw(uint64_t ticket) = 0;

  /// Starts a child whose output goes to `listener`, see output_desk. Fails as process_host does.
  virtual proto::result<storage::host::process_key>
  start(storage::host::child_spec spec, storage::host::output_name which, bool streams,
        std::shared_ptr<output_listener> listener) = 0;
  virtual void kill(storage::host::process_key child) = 0;

  virtual void drop_outputs(const proto::session_id& session, uint32_t below_turn) = 0;
};

/// The real one.
class machine : public tool_host {
public:
  machine(std::shared_ptr<storage::host::process_host> processes, const std::string& outputs)
      : processes_(std::move(processes)), desk_(outputs) {}

  proto::result<uint64_t> post(work_place place, std::function<void()> work) override {
    return pool_.post(std::move(place), std::move(work));
  }
  bool withdraw(uint64_t ticket) override { return pool_.withdraw(ticket); }

  proto::result<storage::host::process_key>
  start(storage::host::child_spec spec, storage::host::output_name which, bool streams,
        std::shared_ptr<output_listener> listener) override {
    return processes_->start(std::move(spec),
                             desk_.open(std::move(which), streams, std::move(listener)));
  }
  void kill(storage::host::process_key child) override { processes_->kill(child); }

  void drop_outputs(const proto::session_id& session, uint32_t below_turn) override {
    desk_.drop(session, below_turn);
  }

  output_desk& desk() { return desk_; }

private:
  std::shared_ptr<storage::host::process_host> processes_;
  output_desk desk_;
  work_pool pool_;
};

} // namespace kodad::actors
