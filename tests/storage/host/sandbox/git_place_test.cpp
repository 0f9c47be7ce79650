#include "storage/host/sandbox/git_place.hpp"

#include "tests/storage/host/sandbox/fixture.hpp"

using namespace kodad::storage::host;
using kodad::proto::sandbox_wish;

namespace {

/// Real git, away from the settings of whoever runs the tests.
void git(const std::string& folder, const std::string& line) {
  auto whole = "cd '" + folder + "' && GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null " +
               "git -c user.name=P -c user.email=p@q " + line + " >/dev/null 2>&1";
  CAPTURE(line);
  REQUIRE(std::system(whole.c_str()) == 0);
}

/// A repository with two commits, `repo`, and its worktree `wt`, the workspace.
struct worktree_place : sandbox_place {
  explicit worktree_place(sandbox_wish wish) : sandbox_place(wish) {
    std::filesystem::create_directory(path("repo"));
    git(path("repo"), "init -q -b main");
    git(path("repo"), "commit -q --allow-empty -m first");
    git(path("repo"), "commit -q --allow-empty -m second");
    write_text(path("repo/private"), "SECRET");
    git(path("repo"), "worktree add -q ../wt -b side");
    reopen("wt");
  }

  std::string repository() const { return path("repo/.git"); }
  std::string own() const { return repository() + "/worktrees/wt"; }

  /// Of everything in the repository that decides what git runs.
  std::string decisive() const {
    std::string out;
    for (const auto* each : {"/config", "/HEAD", "/worktrees/wt/commondir", "/worktrees/wt/gitdir"})
      out += read_text(repository() + each) + "\n";
    for (const auto& each : std::filesystem::directory_iterator(repository() + "/hooks"))
      out += each.path().extension() == ".sample" ? "" : each.path().string();
    return out;
  }
};

} // namespace

TEST_CASE("a commit works in a worktree, and the repository outside stays as git reads it") {
  worktree_place at(sandbox_wish::bubblewrap);
  if (!at.works)
    return;
  auto before = at.decisive();
  auto done = at.run("echo x > f && git add f && git commit -q -m inside && git log --format=%s");
  CHECK_MESSAGE(done.output == "inside\nsecond\nfirst\n", done.errors);

  auto evil = at.run("cd " + at.repository() +
                     " && for f in config hooks/post-commit HEAD commondir info/x "
                     "worktrees/wt/commondir worktrees/wt/gitdir; do echo EVIL > $f; done; "
                     "mv worktrees/wt worktrees/old; rm -rf hooks config; cat ../private; "
                     "git config core.fsmonitor evil; echo done");
  CHECK(evil.output == "done\n");
  CHECK(at.decisive() == before);
  CHECK_FALSE(std::filesystem::exists(at.repository() + "/commondir"));
  CHECK(std::filesystem::is_directory(at.own()));

  // What the command did is there for the person's own git too.
  git(at.path("repo"), "rev-parse --verify side~2");
  git(at.path("repo"), "fsck");
}

TEST_CASE("a worktree's git is only read under Landlock and without leave to write") {
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    worktree_place at(wish);
    if (!at.works)
      continue;
    auto before = read_text(at.repository() + "/refs/heads/side");
    auto access = wish == sandbox_wish::bubblewrap ? read_only_access() : command_access();
    auto done =
        at.run("git log --format=%s; git commit -q --allow-empty -m no || echo refused", access);
    CHECK_MESSAGE(done.output == "second\nfirst\nrefused\n", done.errors);
    CHECK(read_text(at.repository() + "/refs/heads/side") == before);
  }
}

TEST_CASE("shown of a repository are its parts that a commit writes, the rest read-only") {
  worktree_place at(sandbox_wish::off);
  auto repository = at.repository();
  std::vector<shown_path> expected{{repository, false},
                                   {repository + "/objects", true},
                                   {repository + "/refs", true},
                                   {repository + "/logs", true},
                                   {at.own(), true},
                                   {at.own() + "/commondir", false},
                                   {at.own() + "/gitdir", false}};
  CHECK(git_folders_of(at.workspace) == expected);

  // Where worktrees may have configurations of their own, one that is missing must not appear.
  git(at.path("repo"), "config extensions.worktreeConfig true");
  expected[4].writable = false;
  CHECK(git_folders_of(at.workspace) == expected);
  git(at.path("wt"), "config --worktree core.abbrev 9");
  expected[4].writable = true;
  expected.push_back({at.own() + "/config.worktree", false});
  CHECK(git_folders_of(at.workspace) == expected);
}

TEST_CASE("a .git file that points at a repository which does not point back shows nothing") {
  worktree_place at(sandbox_wish::off);
  at.reopen("ws");
  for (const auto& target :
       {at.own(), at.repository(), at.repository() + "/worktrees", std::string("/"),
        std::string("../repo/.git/worktrees/wt"), std::string("/etc"), at.path("none")}) {
    CAPTURE(target);
    write_text(at.in(".git"), "gitdir: " + target + "\n");
    CHECK(git_folders_of(at.workspace).empty());
  }
  // Nor does one that an agent has built in its own workspace and that names another's folders.
  std::filesystem::create_directories(at.in("fake/worktrees/x"));
  write_text(at.in("fake/worktrees/x/gitdir"), at.in(".git") + "\n");
  write_text(at.in("fake/worktrees/x/commondir"), at.repository() + "\n");
  write_text(at.in(".git"), "gitdir: " + at.in("fake/worktrees/x") + "\n");
  CHECK(git_folders_of(at.workspace).empty());

  for (const std::string text : {"", "gitdir: ", "gitdir:", "ref: refs/heads/main\n"}) {
    CAPTURE(text);
    write_text(at.in(".git"), text);
    CHECK(git_folders_of(at.workspace).empty());
  }
  std::filesystem::remove(at.in(".git"));
  CHECK(git_folders_of(at.workspace).empty());
}

TEST_CASE("a foreign repository behind a .git file cannot be read in the sandbox") {
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    worktree_place at(wish);
    if (!at.works)
      continue;
    at.reopen("ws");
    write_text(at.in(".git"), "gitdir: " + at.own() + "\n");
    auto done = at.run("git log --format=%s; cat " + at.repository() + "/config; echo done");
    CHECK(done.output == "done\n");
  }
}

TEST_CASE("commands commit under the operator's name, or under kodad's own") {
  temporary_folder home;
  write_text(home.path("other"), "[user]\n\temail = first@q\n\temail = last@q\n");
  write_text(home.path(".gitconfig"),
             "[user]\n\tname = \"A \\\"B\\\" \\\\ C\"\n[include]\n\tpath = other\n"
             "[core]\n\thooksPath = evil\n");
  scoped_variable where("HOME", home.path());
  auto host = start_processes();
  auto text = git_config_for_commands(*host);
  CHECK(text.starts_with("[user]\n\tname = \"A \\\"B\\\" \\\\ C\"\n\temail = \"last@q\"\n"));
  CHECK(text.find("evil") == std::string::npos);

  write_text(home.path(".gitconfig"), "");
  if (!std::filesystem::exists("/etc/gitconfig"))
    CHECK(git_config_for_commands(*host).starts_with(
        "[user]\n\tname = \"kodad agent\"\n\temail = \"agent@kodad.invalid\"\n"));
}
