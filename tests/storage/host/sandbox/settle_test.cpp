// Which sandbox is taken, and what is refused without one.
#include "storage/host/path.hpp"
#include "storage/host/sandbox/landlock.hpp"
#include "storage/host/sandbox/trial.hpp"
#include "tests/storage/host/sandbox/fixture.hpp"

using namespace kodad::storage::host;
using kodad::proto::ec;
using kodad::proto::sandbox_wish;

namespace {

bool has(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

/// A PATH with one program called bwrap.
struct other_path {
  other_path() {
    write_text(folder.path("bwrap"), "#!/bin/sh\nexit 0\n");
    allow(0755);
  }
  void allow(unsigned mode) const {
    std::filesystem::permissions(folder.path("bwrap"), std::filesystem::perms(mode));
  }

  temporary_folder folder;
  scoped_variable path{"PATH", folder.path()};
};

} // namespace

TEST_CASE("without a sandbox commands are refused, and it is said why and what to do") {
  sandbox_place at(sandbox_wish::off);
  at.settings.mode = sandbox_mode::unavailable;
  at.settings.reason = "bubblewrap: none here; landlock: none either";
  auto refused = confine(shell("true", at.workspace.root()), at.settings, at.workspace, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == ec::sandbox_unavailable);
  CHECK(has(refused.failure().context, at.settings.reason));
  CHECK(has(refused.failure().context, "sandbox.mode: off"));
}

TEST_CASE("switched off, commands run as they are, with the settings' environment and bounds") {
  auto wanted = wish_for(sandbox_wish::off);
  wanted.env = {{"GIVEN", "value"}};
  wanted.limits.file_size = uint64_t{1} << 20;
  sandbox_place at(wanted);
  REQUIRE(at.works);
  CHECK(at.settings.mode == sandbox_mode::off);
  CHECK(has(at.settings.reason, "sandbox.mode: off"));
  auto spec = at.confined("echo $GIVEN; pwd; cat ../secret; head -c 3000000 /dev/zero > big; "
                          "stat -c %s big",
                          read_only_access());
  CHECK_FALSE(spec.confined);
  CHECK(spec.limits.memory_bytes == wanted.limits.memory);
  CHECK(spec.limits.processes == wanted.limits.processes);
  CHECK(run(*at.host, spec).output == "value\n" + at.workspace.root() + "\nSECRET1048576\n");
}

TEST_CASE("a workspace that would cover the system is refused, and a folder outside of it") {
  sandbox_place at(sandbox_wish::off);
  at.settings.mode = sandbox_mode::bubblewrap;
  for (const char* path : {"/", "/usr", "/proc/1", "/dev/shm", "/tmp", "/etc"}) {
    CAPTURE(path);
    auto workspace = open_folder(path);
    REQUIRE(workspace);
    CHECK(confine(shell("true", path), at.settings, *workspace, {}).failure().code ==
          ec::workspace_not_allowed);
  }
  for (const char* cwd : {"/", "/usr"}) {
    CAPTURE(cwd);
    CHECK(confine(shell("true", cwd), at.settings, at.workspace, {}).failure().code ==
          ec::tool_denied);
  }
}

TEST_CASE("the working folder and all settings reach the confinement") {
  sandbox_place at(sandbox_wish::off);
  std::filesystem::create_directory(at.in("sub"));
  at.settings.mode = sandbox_mode::landlock;
  at.settings.shown = {{"/srv", false}};
  at.settings.git_config = "[user]\n";
  at.settings.limits.tmp = 1;
  at.settings.limits.shm = 2;
  command_access access;
  access.network = true;
  access.places = {{"a", guarded_place::protection::pinned}};
  auto spec = confine(shell("true", at.in("sub")), at.settings, at.workspace, access);
  REQUIRE(spec);
  REQUIRE(spec->confined);
  const auto& made = *spec->confined;
  CHECK(made.mode == sandbox_mode::landlock);
  CHECK(made.writable);
  CHECK(made.network);
  CHECK(made.workspace == at.workspace.root());
  CHECK(made.folder == "sub");
  CHECK(made.git_config == "[user]\n");
  CHECK(made.places == access.places);
  CHECK(made.shown == at.settings.shown);
  CHECK(made.temporary_bytes == 1);
  CHECK(made.shared_memory_bytes == 2);
  CHECK(spec->workspace->is_open());
}

TEST_CASE("a sandbox that does not confine, or does not run what it is given, is none") {
  auto host = start_processes();
  sandbox_settings settings;
  settings.mode = sandbox_mode::bubblewrap;
  constexpr std::pair<const char*, const char*> samples[] = {
      {"/bin/true", "did not run the command"},
      {"/bin/echo", "did not run the command"},
      {"/bin/false", "ended with code 1"},
      {"/bin/no-such-program", "changed since"},
  };
  for (const auto& [program, expected] : samples) {
    CAPTURE(program);
    settings.program = program;
    settings.identity = identity_of(program);
    auto obstacle = try_sandbox(settings, kodad::proto::limits::sandbox_trial_max, *host);
    CHECK_MESSAGE(has(obstacle, expected), obstacle);
  }
  // The trial itself tells a sandbox from none.
  settings.mode = sandbox_mode::off;
  CHECK(try_sandbox(settings, kodad::proto::limits::sandbox_trial_max, *host) ==
        "it can read outside of the workspace");
}

TEST_CASE("a bwrap that others may write, or that is no program, is not trusted") {
  other_path at;
  auto real = [&] { return find_bubblewrap().program; };
  CHECK(real() == *real_path(at.folder.path("bwrap")));
  for (unsigned mode : {0775U, 0757U, 0777U}) {
    CAPTURE(mode);
    at.allow(mode);
    CHECK(real().empty());
    CHECK(has(find_bubblewrap().obstacle, "others than its owner may write it"));
  }
  at.allow(0755);
  std::filesystem::remove(at.folder.path("bwrap"));
  CHECK(real().empty());
  CHECK(has(find_bubblewrap().obstacle, "no program bwrap on PATH"));
  std::filesystem::create_directory(at.folder.path("bwrap"));
  CHECK(real().empty());
}

TEST_CASE("a named sandbox that cannot be had is an error, the automatic choice takes the next") {
  auto host = start_processes();
  other_path none;
  std::filesystem::remove(none.folder.path("bwrap"));
  auto named = settle_sandbox(wish_for(sandbox_wish::bubblewrap), *host);
  REQUIRE_FALSE(named);
  CHECK(named.failure().code == ec::sandbox_unavailable);
  CHECK(has(named.failure().context, "sandbox.mode: bubblewrap"));
  CHECK(has(named.failure().context, "no program bwrap on PATH"));

  auto chosen = settle_sandbox(wish_for(sandbox_wish::automatic), *host);
  REQUIRE(chosen);
  CHECK(has(chosen->reason, "bubblewrap: there is no program bwrap on PATH"));
  bool has_landlock = landlock_obstacle().empty();
  CHECK(chosen->mode == (has_landlock ? sandbox_mode::landlock : sandbox_mode::unavailable));
  CHECK(has(chosen->reason, "landlock: ") == !has_landlock);
}

TEST_CASE("bubblewrap is preferred, and who has it hears of nothing else") {
  sandbox_place at(sandbox_wish::bubblewrap);
  if (!at.works)
    return;
  auto chosen = settle_sandbox(wish_for(sandbox_wish::automatic), *at.host);
  REQUIRE(chosen);
  CHECK(chosen->mode == sandbox_mode::bubblewrap);
  CHECK(chosen->reason.empty());
  CHECK(chosen->identity == identity_of(chosen->program));
}
