// PROCESS HOST: the server's side of its children. One thread reads all their output, writes their
// input, keeps their deadlines and talks to the spawner; callers never block. A child is over when
// it has exited and all it started is gone, not when its pipes close.
// Back-pressure: at most `limits::process_output_held_bytes` of a child's output are held by its
// listener at a time; the child's pipe is not read on until some are let go.
#pragma once

#include "storage/host/child_spec.hpp"
#include "storage/host/spawner.hpp"
#include "storage/host/spawner_wire.hpp"

#include <atomic>
#include <functional>
#include <memory>

namespace kodad::storage::host {

enum class output_stream : uint8_t { output, error };

/// A piece of output. It counts as held, and slows the child, until its last copy is gone.
using output_bytes = std::shared_ptr<const std::string>;

struct exit_status {
  int code = -1;  ///< -1 if it ended by a signal or was never started.
  int signal = 0; ///< 0 if it exited by itself. A sandbox tells a signal as code 128 + signal.
  bool timed_out = false;                      ///< Killed at its `timeout`.
  bool cancelled = false;                      ///< `kill` was called while it ran.
  bool flooded = false;                        ///< Killed for exceeding `output_bytes_max`.
  resource_bound bound = resource_bound::none; ///< Killed for it; processes: perhaps only reached.
  uint64_t output_size = 0;                    ///< Bytes delivered, both streams together.
  std::optional<proto::error> failure;         ///< Why it could not be started or was lost.
};

/// Hears of one child: `output` any number of times, then `exited` once. Called on the process
/// host's thread: must not block. Is let go right after `exited`.
class process_listener {
public:
  virtual ~process_listener() = default;

  /// What has arrived since the last call on this stream, any bytes.
  virtual void output(output_stream from, output_bytes bytes) = 0;

  virtual void exited(const exit_status& status) = 0;
};

/// All methods may be called from any thread and return at once.
class process_host {
public:
  /// Starts a spawner and the thread. A spawner that dies or hangs is replaced from `source`; its
  /// children end with `failure`. Fails as `source` does. @pre From now on this process gets no
  /// other children than those of this host.
  /// @param tell Gets a line for the operator when a spawner is lost or replaced; not too often.
  static proto::result<std::unique_ptr<process_host>>
  start(spawner_source source, std::function<void(const std::string&)> tell = {});

  /// Ends all children (`exited` comes with `cancelled`) and the spawner. Waits for that, but not
  /// beyond `limits::spawner_farewell` and `limits::spawner_burial`.
  ~process_host();

  /// Starts a child. Fails with `host_full` when `limits::processes` are alive, and as `pack`
  /// does; all later failures (no such program, no such folder, no spawner) come with `exited`.
  proto::result<process_key> start(child_spec spec, std::shared_ptr<process_listener> listener);

  /// Queues bytes for the child's input. Fails with `host_full` when more than
  /// `limits::process_input_bytes` wait already; a child that is gone, or reads no more, is no
  /// error. @pre The child's `input_from` is `open`.
  proto::result<void> write(process_key child, std::string bytes);

  /// Closes the input once all that is queued has been written.
  void close_input(process_key child);

  /// SIGTERM to the child and its descendants, after the spec's `kill_grace` SIGKILL. What does not
  /// end even so is given up after `limits::kill_patience`.
  void kill(process_key child);

  /// Children started and not yet `exited`.
  size_t alive() const;

  /// Is there a spawner that answers? Outlives the host.
  std::shared_ptr<const std::atomic<bool>> is_ready() const;

  process_host(const process_host&) = delete;
  process_host& operator=(const process_host&) = delete;

private:
  struct thread_state;
  struct shared_state;

  process_host() = default;

  std::shared_ptr<shared_state> shared_;
  std::unique_ptr<thread_state> thread_;
};

} // namespace kodad::storage::host
