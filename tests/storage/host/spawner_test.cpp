// The spawner as its own program: what it inherits, and what becomes of the children when it is
// killed, stopped, out of descriptors or not to be had.
#include "proto/limits/processes.hpp"
#include "storage/host/process_host.hpp"
#include "storage/host/process_tree.hpp"
#include "tests/storage/host/fixture.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

using namespace kodad::storage::host;
using namespace std::chrono_literals;
using kodad::proto::ec;
namespace limits = kodad::proto::limits;

namespace {

using steady = std::chrono::steady_clock;

bool is_gone(pid_t pid) {
  return ::kill(pid, 0) != 0 && errno == ESRCH;
}

std::unique_ptr<process_host> start_executed() {
  return start_processes(spawner::start);
}

pid_t spawner_of(process_host& host) {
  return numbers(run(host, shell("echo $PPID")).output).at(0);
}

std::shared_ptr<recorder> start(process_host& host, child_spec spec) {
  auto heard = std::make_shared<recorder>();
  REQUIRE(host.start(std::move(spec), heard));
  return heard;
}

size_t count_descriptors() {
  size_t out = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator("/proc/self/fd"))
    ++out;
  return out;
}

/// Processes that a dead parent does not take along by itself.
const char* escapees = "setsid sh -c 'trap \"\" TERM HUP; echo $$; while :; do sleep 1; done' & "
                       "(setsid sh -c 'echo $$; exec sleep 1000' &) & "
                       "(( (setsid setsid sh -c 'echo $$; exec sleep 1000' &) &) &) & "
                       "echo $$; ";

std::shared_ptr<recorder> start_escapees(process_host& host) {
  auto heard = start(host, shell(std::string(escapees) + "exec sleep 1000"));
  for (size_t lines = 0; lines < 4;) {
    heard->wait_for_text("\n");
    auto text = heard->text();
    lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  return heard;
}

/// A spawner of the test's own making: answers pings, and does nothing else.
kodad::proto::result<spawner> deaf_spawner() {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  auto pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    spawner_request request;
    while (::recv(ends[1], &request, sizeof request, 0) > 0) {
      spawner_reply pong{.key = request.key, .kind = spawner_reply_kind::pong};
      if (request.kind == spawner_request_kind::ping)
        (void)!::send(ends[1], &pong, sizeof pong, 0);
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  return spawner(descriptor(ends[0]), pid);
}

} // namespace

TEST_CASE("an executed spawner has four variables at most, and its socket") {
  ::setenv("KODAD_CANARY_SECRET", "leaked", 1);
  int inheritable = ::open("/dev/null", 0);
  auto host = start_executed();

  auto seen = run(*host, shell("tr '\\0' '\\n' < /proc/$PPID/environ | cut -d= -f1; "
                               "echo -; ls /proc/$PPID/fd | wc -l; cat /proc/$PPID/comm"));

  auto variables = seen.output.substr(0, seen.output.find('-'));
  std::istringstream names(variables);
  for (std::string name; names >> name;)
    CHECK((name == "PATH" || name == "LANG" || name == "TZ" || name == "HOME"));
  // /dev/null three times, the socket, the news of deaths, and one of the child's that asks.
  CHECK(seen.output.substr(seen.output.find('-')) == "-\n6\nkodad-spawner\n");
  ::close(inheritable);
  ::unsetenv("KODAD_CANARY_SECRET");
}

TEST_CASE("a killed spawner takes its children along, nobody else, and has a successor") {
  // Whoever executes a server may have children already.
  auto stranger = ::fork();
  if (stranger == 0)
    for (;;)
      ::pause();
  auto host = start_executed();
  auto first = spawner_of(*host);
  auto heard = start_escapees(*host);

  ::kill(first, SIGKILL);

  auto status = heard->wait();
  REQUIRE(status.failure.has_value());
  CHECK(status.failure->code == ec::tool_failed);
  CHECK(status.failure->context.find("cut off") != std::string::npos);
  auto pids = numbers(heard->text());
  CHECK(pids.size() == 4);
  for (auto pid : pids)
    CHECK(is_gone(pid)); // By the time the end is told.
  auto second = spawner_of(*host);
  CHECK(second != first);
  auto left = children_of(::getpid());
  std::erase(left, stranger);
  CHECK(left == std::vector{second}); // No zombie, no stray.
  CHECK(heard->ends() == 1);
  CHECK(::waitpid(stranger, nullptr, WNOHANG) == 0);
  ::kill(stranger, SIGKILL);
  ::waitpid(stranger, nullptr, 0);
}

TEST_CASE("a spawner killed twenty times under load loses no end and leaks nothing") {
  auto host = start_executed();
  std::vector<std::shared_ptr<recorder>> all;
  auto before = count_descriptors();
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 10; ++i)
      all.push_back(start(*host, shell("echo on; exec sleep 1000")));
    all.back()->wait_for_text("on");
    ::kill(spawner_of(*host), SIGKILL);
    all.back()->wait();
  }
  for (auto& each : all) {
    CHECK(each->wait().failure.has_value());
    CHECK(each->ends() == 1);
  }
  CHECK(run(*host, shell("echo works")).output == "works\n");
  CHECK(host->alive() == 0);
  CHECK(children_of(::getpid()).size() == 1);
  CHECK(count_descriptors() == before);
}

TEST_CASE("a stopped spawner is replaced, and cancels and time-outs are told") {
  auto host = start_executed();
  auto running = start(*host, shell("echo on; exec sleep 1000"));
  auto timed = shell("echo on; exec sleep 1000");
  timed.timeout = 500ms;
  auto late = start(*host, timed);
  auto cancelled = std::make_shared<recorder>();
  auto key = host->start(shell("echo on; exec sleep 1000"), cancelled);
  REQUIRE(key);
  cancelled->wait_for_text("on");
  auto first = spawner_of(*host);
  auto begun = steady::now();

  ::kill(first, SIGSTOP);
  host->kill(*key);

  CHECK(cancelled->wait().cancelled);
  CHECK(!cancelled->wait().failure);
  CHECK(late->wait().timed_out);
  CHECK(running->wait().failure->code == ec::tool_failed);
  CHECK(steady::now() - begun < 6s);
  CHECK(spawner_of(*host) != first);
  CHECK(is_gone(first));
}

TEST_CASE("a spawner that was stopped while idle is found out by the next start") {
  auto host = start_executed();
  ::kill(spawner_of(*host), SIGSTOP);
  auto begun = steady::now();
  CHECK(run(*host, shell("echo one")).status.failure.has_value()); // Sent to the stopped one.
  CHECK(steady::now() - begun < 6s);
  CHECK(run(*host, shell("echo two")).output == "two\n");
}

TEST_CASE("a spawner that reads nothing holds nobody up") {
  auto host = start_processes([] {
    auto started = spawner::start();
    int little = 4096;
    if (started)
      ::setsockopt(started->socket().get(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    return started;
  });
  auto talking = start(*host, shell("while :; do echo tick; sleep 0.02; done"));
  talking->wait_for_text("tick");
  ::kill(spawner_of(*host), SIGSTOP);
  std::vector<std::shared_ptr<recorder>> all;
  auto begun = steady::now();
  // More than a socket takes.
  for (size_t i = 0; i < limits::processes - 1; ++i)
    all.push_back(start(*host, shell("echo ran")));
  talking->wait_for_text(talking->text() + "tick\ntick");
  CHECK(talking->ends() == 0);
  CHECK(steady::now() - begun < 2s);
  size_t ran = 0;
  for (auto& each : all) {
    auto status = each->wait();
    CHECK((status.failure || each->text() == "ran\n"));
    ran += status.failure ? 0 : 1;
  }
  CHECK(ran > 0); // Under the successor: what was never sent is not lost.
  CHECK(host->alive() == 0);
}

TEST_CASE("without any spawner starts fail with a word, and work again once there is one") {
  auto has_some = std::make_shared<std::atomic<bool>>(true);
  auto attempts = std::make_shared<std::atomic<int>>(0);
  auto host = start_processes([has_some, attempts]() -> kodad::proto::result<spawner> {
    ++*attempts;
    if (*has_some)
      return spawner::start();
    return kodad::proto::make_error(ec::host_full, "no memory");
  });
  auto first = spawner_of(*host);
  CHECK(*host->is_ready());
  auto running = start(*host, shell("echo on; exec sleep 1000"));
  running->wait_for_text("on");
  *has_some = false;
  ::kill(first, SIGKILL);
  CHECK(running->wait().failure.has_value());

  auto begun = steady::now();
  for (int i = 0; i < 5; ++i) {
    auto status = run(*host, shell("true")).status;
    REQUIRE(status.failure.has_value());
    CHECK(status.failure->code == ec::tool_failed);
    CHECK(status.failure->context.find("no memory") != std::string::npos);
    CHECK(!*host->is_ready());
  }
  // 100, 200, 400, 800 ms lie between the attempts.
  CHECK(steady::now() - begun > 1s);
  CHECK(*attempts <= 8);

  *has_some = true;
  CHECK(run(*host, shell("echo back")).output == "back\n");
  CHECK(*host->is_ready());
}

TEST_CASE("a start that waits for a spawner can be cancelled") {
  auto attempts = std::make_shared<std::atomic<int>>(0);
  auto host = start_processes([attempts]() -> kodad::proto::result<spawner> {
    if (++*attempts == 1)
      return spawner::start();
    return kodad::proto::make_error(ec::host_full, "none");
  });
  ::kill(spawner_of(*host), SIGKILL);
  for (int i = 0; i < 5; ++i)
    CHECK(run(*host, shell("true")).status.failure.has_value());
  auto heard = std::make_shared<recorder>();
  auto key = host->start(shell("true"), heard);
  REQUIRE(key);
  host->kill(*key);
  CHECK(heard->wait().cancelled);
  CHECK(!heard->wait().failure);
}

TEST_CASE("a child that cannot be killed is given up") {
  auto host = start_processes(deaf_spawner);
  auto spec = shell("true");
  spec.kill_grace = 10ms;
  auto heard = std::make_shared<recorder>();
  auto key = host->start(spec, heard);
  REQUIRE(key);
  auto begun = steady::now();
  host->kill(*key);
  CHECK(heard->wait().cancelled);
  CHECK(steady::now() - begun < limits::kill_patience + 2s);
  CHECK(host->alive() == 0);
}

TEST_CASE("the end of the host waits for nothing that hangs") {
  auto host = start_executed();
  auto heard = start_escapees(*host);
  ::kill(spawner_of(*host), SIGSTOP);
  auto begun = steady::now();
  host.reset();
  CHECK(steady::now() - begun < limits::spawner_farewell + limits::spawner_burial + 1s);
  CHECK(heard->wait().cancelled);
  for (auto pid : numbers(heard->text()))
    CHECK(is_gone(pid));
  CHECK(children_of(::getpid()).empty());
}

TEST_CASE("a dead server's stopped spawner still ends everything") {
  int told[2];
  REQUIRE(::pipe2(told, O_CLOEXEC) == 0);
  auto server = ::fork();
  if (server == 0) {
    auto host = start_executed();
    auto heard = start_escapees(*host);
    auto first = spawner_of(*host);
    ::kill(first, SIGSTOP);
    auto pids = heard->text() + std::to_string(first) + "\n";
    (void)!::write(told[1], pids.data(), pids.size());
    ::pause();
    ::_exit(0);
  }
  ::close(told[1]);
  char bytes[1000];
  auto got = ::read(told[0], bytes, sizeof bytes);
  REQUIRE(got > 0);
  auto pids = numbers(std::string(bytes, static_cast<size_t>(got)));
  CHECK(pids.size() == 5);
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
  // They fall to this process, where earlier hosts made it a subreaper.
  for (auto left = pids; !left.empty();) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    std::erase_if(left, is_gone);
  }
  ::close(told[0]);
}

TEST_CASE("a thousand starts leave no descriptor behind, whatever became of them") {
  auto host = start_executed();
  auto spawner_pid = spawner_of(*host);
  auto count_of = [&] {
    return numbers(run(*host, shell("ls /proc/$PPID/fd | wc -l")).output).at(0);
  };
  auto ours = count_descriptors();
  auto theirs = count_of();
  for (int round = 0; round < 10; ++round) {
    std::vector<std::shared_ptr<recorder>> all;
    for (int i = 0; i < 100; ++i) {
      auto spec = shell("exit 3");
      if (i % 4 == 1)
        spec.argv = {"no-such-program-here"};
      if (i % 4 == 2)
        spec.cwd = "/no/such/folder";
      if (i % 4 == 3)
        spec.input_from = input_mode::open;
      all.push_back(start(*host, spec));
    }
    for (size_t i = 0; i < all.size(); ++i) {
      auto status = all[i]->wait();
      CHECK(status.failure.has_value() == (i % 4 == 1 || i % 4 == 2));
      if (!status.failure)
        CHECK(status.code == 3);
    }
  }
  CHECK(count_descriptors() == ours);
  CHECK(count_of() == theirs);
  CHECK(spawner_of(*host) == spawner_pid);
}

TEST_CASE("too few descriptors are told as such, on either side") {
  auto host = start_executed();
  auto spawner_pid = spawner_of(*host);
  rlimit before{};
  REQUIRE(::prlimit(spawner_pid, RLIMIT_NOFILE, nullptr, &before) == 0);
  rlimit few{5, before.rlim_max};
  REQUIRE(::prlimit(spawner_pid, RLIMIT_NOFILE, &few, nullptr) == 0);
  auto theirs = run(*host, shell("true")).status;
  REQUIRE(theirs.failure.has_value());
  CHECK(theirs.failure->code == ec::host_full);
  CHECK(theirs.failure->context == "start /bin/sh in /: too many open files");
  REQUIRE(::prlimit(spawner_pid, RLIMIT_NOFILE, &before, nullptr) == 0);

  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  few = {static_cast<rlim_t>(count_descriptors()), before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  auto ours = run(*host, shell("true")).status;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(ours.failure.has_value());
  CHECK(ours.failure->code == ec::host_full);
  CHECK(ours.failure->context == "start /bin/sh: too many open files");
  CHECK(run(*host, shell("echo on")).output == "on\n");
}
