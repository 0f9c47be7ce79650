#include "http/start/exit.hpp"

#include "http/report.hpp"
#include "proto/limits/start.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <new>
#include <system_error>
#include <unistd.h>

namespace kodad::http {

namespace {

// Of the process, not of an object: signals and uncaught exceptions know no object.
std::atomic<run_phase> now_in{run_phase::starting};
std::atomic_flag somebody_leaves;

/// SIGKILL by the kernel's timer, should the last line or the exit itself hang.
void arm_watchdog() {
  sigevent kill{};
  kill.sigev_notify = SIGEV_SIGNAL;
  kill.sigev_signo = SIGKILL;
  itimerspec once{};
  once.it_value.tv_sec = std::chrono::seconds(proto::limits::exit_deadline).count();
  timer_t timer{};
  if (::timer_create(CLOCK_MONOTONIC, &kill, &timer) == 0)
    (void)::timer_settime(timer, 0, &once, nullptr);
}

/// Only the first may leave: two last lines would be one too many.
void be_the_first() {
  if (somebody_leaves.test_and_set())
    for (;;)
      ::pause();
  arm_watchdog();
}

[[noreturn]] void on_uncaught() {
  std::array<char, 256> line;
  try {
    if (auto thrown = std::current_exception())
      std::rethrow_exception(thrown);
    break_down("ended for no reason given");
  } catch (const std::bad_alloc&) {
    break_down("out of memory");
  } catch (const std::system_error& failure) {
    bool no_thread = failure.code() == std::errc::resource_unavailable_try_again;
    (void)std::snprintf(line.data(), line.size(), "%s: %s",
                        no_thread ? "start a thread (see ulimit -u)" : "the system refused",
                        failure.what());
  } catch (const std::exception& failure) {
    (void)std::snprintf(line.data(), line.size(), "unexpected: %s", failure.what());
  } catch (...) {
    break_down("unexpected: an exception of an unknown kind");
  }
  break_down(line.data());
}

} // namespace

run_phase current_phase() {
  return now_in;
}

bool advance(run_phase from, run_phase to) {
  return now_in.compare_exchange_strong(from, to);
}

void leave(exit_code code) {
  be_the_first();
  std::_Exit(static_cast<int>(code));
}

void leave(exit_code code, std::string_view why) {
  be_the_first();
  tell(why);
  std::_Exit(static_cast<int>(code));
}

void break_down(std::string_view why) {
  leave(current_phase() == run_phase::starting ? exit_code::refused : exit_code::broken, why);
}

void catch_the_uncaught() {
  std::set_terminate(on_uncaught);
}

} // namespace kodad::http
