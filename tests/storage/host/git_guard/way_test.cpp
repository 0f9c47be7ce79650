// Links and folders on the way to what git runs or reads: whatever a command does to one of them,
// the person's git runs nothing of it, and it is told.
#include "tests/storage/host/git_guard/fixture.hpp"

using namespace kodad::storage::host;

namespace {

struct way {
  const char* name;
  const char* person; ///< What the person set up.
  const char* plant;
  const char* after = ""; ///< Holds when all is mended.
};

#define EVIL "printf '[core]\\n\\tfsmonitor = %s #\\n' $P"

constexpr way ways[] = {
    {"an include behind a link that is retargeted",
     "mkdir real; ln -s real l; echo '# a' > real/a.cfg; git config include.path ../l/a.cfg",
     "rm l; mkdir k; ln -s k l; " EVIL " > k/a.cfg", "test $(readlink l) = real"},
    {"the second of two links",
     "mkdir real; ln -s real l; ln -s l l2; echo '# a' > real/a.cfg; git config include.path "
     "../l2/a.cfg",
     "rm l; mkdir k; ln -s k l; " EVIL " > k/a.cfg", "test $(readlink l) = real"},
    {"a link within an included file",
     "mkdir real; ln -s real l; echo '# a' > real/a.cfg; printf '[include]\\npath = l/a.cfg\\n' > "
     "first; git config include.path ../first",
     "rm l; mkdir k; ln -s k l; " EVIL " > k/a.cfg", "test $(readlink l) = real"},
    {"an include named by a file behind a link",
     "mkdir real; ln -s real l; printf '[include]\\npath = b.cfg\\n' > real/a.cfg; git config "
     "include.path ../l/a.cfg",
     EVIL " > real/b.cfg", "test ! -e real/b.cfg"},
    {"a link that becomes a folder",
     "mkdir real; ln -s real l; echo '# a' > real/a.cfg; git config include.path ../l/a.cfg",
     "rm l; mkdir l; " EVIL " > l/a.cfg", "test $(readlink l) = real"},
    {"the folder that a link leads to becomes a link",
     "mkdir real; ln -s real l; echo '# a' > real/a.cfg; git config include.path ../l/a.cfg",
     "mv real old; mkdir k; ln -s k real; " EVIL " > k/a.cfg", "grep -q '# a' l/a.cfg"},
    {"a folder is renamed away for a link",
     "mkdir d; echo '# a' > d/a.cfg; git config include.path ../d/a.cfg",
     "mv d e; mkdir k; " EVIL " > k/a.cfg; ln -s k d", "grep -q '# a' d/a.cfg && test ! -L d"},
    {"a folder high above is renamed away for a link",
     "mkdir -p d/x/y; echo '# a' > d/x/y/a.cfg; git config include.path ../d/x/y/a.cfg",
     "mv d e; mkdir -p k/x/y; " EVIL " > k/x/y/a.cfg; ln -s k d", "grep -q '# a' d/x/y/a.cfg"},
    {"a link for a folder that was never there", "git config include.path ../cfg/a.cfg",
     "mkdir k; " EVIL " > k/a.cfg; ln -s k cfg", "test ! -L cfg"},
    {"a link that led nowhere", "ln -s nowhere l; git config include.path ../l/a.cfg",
     "mkdir nowhere; " EVIL " > nowhere/a.cfg"},
    {"a folder only passed by ..",
     "mkdir -p x d; echo '# a' > d/a.cfg; git config include.path ../x/../d/a.cfg",
     "mv x y; mkdir -p k/x k/d; " EVIL " > k/d/a.cfg; ln -s k/x x", "test ! -L x"},
    {"a link then ..",
     "mkdir -p r/s; ln -s r/s l; echo '# a' > r/a.cfg; git config include.path ../l/../a.cfg",
     EVIL " > r/a.cfg", "grep -q '# a' r/a.cfg"},
    {"hooks behind a link", "mkdir -p real/h; ln -s real l; git config core.hooksPath l/h",
     "cp $P l/h/pre-commit", "test ! -e real/h/pre-commit"},
    {"the link before hooks is retargeted",
     "mkdir -p real/h; ln -s real l; git config core.hooksPath l/h",
     "rm l; mkdir -p k/h; cp $P k/h/pre-commit; ln -s k l", "test $(readlink l) = real"},
    {"a folder above hooks becomes a link",
     "mkdir -p real/h; echo > real/h/pre-push; git config core.hooksPath real/h",
     "mv real r; mkdir -p k/h; cp $P k/h/pre-commit; ln -s k real", "test -e real/h/pre-push"},
    {"hooks that are not there, behind a link",
     "mkdir real; ln -s real l; git config core.hooksPath l/h",
     "mkdir real/h; cp $P real/h/pre-commit", "test ! -e real/h/pre-commit"},
    {"a program behind a link that is retargeted",
     "mkdir real; printf '#!/bin/sh\\n' > real/fs; chmod +x real/fs; ln -s real l; git config "
     "core.fsmonitor l/fs",
     "rm l; mkdir k; cp $P k/fs; ln -s k l", "test $(readlink l) = real"},
    {"a program's folder becomes a link",
     "mkdir t; printf '#!/bin/sh\\n' > t/fs; chmod +x t/fs; git config core.fsmonitor t/fs",
     "mv t t2; mkdir k; cp $P k/fs; ln -s k t", "test -x t/fs && test ! -L t"},
    {"a hook's link through a link that is retargeted",
     "mkdir s; printf '#!/bin/sh\\n' > s/pc; chmod +x s/pc; ln -s s sl; "
     "ln -s ../../sl/pc .git/hooks/pre-commit",
     "rm sl; mkdir k; cp $P k/pc; ln -s k sl", "test $(readlink sl) = s"},
    {"a link in a hooks folder that is itself a link",
     "rm -rf .git/hooks; mkdir gh s; printf '#!/bin/sh\\n' > s/pc; chmod +x s/pc; ln -s ../s/pc "
     "gh/pre-commit; ln -s ../gh .git/hooks",
     "cp $P s/pc", "test $(wc -l < s/pc) = 1"},
    {"a hook by three links",
     "mkdir s; printf '#!/bin/sh\\n' > s/pc; chmod +x s/pc; ln -s s/pc pcl; ln -s pcl pcm; "
     "ln -s ../../pcm .git/hooks/pre-commit",
     "cp $P k; rm pcl; ln -s k pcl", "test $(readlink pcl) = s/pc"},
    {"a configuration behind a link that is retargeted",
     "mkdir c; cp .git/config c; ln -s c cl; rm .git/config; ln -s ../cl/config .git/config",
     "cp -r c k; git config -f k/config core.fsmonitor $P; rm cl; ln -s k cl",
     "test $(readlink cl) = c"},
    {"a folder becomes a link like one that is known",
     "mkdir -p s x/sl; ln -s s sl; for d in s x/sl; do printf '#!/bin/sh\\n' > $d/pc; chmod +x "
     "$d/pc; done; ln -s ../../x/sl/pc .git/hooks/pre-commit; ln -s ../../sl/pc "
     ".git/hooks/pre-push",
     "mv x/sl y; mkdir x/s; cp $P x/s/pc; ln -s s x/sl", "test ! -L x/sl"},
    {"a folder passed by .. becomes such a link",
     "mkdir -p s x/sl; ln -s s sl; echo > s/pc; echo > x/pc; chmod +x x/pc; ln -s "
     "../../x/sl/../pc .git/hooks/pre-commit; rm sl; mkdir -p n/k/m; ln -s k/m sl; echo > "
     "n/k/m/pc; mkdir n/n; ln -s ../../sl/pc .git/hooks/pre-push",
     "mv x/sl y; mkdir -p x/k/m; cp $P x/k/pc; chmod +x x/k/pc; ln -s k/m x/sl"},
    {"a git directory behind a link", "mkdir g; mv .git g/r; ln -s g gl; ln -s gl/r .git",
     "cp -r g k; git config -f k/r/config core.fsmonitor $P; rm gl; ln -s k gl",
     "test $(readlink gl) = g"},
    {"a git directory that a file names behind a link",
     "mkdir g; mv .git g/r; ln -s g gl; echo gitdir: gl/r > .git; mkdir hp; git config "
     "core.hooksPath hp",
     "cp $P hp/pre-commit", "test ! -e hp/pre-commit"},
    {"a person's own include behind a link",
     "mkdir real; ln -s real l; echo '# a' > real/a.cfg; git config --global include.path "
     "$WS/l/a.cfg",
     "rm l; mkdir k; ln -s k l; " EVIL " > k/a.cfg", "test $(readlink l) = real"},
    {"a person's link into the workspace",
     "mkdir h; ln -s $WS/h $HOME/hooks; git config --global core.hooksPath '~/hooks'",
     "cp $P h/pre-commit", "test ! -e h/pre-commit"},
    {"a person's hook that is a link into the workspace",
     "mkdir $HOME/hooks; echo > pc; chmod +x pc; ln -s $WS/pc $HOME/hooks/pre-commit; git config "
     "--global core.hooksPath '~/hooks'",
     "cp $P pc"},
};

constexpr const char* repository = "git init -q; echo t > f.txt; git add f.txt; git commit -qm 1; "
                                   "mkdir -p .git/hooks; ";
constexpr const char* use = "git status; git diff; git add -A; git commit --allow-empty -m x";

} // namespace

TEST_CASE("nothing on the way to what git runs can be bent") {
  for (const auto& one : ways) {
    CAPTURE(std::string(one.name));
    guarded_home at;
    REQUIRE(at.run(std::string(repository) + one.person) == 0);
    at.run(use);
    REQUIRE_FALSE(at.is_marked());
    git_guard guard(at.options());
    auto ticket = guard.begin(at.workspace);
    REQUIRE(ticket);
    CHECK(at.run(one.plant) == 0);

    auto told = lines_of(guard.end(*ticket));

    CAPTURE(told);
    CHECK_FALSE(told.empty());
    CHECK(at.run(one.after) == 0);
    at.unmark();
    at.run(use);
    CHECK_FALSE(at.is_marked());
  }
}

TEST_CASE("what bends a way would be run without the guard") {
  for (const auto& one : ways) {
    CAPTURE(std::string(one.name));
    guarded_home at;
    REQUIRE(at.run(std::string(repository) + one.person + "; " + one.plant) == 0);
    at.unmark();
    at.run(use);
    CHECK(at.is_marked());
  }
}

TEST_CASE("honest work around links on the way is left alone") {
  guarded_home at;
  REQUIRE(at.run(std::string(repository) +
                 "mkdir -p real/h s; ln -s real l; ln -s s sl; echo '# a' > real/a.cfg; echo > "
                 "s/pc; ln -s ../../sl/pc .git/hooks/pre-commit; git config include.path "
                 "../l/a.cfg; git config core.hooksPath l/h") == 0);
  git_guard guard(at.options());
  auto ticket = guard.begin(at.workspace);
  REQUIRE(ticket);
  CHECK(at.run("echo x > real/other; ln -s real another; mkdir new; ln -s new nl; mv nl nm; "
               "git add -A; git commit -qm two; git worktree add -q w; git clone -q . c; cd w; "
               "git status; rm -rf ../c") == 0);
  auto told = lines_of(guard.end(*ticket));
  CAPTURE(told);
  CHECK(told.empty());
}

TEST_CASE("a hook of the repository around the workspace may lie in it") {
  for (const auto* person :
       {"ln -s ../../tools/pc .git/hooks/pre-commit",
        "rm -rf .git/hooks; mkdir gh; ln -s ../tools/pc gh/pre-commit; ln -s ../gh .git/hooks",
        "mkdir gh; ln -s ../tools/pc gh/pre-commit; git config core.hooksPath gh",
        "git config --global core.fsmonitor tools/pc"}) {
    CAPTURE(std::string(person));
    guarded_home at;
    REQUIRE(at.run(std::string(repository) +
                   "mkdir tools; printf '#!/bin/sh\\n' > tools/pc; chmod +x tools/pc; " + person) ==
            0);
    auto inner = open_folder(at.in("tools"));
    REQUIRE(inner);
    git_guard guard(at.options());
    auto ticket = guard.begin(*inner);
    REQUIRE(ticket);
    at.run("cp $P tools/pc");

    auto told = lines_of(guard.end(*ticket));

    CHECK(told.find("pc back as it was") != std::string::npos);
    at.unmark();
    at.run(use);
    CHECK_FALSE(at.is_marked());
  }
}

TEST_CASE("kodad's own tools change nothing that a link makes git run") {
  struct one {
    const char* person;
    const char* path;
  };
  for (const auto& [person, path] : {
           one{"echo > pc; ln -s ../../pc .git/hooks/pre-commit", "pc"},
           one{"mkdir gh; rm -rf .git/hooks; ln -s ../gh .git/hooks", "gh/pre-commit"},
           one{"mkdir s; echo > s/pc; ln -s s/pc pcl; ln -s ../../pcl .git/hooks/pre-commit",
               "s/pc"},
           one{"ln -s ../../pcl .git/hooks/pre-commit", "pcl"},
           one{"mkdir -p real/h; ln -s real l; git config core.hooksPath l/h", "l/h/pre-commit"},
           one{"mkdir real; ln -s real l; git config core.hooksPath l/h", "real/h/pre-commit"},
           one{"mkdir real; ln -s real l; git config include.path ../l/a.cfg", "real/a.cfg"},
           one{"echo > pc; git init -q n; mkdir -p n/.git/hooks; ln -s ../../../pc "
               "n/.git/hooks/pre-commit",
               "pc"},
           one{"git config core.hooksPath new/h", "new/h/pre-commit"},
       }) {
    CAPTURE(std::string(person));
    guarded_home at;
    REQUIRE(at.run(std::string(repository) + person) == 0);
    auto done = at.workspace.write_file(path, "x", {.create_parents = true});
    REQUIRE_FALSE(done);
    CHECK(std::string(to_word(done.failure().code)) == "tool_denied");
    CHECK_FALSE(std::filesystem::exists(at.in("new")));
    CHECK(at.workspace.write_file("elsewhere/pc", "x", {.create_parents = true}));
  }
}
