// SIGNALS: one thread waits for all of them, from before anything can hang until the end. A request
// to stop ends a start at once and a running host in order; a second one, or a stop that takes too
// long, ends it at once. No other signal ends kodad but those that mean a fault in the program.
// The same thread sees that no step of a start takes for ever.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <semaphore>

namespace kodad::http {

/// First of all: nothing that was inherited from the parent stays, and only SIGTERM and SIGINT may
/// end the process, as there is nothing yet that could take long.
void settle_signals();

class signal_watch {
public:
  /// Blocks the signals; every thread and process made from now on inherits that.
  signal_watch();

  /// Starts the thread, which lasts as long as the process; so must this object.
  void start();

  /// The start is at this step. The process leaves when it takes longer than `deadline`.
  /// @param step What is under way, for example "opening the state"; never freed.
  void expect(const char* step, std::chrono::seconds deadline);

  /// The start is over: from now on a stop is orderly.
  void begin_running();

  /// Waits for the request to stop; its deadline runs already.
  void await_stop();

private:
  void watch();
  void on_signal(int number);
  void on_silence();

  std::atomic<const char*> step_{"starting"};
  std::atomic<int64_t> deadline_ns_; ///< By the steady clock.
  std::binary_semaphore stop_asked_{0};
};

} // namespace kodad::http
