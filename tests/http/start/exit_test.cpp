#include "http/report.hpp"
#include "http/start/exit.hpp"
#include "http/start/process.hpp"
#include "http/start/signals.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace kodad::http;

namespace {

struct ended {
  int status = 0;
  std::string said; ///< On stderr.
};

/// Runs `body` in a process of its own, as all of this is about how a process ends.
/// @param meanwhile Is told each time the child says something on stderr.
ended run(const std::function<void()>& body,
          const std::function<void(pid_t, const std::string&)>& meanwhile = {}) {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  auto child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    body();
    std::_Exit(99);
  }
  ::close(ends[1]);
  ended out;
  char piece[4096];
  for (ssize_t size = 0; (size = ::read(ends[0], piece, sizeof piece)) > 0;) {
    out.said.append(piece, static_cast<size_t>(size));
    if (meanwhile)
      meanwhile(child, out.said);
  }
  ::close(ends[0]);
  REQUIRE(::waitpid(child, &out.status, 0) == child);
  return out;
}

int code_of(const ended& one) {
  return WIFEXITED(one.status) ? WEXITSTATUS(one.status) : -WTERMSIG(one.status);
}

/// A child that starts, runs once told by SIGUSR1 having been noticed, and stops as `stop` says.
ended run_host(const std::function<void(signal_watch&)>& host,
               const std::function<void(pid_t, const std::string&)>& meanwhile) {
  return run(
      [&host] {
        settle_signals();
        signal_watch signals;
        signals.start();
        host(signals);
      },
      meanwhile);
}

} // namespace

TEST_CASE("a message is one line whatever is in it") {
  auto got = run([] { leave(exit_code::refused, "a\nb\r\x1b[1m \x01 ü\n\n"); });
  CHECK(code_of(got) == 2);
  CHECK(got.said == "kodad: a b  [1m   ü\n");
  auto large = run([] { leave(exit_code::refused, std::string(100000, 'x')); });
  CHECK(large.said.size() == 4096);
  CHECK(large.said.ends_with("x\n"));
}

TEST_CASE("what nobody reads holds up no exit") {
  int full[2];
  REQUIRE(::pipe2(full, O_CLOEXEC | O_NONBLOCK) == 0);
  std::string much(1 << 20, 'x');
  (void)!::write(full[1], much.data(), much.size());
  auto got = run([&full] {
    ::fcntl(full[1], F_SETFL, 0); // Writing would now wait for ever.
    ::dup2(full[1], STDERR_FILENO);
    leave(exit_code::refused, "unheard");
  });
  CHECK(code_of(got) == 2);
}

TEST_CASE("an uncaught exception is a line and a code") {
  auto start = run([] {
    catch_the_uncaught();
    std::thread([] { throw std::bad_alloc(); }).join();
  });
  CHECK(code_of(start) == 2);
  CHECK(start.said == "kodad: out of memory\n");
  auto later = run([] {
    catch_the_uncaught();
    advance(run_phase::starting, run_phase::running);
    std::thread([] { throw std::runtime_error("so\nit is"); }).join();
  });
  CHECK(code_of(later) == 70);
  CHECK(later.said == "kodad: unexpected: so it is\n");
}

TEST_CASE("only the first to leave says why") {
  auto got = run([] {
    std::vector<std::thread> many;
    for (int i = 0; i < 8; ++i)
      many.emplace_back([] { break_down("down"); });
    for (auto& one : many)
      one.join();
  });
  CHECK(code_of(got) == 2);
  CHECK(got.said == "kodad: down\n");
}

TEST_CASE("a signal ends a start at once") {
  for (int number : {SIGTERM, SIGINT, SIGQUIT, SIGPWR}) {
    auto got = run_host(
        [](signal_watch&) {
          tell("hangs");
          for (;;)
            ::pause();
        },
        [number](pid_t child, const std::string&) { ::kill(child, number); });
    CHECK(code_of(got) == 0);
    CHECK(got.said == "kodad: hangs\n");
  }
}

TEST_CASE("a running host is asked to stop, and a second signal insists") {
  auto orderly = run_host(
      [](signal_watch& signals) {
        signals.begin_running();
        tell("runs");
        signals.await_stop();
        leave(exit_code::stopped, "stopped");
      },
      [](pid_t child, const std::string& said) {
        if (said.ends_with("runs\n"))
          ::kill(child, SIGTERM);
      });
  CHECK(code_of(orderly) == 0);
  CHECK(orderly.said == "kodad: runs\nkodad: stopped\n");
  auto impatient = run_host(
      [](signal_watch& signals) {
        signals.begin_running();
        tell("runs");
        signals.await_stop();
        tell("drains");
        for (;;)
          ::pause();
      },
      [](pid_t child, const std::string& said) {
        if (said.ends_with("runs\n") || said.ends_with("drains\n"))
          ::kill(child, SIGINT);
      });
  CHECK(code_of(impatient) == 1);
  CHECK(std::ranges::count(impatient.said, '\n') == 3);
}

TEST_CASE("other signals end nothing and are told") {
  for (int number : {SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGIO, SIGRTMIN + 3}) {
    auto got = run_host(
        [](signal_watch& signals) {
          signals.begin_running();
          tell("runs");
          signals.await_stop();
          leave(exit_code::stopped);
        },
        [number](pid_t child, const std::string& said) {
          ::kill(child, said.find("is ignored") == std::string::npos ? number : SIGTERM);
        });
    CHECK(code_of(got) == 0);
    CHECK(std::ranges::count(got.said, '\n') == 2);
  }
}

TEST_CASE("a step that takes too long ends the start") {
  auto got = run_host(
      [](signal_watch& signals) {
        signals.expect("opening it", std::chrono::seconds(0));
        for (;;)
          ::pause();
      },
      {});
  CHECK(code_of(got) == 2);
  CHECK(got.said.starts_with("kodad: opening it takes too long"));
}

TEST_CASE("threads are counted before they are needed") {
  CHECK(rehearse_threads(threads_needed()));
#if !defined(__SANITIZE_ADDRESS__) // It needs addresses itself.
  auto got = run([] {
    rlimit little{256 << 20, 256 << 20};
    ::setrlimit(RLIMIT_AS, &little);
    auto enough = rehearse_threads(1000);
    leave(exit_code::refused, enough ? "enough" : enough.failure().context);
  });
  CHECK(got.said.find("more threads, kodad needs 1000") != std::string::npos);
#endif
}
