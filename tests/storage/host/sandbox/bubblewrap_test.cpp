// What bubblewrap has beyond Landlock: guarded places, file systems and processes of its own.
#include "tests/storage/host/sandbox/fixture.hpp"

using namespace kodad::storage::host;
using kodad::proto::sandbox_wish;

namespace {

constexpr auto read_only = guarded_place::protection::read_only;
constexpr auto pinned = guarded_place::protection::pinned;

struct place : sandbox_place {
  explicit place(const kodad::proto::sandbox_config& wanted = wish_for(sandbox_wish::bubblewrap))
      : sandbox_place(wanted) {
    std::filesystem::create_directories(in(".git/hooks"));
    std::filesystem::create_directories(in(".kodad/agents"));
    write_text(in(".git/config"), "kept");
    write_text(in("kodad.yaml"), "kept");
    guarding.places = {{".git", pinned},
                       {".git/config", read_only},
                       {".git/hooks", read_only},
                       {".kodad", read_only},
                       {"kodad.yaml", read_only}};
  }

  command_access guarding;
};

} // namespace

TEST_CASE("inside, guarded places cannot be changed, moved aside or replaced") {
  place at;
  if (!at.works)
    return;
  auto done =
      at.run("echo EVIL > .git/config; echo EVIL > .git/hooks/pre-commit; echo EVIL > kodad.yaml; "
             "echo EVIL > .kodad/agents/x.md; mv .git old; rm -rf .git .kodad kodad.yaml; "
             "mv kodad.yaml y; ln -sf /etc/passwd kodad.yaml; mv .git/config .git/c; "
             "echo 1 > .git/index; umount .git/config; mount -o remount,rw .kodad; echo done",
             at.guarding);
  CHECK(done.output == "done\n");
  CHECK(read_text(at.in(".git/config")) == "kept");
  CHECK(read_text(at.in("kodad.yaml")) == "kept");
  CHECK(std::filesystem::is_empty(at.in(".git/hooks")));
  CHECK(std::filesystem::is_empty(at.in(".kodad/agents")));
  CHECK(read_text(at.in(".git/index")) == "1\n");
  CHECK_FALSE(std::filesystem::exists(at.in("old")));
}

TEST_CASE("a guarded place that is a link, or is not there, leads nowhere") {
  place at;
  if (!at.works)
    return;
  std::filesystem::create_symlink(at.path("secret"), at.in("link"));
  std::filesystem::create_directory_symlink(at.path(""), at.in("folder"));
  at.guarding.places = {{"link", read_only},
                        {"folder/secret", read_only},
                        {"none/below", read_only},
                        {"../secret", read_only}};
  auto done = at.run("cat link folder/secret ../secret none; echo done", at.guarding);
  CHECK(done.output == "done\n");
  CHECK_FALSE(std::filesystem::exists(at.in("none")));
}

TEST_CASE("a run leaves nothing in an empty workspace") {
  place at;
  if (!at.works)
    return;
  for (const auto& each : std::filesystem::directory_iterator(at.workspace.root()))
    std::filesystem::remove_all(each.path());
  CHECK(at.run("true", at.guarding).status.code == 0);
  CHECK(std::filesystem::is_empty(at.workspace.root()));
}

TEST_CASE("inside there is no other process, no capability and no way back up") {
  place at;
  if (!at.works)
    return;
  auto done = at.run("cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '; "
                     "grep CapEff /proc/self/status; unshare -U true || echo no namespace; "
                     "kill -9 $PPID; ls /proc | grep -c '^[0-9]'");
  CHECK(done.output.starts_with("lo\nCapEff:\t0000000000000000\nno namespace\n"));
  auto processes = done.output.substr(done.output.find("namespace\n") + 10);
  // The shell, both ends of its pipe, and bubblewrap's own.
  CHECK(std::stoi("0" + processes) >= 3);
  CHECK(std::stoi("0" + processes) <= 6);
}

TEST_CASE("temporary files lie in a file system of bounded size that goes with the command") {
  auto wanted = wish_for(sandbox_wish::bubblewrap);
  wanted.limits.tmp = uint64_t{1} << 20;
  wanted.limits.shm = uint64_t{1} << 20;
  place at(wanted);
  if (!at.works)
    return;
  auto done = at.run("for f in /tmp/big /dev/shm/big; do "
                     "head -c 3000000 /dev/zero > $f || echo full; stat -c %s $f; done");
  CHECK(done.output == "full\n1048576\nfull\n1048576\n");
  CHECK(at.run("ls /tmp /dev/shm").output ==
        "/dev/shm:\n\n/tmp:\nhome\n" +
            at.workspace.root().substr(5).substr(0, at.workspace.root().substr(5).find('/')) +
            "\n");
}

TEST_CASE("bubblewrap that was exchanged after it had been tried is not used") {
  place at;
  if (!at.works)
    return;
  at.settings.identity += "0";
  auto status = at.run("echo ran").status;
  REQUIRE(status.failure);
  CHECK(status.failure->context.find("has changed since kodad started") != std::string::npos);
}
