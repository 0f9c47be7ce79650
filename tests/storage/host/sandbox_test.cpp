#include "storage/host/sandbox.hpp"

#include "tests/storage/host/fixture.hpp"

using namespace kodad::storage::host;
using namespace std::chrono_literals;
using kodad::proto::ec;

namespace {

/// A git-like workspace and a host; tests pass vacuously, saying so, where bubblewrap cannot run.
struct place {
  place() {
    std::filesystem::create_directories(at.path("ws/.git/hooks"));
    std::filesystem::create_directories(at.path("ws/.kodad/agents"));
    write_text(at.path("ws/.git/config"), "kept");
    write_text(at.path("ws/kodad.yaml"), "kept");
    write_text(at.path("secret"), "SECRET");
    auto state = probe_sandbox(*host);
    works = state.mode == sandbox_mode::bubblewrap;
    if (!works)
      MESSAGE("no sandbox here: ", state.reason);
  }

  ran in(const std::string& script, workspace_access access = workspace_access::write) {
    auto spec = confine(shell(script, at.path("ws")), {at.path("ws"), access, {}});
    REQUIRE(spec);
    return run(*host, *spec);
  }

  temporary_folder at;
  std::unique_ptr<process_host> host = start_processes();
  bool works = false;
};

} // namespace

TEST_CASE("inside, the workspace is writable and everything else is absent or read-only") {
  place at;
  if (!at.works)
    return;

  auto done = at.in("pwd; echo made > new; cat ../secret; touch /usr/x; touch /etc/x; echo $HOME; "
                    "touch $HOME/ok && echo home; ls /; cat /etc/shadow");

  CHECK(read_text(at.at.path("ws/new")) == "made\n");
  CHECK(done.output.starts_with(at.at.path("ws") + "\n/tmp/home\nhome\n"));
  CHECK(done.output.find("SECRET") == std::string::npos);
  CHECK(done.output.find("root:") == std::string::npos);
  CHECK(!std::filesystem::exists("/usr/x"));
}

TEST_CASE("inside, protected names cannot be changed, moved aside or replaced") {
  place at;
  if (!at.works)
    return;

  at.in(
      "echo EVIL > .git/config; echo EVIL > .git/hooks/pre-commit; echo EVIL > kodad.yaml; "
      "echo EVIL > .kodad/agents/x.md; mv .git old; rm -rf .git .kodad kodad.yaml; "
      "mv kodad.yaml y; ln -sf /etc/passwd kodad.yaml; mv .git/config .git/c; echo 1 > .git/index");

  CHECK(read_text(at.at.path("ws/.git/config")) == "kept");
  CHECK(read_text(at.at.path("ws/kodad.yaml")) == "kept");
  CHECK(std::filesystem::is_empty(at.at.path("ws/.git/hooks")));
  CHECK(std::filesystem::is_empty(at.at.path("ws/.kodad/agents")));
  CHECK(read_text(at.at.path("ws/.git/index")) == "1\n");
}

TEST_CASE("a run leaves nothing in a workspace that has none of the protected names") {
  place at;
  if (!at.works)
    return;
  for (const char* name : {".git", ".kodad", "kodad.yaml"})
    std::filesystem::remove_all(at.at.path(std::string("ws/") + name));
  CHECK(at.in("true").status.code == 0);
  CHECK(std::filesystem::is_empty(at.at.path("ws")));
}

TEST_CASE("the read-only profile writes nothing") {
  place at;
  if (!at.works)
    return;
  auto done = at.in("touch x || echo refused; cat kodad.yaml", workspace_access::read);
  CHECK(done.output == "refused\nkept");
}

TEST_CASE("inside there is no network, no other process and no way back up") {
  place at;
  if (!at.works)
    return;
  auto done = at.in("cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '; "
                    "ls /proc | grep -c '^[0-9]'; grep CapEff /proc/self/status; "
                    "unshare -U true || echo no namespace; kill -9 $PPID; echo here");
  CHECK(done.output.starts_with("lo\n"));
  CHECK(done.output.find("CapEff:\t0000000000000000") != std::string::npos);
  CHECK(done.output.find("no namespace") != std::string::npos);
}

TEST_CASE("the exit code passes through, and escapees end with the command") {
  place at;
  if (!at.works)
    return;
  CHECK(at.in("exit 9").status.code == 9);
  auto done = at.in("(setsid nohup sh -c 'trap \"\" TERM; sleep 1000' &) ; echo left");
  CHECK(done.output == "left\n");
}

TEST_CASE("a kill reaches the command inside and lets it end in order") {
  place at;
  if (!at.works)
    return;
  auto spec = confine(shell("trap 'echo bye; exit 4' TERM; echo on; while :; do sleep 0.02; done",
                            at.at.path("ws")),
                      {at.at.path("ws"), workspace_access::write, {}});
  REQUIRE(spec);
  auto heard = std::make_shared<recorder>();
  auto key = at.host->start(*spec, heard);
  REQUIRE(key);
  heard->wait_for_text("on");
  at.host->kill(*key);
  auto status = heard->wait();
  CHECK(status.cancelled);
  CHECK(status.code == 4);
  CHECK(heard->text() == "on\nbye\n");
}

TEST_CASE("a stubborn command inside dies after the grace") {
  place at;
  if (!at.works)
    return;
  auto spec =
      confine(shell("trap '' TERM; echo on; while :; do sleep 0.05; done", at.at.path("ws")),
              {at.at.path("ws"), workspace_access::write, {}});
  REQUIRE(spec);
  spec->timeout = 200ms;
  spec->kill_grace = 100ms;
  CHECK(run(*at.host, *spec).status.timed_out);
}

TEST_CASE("a workspace that would cover the system is refused") {
  for (const char* path : {"/", "/usr", "/proc/1", "/dev/shm", "relative", ""}) {
    CAPTURE(path);
    CHECK(confine(shell("true"), {path, workspace_access::write, {}}).failure().code ==
          ec::workspace_not_allowed);
  }
}
