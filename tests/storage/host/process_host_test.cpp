#include "storage/host/process_host.hpp"

#include "tests/storage/host/fixture.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

using namespace kodad::storage::host;
using namespace std::chrono_literals;
using kodad::proto::ec;
namespace limits = kodad::proto::limits;

namespace {

/// Is the process gone, now or within a minute?
bool ends(pid_t pid) {
  auto watched = descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!watched.is_open())
    return true;
  pollfd ready{watched.get(), POLLIN, 0};
  return ::poll(&ready, 1, 60'000) == 1;
}

/// Starts processes that try to survive their parent, and tells all their ids, then "ready".
const char* escapees =
    "D=$(mktemp -d); export D; echo $$; "
    "setsid sh -c 'echo $$; touch $D/1; exec sleep 1000' & "
    "(setsid sh -c 'trap \"\" TERM HUP INT; echo $$; touch $D/2; while :; do sleep 1; done' &) & "
    "nohup sh -c 'echo $$; touch $D/3; exec sleep 1000' 2>/dev/null & "
    "(( (setsid setsid sh -c 'trap \"\" TERM; echo $$; touch $D/4; exec sleep 1000' &) &) &) ; "
    "while [ $(ls $D | wc -l) -lt 4 ]; do sleep 0.02; done; rm -r $D; echo ready; ";

} // namespace

TEST_CASE("a child's output and exit code come back") {
  auto host = start_processes();

  auto done = run(*host, shell("echo out; echo err >&2; exit 7"));

  CHECK(done.output == "out\n");
  CHECK(done.errors == "err\n");
  CHECK(done.status.code == 7);
  CHECK(done.status.signal == 0);
  CHECK(host->alive() == 0);
}

TEST_CASE("the merged error output keeps its place among the output") {
  auto host = start_processes();
  auto spec = shell("echo 1; echo 2 >&2; echo 3");
  spec.errors = error_output::merged;
  CHECK(run(*host, spec).output == "1\n2\n3\n");
}

TEST_CASE("a death by signal is told as such") {
  auto host = start_processes();
  auto done = run(*host, shell("kill -SEGV $$"));
  CHECK(done.status.signal == SIGSEGV);
  CHECK(done.status.code == -1);
}

TEST_CASE("what cannot be started ends with the cause") {
  auto host = start_processes();
  auto missing = shell("");
  missing.argv = {"no-such-program-here"};
  auto nowhere = shell("true", "/no/such/folder");
  auto huge = shell(std::string(200'000, 'x'));

  CHECK(run(*host, missing).status.failure->context ==
        "start no-such-program-here in /: no such file or directory");
  CHECK(run(*host, nowhere).status.failure.has_value());
  CHECK(host->start(huge, std::make_shared<recorder>()).failure().code == ec::tool_invalid_args);
  CHECK(host->alive() == 0);
}

TEST_CASE("a megabyte of output arrives intact") {
  auto host = start_processes();
  auto done = run(*host, shell("head -c 1000000 /dev/zero | tr '\\0' x; echo end"));
  CHECK(done.output.size() == 1'000'004);
  CHECK(done.output == std::string(1'000'000, 'x') + "end\n");
  CHECK(done.status.output_size == 1'000'004);
}

TEST_CASE("input comes from nowhere, from bytes, or as it is written") {
  auto host = start_processes();
  auto none = shell("cat; echo over");
  auto bytes = none;
  bytes.input_from = input_mode::bytes;
  bytes.input = std::string(200'000, 'i');
  CHECK(run(*host, none).output == "over\n");
  CHECK(run(*host, bytes).output == bytes.input + "over\n");

  auto open = shell("read a; echo got $a; cat; echo over");
  open.input_from = input_mode::open;
  auto heard = std::make_shared<recorder>();
  auto key = host->start(open, heard);
  REQUIRE(key);
  REQUIRE(host->write(*key, "one\n"));
  heard->wait_for_text("got one");
  REQUIRE(host->write(*key, std::string(500'000, 'z')));
  host->close_input(*key);
  CHECK(heard->wait().code == 0);
  CHECK(heard->text() == "got one\n" + std::string(500'000, 'z') + "over\n");
  CHECK(host->write(*key, "late").ok());
}

TEST_CASE("input that nobody reads is refused beyond its bound") {
  auto host = start_processes();
  auto spec = shell("exec sleep 1000");
  spec.input_from = input_mode::open;
  auto heard = std::make_shared<recorder>();
  auto key = host->start(spec, heard);
  REQUIRE(key);
  REQUIRE(host->write(*key, std::string(limits::process_input_bytes, 'x')));
  CHECK(host->write(*key, std::string(limits::process_input_bytes, 'x')).failure().code ==
        ec::host_full);
  host->kill(*key);
  CHECK(heard->wait().cancelled);
}

TEST_CASE("a child sees exactly the environment and three descriptors") {
  ::setenv("KODAD_CANARY_SECRET", "leaked", 1);
  int inheritable = ::open("/dev/null", 0);
  auto host = start_processes();
  auto spec = shell("env | sort; ls /proc/self/fd | tr '\\n' ' '");
  spec.environment = {"PATH=/usr/bin:/bin", "ONE=1"};

  // `ls` itself opens the folder it lists, hence 3.
  auto done = run(*host, spec);

  CHECK(done.output == "ONE=1\nPATH=/usr/bin:/bin\nPWD=/\n0 1 2 3 ");
  auto parent = run(*host, shell("tr '\\0' '\\n' < /proc/$PPID/environ; cat /proc/$PPID/comm"));
  CHECK(parent.output.find("leaked") == std::string::npos);
  CHECK(parent.output.find("kodad-spawner") != std::string::npos);
  ::close(inheritable);
  ::unsetenv("KODAD_CANARY_SECRET");
}

TEST_CASE("limits hold the child") {
  auto host = start_processes();
  temporary_folder at;
  auto spec = shell("ulimit -n; ulimit -c; ulimit -t; head -c 100000 /dev/zero > big", at.path());
  spec.limits.cpu_s = 33;
  spec.limits.file_size_bytes = 5000;
  auto done = run(*host, spec);
  CHECK(done.output == "1024\n0\n33\n");
  CHECK(std::filesystem::file_size(at.path("big")) == 5000);
}

TEST_CASE("a time-out ends a child that ignores SIGTERM") {
  auto host = start_processes();
  auto spec = shell("trap '' TERM; echo on; while :; do sleep 0.05; done");
  spec.timeout = 100ms;
  spec.kill_grace = 100ms;
  auto done = run(*host, spec);
  CHECK(done.status.timed_out);
  CHECK(!done.status.cancelled);
  CHECK(done.status.signal == SIGKILL);
}

TEST_CASE("SIGTERM lets a child end in order") {
  auto host = start_processes();
  auto heard = std::make_shared<recorder>();
  auto key = host->start(
      shell("trap 'echo bye; exit 3' TERM; echo on; while :; do sleep 0.02; done"), heard);
  REQUIRE(key);
  heard->wait_for_text("on");
  host->kill(*key);
  auto status = heard->wait();
  CHECK(status.cancelled);
  CHECK(status.code == 3);
  CHECK(heard->text() == "on\nbye\n");
}

TEST_CASE("a kill gets everybody, whatever they did to escape") {
  auto host = start_processes();
  auto heard = std::make_shared<recorder>();
  auto spec = shell(std::string(escapees) + "sleep 1000");
  spec.kill_grace = 100ms;
  auto key = host->start(spec, heard);
  REQUIRE(key);
  heard->wait_for_text("ready");

  host->kill(*key);
  CHECK(heard->wait().cancelled);

  auto pids = numbers(heard->text());
  CHECK(pids.size() == 5);
  // All are gone by the time the end is told.
  for (auto pid : pids)
    CHECK((::kill(pid, 0) != 0 && errno == ESRCH));
}

TEST_CASE("what a child leaves behind ends with it and delays nothing") {
  auto host = start_processes();
  auto done = run(*host, shell(escapees));
  CHECK(done.status.code == 0);
  auto pids = numbers(done.output);
  CHECK(pids.size() == 5);
  for (auto pid : pids)
    CHECK((::kill(pid, 0) != 0 && errno == ESRCH));
}

TEST_CASE("a flood is slowed by its listener and ended at its bound") {
  auto host = start_processes();
  auto heard = std::make_shared<recorder>();
  heard->hold();
  auto spec = shell("exec yes");
  spec.output_bytes_max = 1'000'000;
  auto key = host->start(spec, heard);
  REQUIRE(key);
  // Another child's whole life passes while nobody lets go of the flood.
  CHECK(run(*host, shell("sleep 0.2; echo hi")).output == "hi\n");
  CHECK(heard->text().size() <= limits::process_output_held_bytes);
  CHECK(heard->ends() == 0);

  heard->let_go();

  auto status = heard->wait();
  CHECK(status.flooded);
  CHECK(status.output_size < 3'000'000);
}

TEST_CASE("two hundred children at once, each with its own output, each ending once") {
  auto host = start_processes();
  std::vector<std::shared_ptr<recorder>> all;
  for (int i = 0; i < 200; ++i) {
    all.push_back(std::make_shared<recorder>());
    REQUIRE(host->start(shell("sleep 0.1; echo " + std::to_string(i)), all.back()));
  }
  for (int i = 0; i < 200; ++i) {
    auto status = all[static_cast<size_t>(i)]->wait();
    INFO((status.failure ? status.failure->context : std::string("no failure")));
    CHECK(status.code == 0);
    CHECK(all[static_cast<size_t>(i)]->text() == std::to_string(i) + "\n");
  }
  CHECK(host->alive() == 0);
  for (const auto& each : all)
    CHECK(each->ends() == 1);
}

TEST_CASE("more children than the bound are refused, and end with the host") {
  std::vector<std::shared_ptr<recorder>> all;
  {
    auto host = start_processes();
    for (size_t i = 0; i < limits::processes; ++i) {
      all.push_back(std::make_shared<recorder>());
      REQUIRE(host->start(shell("exec sleep 1000"), all.back()));
    }
    CHECK(host->start(shell("true"), std::make_shared<recorder>()).failure().code == ec::host_full);
  }
  CHECK(std::ranges::all_of(all, [](auto& each) { return each->ends() == 1; }));
  CHECK(all.front()->wait().cancelled);
}

TEST_CASE("the death of the server is the death of its children") {
  temporary_folder at;
  int told[2];
  REQUIRE(::pipe(told) == 0);
  auto server = ::fork();
  if (server == 0) {
    auto host = start_processes();
    (void)host->start(shell(std::string("exec >&2; { ") + escapees + " } | tee " + at.path("pids") +
                            "; sleep 1000"),
                      std::make_shared<recorder>());
    auto ready = run(*host, shell("while ! grep -q ready " + at.path("pids") +
                                  " 2>/dev/null; do sleep 0.02; done; echo $PPID"));
    write_text(at.path("spawner"), ready.output);
    (void)!::write(told[1], "r", 1);
    ::pause();
    ::_exit(0);
  }
  char ready = 0;
  REQUIRE(::read(told[0], &ready, 1) == 1);

  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);

  auto pids = numbers(read_text(at.path("pids")));
  CHECK(pids.size() == 5);
  pids.push_back(numbers(read_text(at.path("spawner"))).at(0));
  for (auto pid : pids)
    CHECK(ends(pid));
  ::close(told[0]);
  ::close(told[1]);
}

TEST_CASE("a program that hangs before it runs holds up nobody else") {
  temporary_folder at;
  auto program = at.path("program");
  write_text(program, "#!/bin/sh\ntrue\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  // Until a lease is given back, the kernel lets nobody else open the file.
  ::signal(SIGIO, SIG_IGN);
  descriptor leased(::open(program.c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::fcntl(leased.get(), F_SETLEASE, F_WRLCK) == 0);
  auto host = start_processes();
  auto first = run(*host, shell("echo $PPID")).output;
  auto spec = shell("");
  spec.argv = {program};
  auto heard = std::make_shared<recorder>();
  auto key = host->start(spec, heard);
  REQUIRE(key);

  auto begun = std::chrono::steady_clock::now();
  CHECK(run(*host, shell("echo on")).output == "on\n");
  CHECK(std::chrono::steady_clock::now() - begun < 10s);
  CHECK(heard->ends() == 0);

  host->kill(*key);
  CHECK(heard->wait().cancelled);
  CHECK(run(*host, shell("echo $PPID")).output == first);
}
