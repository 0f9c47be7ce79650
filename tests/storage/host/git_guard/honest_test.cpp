// What agents honestly do with git: it works, stays, and is not reported.
#include "tests/storage/host/git_guard/fixture.hpp"

using namespace kodad::storage::host;

namespace {

struct honest_work {
  const char* name;
  const char* script;
};

constexpr const char* repository = R"(
set -e
git init -q; echo a > f; git add f; git commit -qm first; git branch other
)";

constexpr honest_work works[] = {
    {"a new repository", "git init -q new; cd new; echo a > f; git add f; git commit -qm x"},
    {"a new bare repository", "git init -q --bare new; git push -q ./new main"},
    {"commits", "echo b >> f; git commit -qam second; git commit --amend -qm third"},
    {"branches and a merge",
     "git checkout -q other; echo x > g; git add g; git commit -qm g; git checkout -q main; "
     "echo y > h; git add h; git commit -qm h; git merge -q other -m m; git branch -d other"},
    {"a rebase", "git checkout -q other; echo x > g; git add g; git commit -qm g; git checkout -q "
                 "main; echo y > h; git add h; git commit -qm h; git rebase -q other"},
    {"a rebase that stopped",
     "git checkout -q other; echo x > f; git commit -qam g; git checkout -q main; echo y > f; "
     "git commit -qam h; git rebase other && exit 1; git status | grep -q rebas"},
    {"a stash", "echo b >> f; git stash -q; git stash pop -q; git stash -q; git stash drop -q"},
    {"a tag and a packed repository", "git tag -a v1 -m v1; git gc -q; git fsck"},
    {"a working tree", "git worktree add -q -b w wt; cd wt; echo w > w; git add w; "
                       "git commit -qm w; git status"},
    {"a working tree comes and goes", "git worktree add -q wt; git worktree remove wt"},
    {"a working tree moves", "git worktree add -q wt; git worktree move wt wt2; git -C wt2 status"},
    {"a clone", "git clone -q . copy; cd copy; echo b > g; git add g; git commit -qm g; "
                "git push -q origin HEAD:refs/heads/pushed; git fetch -q; git pull -q"},
    {"a clone that shares objects", "git clone -q --shared . copy; git -C copy log"},
    {"a clone by reference", "git clone -q --reference . . copy; git -C copy fsck"},
    {"a submodule", "git init -q up; git -C up commit -q --allow-empty -m u; "
                    "git submodule -q add ./up sub; git commit -qm sub; git submodule -q update"},
    {"a clone with submodules",
     "git init -q up; git -C up commit -q --allow-empty -m u; git submodule -q add ./up sub; "
     "git commit -qm sub; git clone -q --recurse-submodules . copy"},
    {"a remote and an upstream", "git init -q --bare up; git remote add up ./up; "
                                 "git push -q -u up main; git status"},
    {"a sparse checkout", "git sparse-checkout set a; git sparse-checkout disable"},
    {"a repository with its git directory elsewhere", "git init -q --separate-git-dir=g w; "
                                                      "git -C w commit -q --allow-empty -m x"},
    {"a copy of the repository", "mkdir c; cp -r .git f c; cd c; git commit -q --allow-empty -m x"},
    {"a repository is removed", "git init -q new; rm -rf new; rm -rf .git; git init -q"},
    {"an identity for a new repository",
     "git init -q new; cd new; git config user.name N; "
     "git config user.email n@n; git config core.autocrlf input"},
    {"files that only look alike",
     "mkdir -p a/objects a/refs b; echo x > b/HEAD; echo y > b/config; "
     "echo z > commondir; echo gitdir > gitdir; mkdir hooks; "
     "echo e > hooks/pre-commit"},
};

} // namespace

TEST_CASE("honest work with git is neither disturbed nor reported") {
  for (const auto& one : works) {
    CAPTURE(std::string(one.name));
    guarded_home at;
    REQUIRE(at.run(repository) == 0);
    git_guard guard(at.options());
    // Twice, since what is new for the first look is a person's for the second.
    for (const auto* script : {one.script, "git status; git log -1 --oneline"}) {
      auto ticket = guard.begin(at.workspace);
      REQUIRE(ticket);
      auto code = at.run("set -e\n" + std::string(script));
      CAPTURE(at.log());
      CHECK((code == 0 || std::string(one.name) == "a repository is removed"));
      CHECK(lines_of(guard.end(*ticket)) == "");
    }
    CHECK(
        at.run(
            "git rebase --abort; git fsck && git status && git commit -q --allow-empty -m after") ==
        0);
  }
}

TEST_CASE("a person's hooks go on working, and so does git around them") {
  guarded_home at;
  REQUIRE(at.run(std::string(repository) + R"(
mkdir -p .husky/_; git config core.hooksPath .husky/_; cp $P .husky/_/pre-commit
echo 'echo checked' > .husky/pre-commit; mkdir -p tools; cp $P tools/post.sh
ln -s ../../tools/post.sh .git/hooks/post-commit
git config alias.check '!tools/check.sh'; printf '[alias]\n\tst = status\n' > .gitalias
git config include.path ../.gitalias; git add -A; git commit -qm husky
)") == 0);
  REQUIRE(at.is_marked());
  git_guard guard(at.options());

  auto ticket = guard.begin(at.workspace);
  REQUIRE(ticket);
  at.unmark();
  REQUIRE(at.run("echo b >> f && git commit -qam second && git checkout -qb x && git st && "
                 "git worktree add -q wt && git -C wt commit -q --allow-empty -m w") == 0);

  CHECK(at.is_marked());
  CHECK(lines_of(guard.end(*ticket)) == "");
  at.unmark();
  CHECK(at.run("git commit -q --allow-empty -m third") == 0);
  CHECK(at.is_marked());
}

namespace {

struct change {
  const char* script;
  const char* told;
};
constexpr change changes[] = {
    {"echo $P >> .husky/pre-commit", "Put .husky/pre-commit back"},
    {"cp $P .husky/post-commit", "Renamed .husky/post-commit"},
    {"rm .husky/pre-commit; ln -s $P .husky/pre-commit", "Put .husky/pre-commit back"},
    {"mv .husky h; cp -r h .husky; cp $P .husky/pre-commit", "Put .husky/pre-commit back"},
    {"mv .husky h; ln -s h .husky", "Renamed .husky "},
    {"chmod +x .husky/note", "Put .husky/note back"},
    {"rm .husky/pre-commit", "Put back .husky/pre-commit"},
    {"rm -rf .husky", "Put back .husky/pre-commit"},
    {"echo $P >> tools/monitor.sh", "Put tools/monitor.sh back"},
    {"rm -rf tools", "Put back tools/monitor.sh"},
    {"cp $P tools/missing.sh", "Renamed tools/missing.sh"},
    {"printf '[core]\\nfsmonitor=x\\n' >> .gitextra", "Put .gitextra back"},
    {"printf '[core]\\nfsmonitor=x\\n' > .gitlater", "Renamed .gitlater"},
    {"mkdir lib; git init -q lib; mkdir lib/.shared; cp $P lib/.shared/pre-commit",
     "Renamed lib/.shared/pre-commit"},
    {"git worktree add -q wt; mkdir -p wt/.husky; cp $P wt/.husky/pre-commit",
     "Renamed wt/.husky/pre-commit"},
    {"mkdir -p t/tools; cp $P t/tools/monitor.sh; git config core.worktree ../t",
     "Put .git/config back"},
    {"git config core.bare true; mkdir .git/tools; cp $P .git/tools/monitor.sh",
     "Put .git/config back"},
    {"git config extensions.worktreeConfig true; git config -f .git/config.worktree "
     "core.worktree ../t",
     "Took core.worktree out of .git/config.worktree"},
    {"mkdir lib t; git init -q lib; git -C lib config core.worktree ../../t; mkdir t/.shared; cp "
     "$P t/.shared/pre-commit",
     "Renamed t/.shared/pre-commit"},
    {"cp $P .husky/x.kodad-untrusted", "Renamed .husky/x.kodad-untrusted"},
    {"echo x >> .kodad/agents", "Put .kodad/agents back"},
    {"echo x > .kodad/more", "Renamed .kodad/more"},
    {"echo 'a: b' > kodad.yaml", "Renamed kodad.yaml"},
    {"ln -s / Kodad.YAML", "Renamed Kodad.YAML"},
};

} // namespace

TEST_CASE("what a person's configuration names is put back, or does not come to be") {
  for (const auto& one : changes) {
    CAPTURE(std::string(one.script));
    guarded_home at;
    write_text(at.path("home/.gitconfig"), read_text(at.path("home/.gitconfig")) +
                                               "[include]\n\tpath = " + at.in(".gitlater") + "\n");
    REQUIRE(at.run(std::string(repository) + R"(
mkdir .husky tools .kodad; echo true > .husky/pre-commit; echo x > .husky/note
echo true > tools/monitor.sh; echo > .gitextra; echo > .kodad/agents
git config core.hooksPath .husky; git config core.fsmonitor 'sh tools/monitor.sh'
git config diff.x.textconv ./tools/missing.sh; git config include.path ../.gitextra
)") == 0);
    write_text(at.path("home/.gitconfig"),
               read_text(at.path("home/.gitconfig")) + "[core]\n\thooksPath = .shared\n");
    git_guard guard(at.options());
    auto ticket = guard.begin(at.workspace);
    REQUIRE(ticket);
    at.run(one.script);

    auto told = lines_of(guard.end(*ticket));

    CAPTURE(told);
    CHECK(told.find(one.told) != std::string::npos);
    auto again = guard.begin(at.workspace);
    REQUIRE(again);
    CHECK(lines_of(guard.end(*again)) == "");
    CHECK(read_text(at.in(".husky/pre-commit")) == "true\n");
    CHECK(read_text(at.in("tools/monitor.sh")) == "true\n");
  }
}
