#include "http/start/signals.hpp"

#include "http/report.hpp"
#include "http/start/exit.hpp"
#include "proto/limits/start.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <ctime>
#include <string>
#include <thread>

namespace kodad::http {

namespace {

using std::chrono::steady_clock;

constexpr std::array asked_to_stop = {SIGTERM, SIGINT, SIGQUIT};
// A power cut is announced; the processor time that was granted is used up.
constexpr std::array made_to_stop = {SIGPWR, SIGXCPU};
// Would end a process that does not wait for them.
constexpr std::array ignored = {SIGHUP,    SIGUSR1, SIGUSR2, SIGALRM,
                                SIGVTALRM, SIGPROF, SIGIO,   SIGSTKFLT};

/// How often a start's deadline is looked at.
constexpr auto tick = std::chrono::milliseconds(100);

bool is_among(const auto& list, int number) {
  return std::ranges::find(list, number) != list.end();
}

sigset_t awaited_signals() {
  sigset_t out;
  sigemptyset(&out);
  for (int number : asked_to_stop)
    sigaddset(&out, number);
  for (int number : made_to_stop)
    sigaddset(&out, number);
  for (int number : ignored)
    sigaddset(&out, number);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number)
    sigaddset(&out, number);
  return out;
}

std::string name_of(int number) {
  const char* short_name = ::sigabbrev_np(number);
  return short_name ? "SIG" + std::string(short_name) : "signal " + std::to_string(number);
}

int64_t in_ns(steady_clock::time_point when) {
  return std::chrono::nanoseconds(when.time_since_epoch()).count();
}

} // namespace

void settle_signals() {
  for (int number = 1; number < SIGRTMIN; ++number)
    (void)std::signal(number, SIG_DFL);
  // Writing to who is gone, or past `ulimit -f`, is an error like others.
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);
  // A word on a terminal that others use just now is no reason to stand still.
  (void)std::signal(SIGTTOU, SIG_IGN);
  auto blocked = awaited_signals();
  sigdelset(&blocked, SIGTERM);
  sigdelset(&blocked, SIGINT);
  ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
}

signal_watch::signal_watch()
    : deadline_ns_(in_ns(steady_clock::now() + proto::limits::settings_deadline)) {
  auto blocked = awaited_signals();
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

void signal_watch::start() {
  std::thread([this] { watch(); }).detach();
}

void signal_watch::expect(const char* step, std::chrono::seconds deadline) {
  step_ = step;
  deadline_ns_ = in_ns(steady_clock::now() + deadline);
}

void signal_watch::begin_running() {
  // Refused when a signal came first: then the process is about to be gone.
  if (!advance(run_phase::starting, run_phase::running))
    std::binary_semaphore(0).acquire();
}

void signal_watch::await_stop() {
  stop_asked_.acquire();
}

void signal_watch::watch() {
  auto awaited = awaited_signals();
  for (;;) {
    bool has_deadline = current_phase() != run_phase::running;
    timespec until{0, std::chrono::nanoseconds(tick).count()};
    int number =
        has_deadline ? ::sigtimedwait(&awaited, nullptr, &until) : ::sigwaitinfo(&awaited, nullptr);
    if (number > 0)
      on_signal(number);
    // A flood of signals is no reason to forget the time.
    if (has_deadline)
      check_deadline();
  }
}

void signal_watch::on_signal(int number) {
  if (is_among(asked_to_stop, number) || is_among(made_to_stop, number)) {
    if (advance(run_phase::starting, run_phase::stopping))
      leave(exit_code::stopped); // Nothing was acknowledged yet.
    if (advance(run_phase::running, run_phase::stopping)) {
      deadline_ns_ = in_ns(steady_clock::now() + proto::limits::stop_deadline);
      return stop_asked_.release();
    }
    if (is_among(asked_to_stop, number))
      leave(exit_code::not_all_kept, "told again to stop: what is under way is cut off");
    return;
  }
  tell(name_of(number) + " is ignored; SIGTERM stops kodad");
}

void signal_watch::check_deadline() {
  if (in_ns(steady_clock::now()) < deadline_ns_)
    return;
  if (current_phase() == run_phase::stopping)
    leave(exit_code::not_all_kept, "not all could be kept in time");
  if (current_phase() == run_phase::starting)
    leave(exit_code::refused, std::string(step_.load()) + " takes too long; does the disk answer?");
}

} // namespace kodad::http
