#include "proto/git/config_judge.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto::git;

namespace {

const config_place place{"/ws", ".git"};
const config_place module_place{"/ws", ".git/modules/sub"};

struct judged_line {
  const char* text;
  bool stays;
};

using namespace std::string_literals;

const judged_line lines[] = {
    {"", true},
    {"# nothing\n; at all\n", true},
    {"[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n", true},
    {"[core] bare = false\n", true},
    {"[CORE]\nBare\n", true},
    {"[core]\n\tfsmonitor = false\n", true},
    {"[core]\n\tfsmonitor = true\n", false},
    {"[core]\n\tfsmonitor = ./x\n", false},
    {"[core] fsmonitor = ./x\n", false},
    {"[core]fsmonitor=./x", false},
    {"[core]\n\tfsmonitor\n", false},
    {"[core]\n\tFSMonitor = x\n", false},
    {"[core]\n\tfsmonitor = \"x\" ; false\n", false},
    {"[core]\n\tbare = false # \\\n\tfsmonitor = x\n", false},
    {"[core]\n\tbare = true ; fsmonitor = x\n", true},
    {"[user]\n\tname = a\\\n[core]\n\tfsmonitor = x\n", false},
    {"[user]\n\tname = \"a\\\n\"\n", false},
    {"[user]\n\tname = \"never closed\n", false},
    {"[user]\n\tname = \"A \\\"B\\\" C\"\n\temail = a@b.c\n", true},
    {"[user]\n\tname = a\\q\n", false},
    {"[user]\n\tname = \"a\\nb\"\n", false},
    {"[user]\n\tsigningkey = x\n", false},
    {"[core]\r\n\tbare = false\r\n", false},
    {"\xef\xbb\xbf[core]\n\tbare = false\n", false},
    {"[core]\n\tbare = fal\x01se\n", false},
    {"[core\n\tbare = false\n", false},
    {"[core]]\n\tbare = false\n", false},
    {"[]\n\tbare = false\n", false},
    {"bare = false\n", false},
    {"[core]\n\t1bare = false\n", false},
    {"[core]\n\tba_re = false\n", false},
    {"[core.x]\n\tbare = false\n", false},
    {"[core \"x\"]\n\tbare = false\n", false},
    {"[core]\n\thooksPath = hooks\n", false},
    {"[core]\n\tsshCommand = x\n", false},
    {"[core]\n\tpager = x\n", false},
    {"[core]\n\teditor = x\n", false},
    {"[core]\n\taskPass = x\n", false},
    {"[core]\n\tgitProxy = x\n", false},
    {"[core]\n\talternateRefsCommand = x\n", false},
    {"[core]\n\tattributesFile = x\n", false},
    {"[core]\n\tworktree = ..\n", true},
    {"[core]\n\tworktree = /ws/a\n", false},
    {"[core]\n\tworktree = /wsx\n", false},
    {"[core]\n\tworktree = ../..\n", false},
    {"[core]\n\tworktree = ../link/../../x\n", false},
    {"[core]\n\tworktree = /etc\n", false},
    {"[core]\n\tnewKeyOfNextYear = x\n", false},
    {"[include]\n\tpath = x\n", false},
    {"[includeIf \"gitdir:/\"]\n\tpath = x\n", false},
    {"[INCLUDE]\n\tpath = x\n", false},
    {"[alias]\n\tst = status\n", false},
    {"[alias]\n\tst = !x\n", false},
    {"[diff]\n\texternal = x\n", false},
    {"[diff \"a\"]\n\ttextconv = x\n", false},
    {"[diff \"a\"]\n\tcommand = x\n", false},
    {"[diff]\n\talgorithm = histogram\n", true},
    {"[filter \"a\"]\n\tclean = x\n", false},
    {"[filter \"lfs\"]\n\tprocess = git-lfs filter-process\n", false},
    {"[merge \"a\"]\n\tdriver = x\n", false},
    {"[merge]\n\tconflictStyle = zdiff3\n", true},
    {"[gpg]\n\tprogram = x\n", false},
    {"[gpg \"ssh\"]\n\tprogram = x\n", false},
    {"[commit]\n\tgpgsign = false\n", false},
    {"[credential]\n\thelper = !x\n", false},
    {"[sequence]\n\teditor = x\n", false},
    {"[pager]\n\tstatus = x\n", false},
    {"[interactive]\n\tdiffFilter = x\n", false},
    {"[uploadpack]\n\tpackObjectsHook = x\n", false},
    {"[hook \"a\"]\n\tcommand = x\n\tevent = pre-commit\n", false},
    {"[protocol \"ext\"]\n\tallow = always\n", false},
    {"[url \"https://evil/\"]\n\tinsteadOf = https://good/\n", false},
    {"[extensions]\n\tpartialClone = origin\n", false},
    {"[extensions]\n\tworktreeConfig = true\n\tobjectFormat = sha1\n", true},
    {"[remote \"origin\"]\n\turl = https://a.b/c.git\n\tfetch = +refs/heads/*:refs/*\n", true},
    {"[remote \"origin\"]\n\turl = git@a.b:c/d.git\n", true},
    {"[remote \"origin\"]\n\turl = ../other\n", true},
    {"[remote \"origin\"]\n\turl = /ws/up\n", true},
    {"[remote \"origin\"]\n\turl = ext::sh -c x\n", false},
    {"[remote \"origin\"]\n\turl = ssh://-oProxyCommand=x/y\n", false},
    {"[remote \"origin\"]\n\turl = -x\n", false},
    {"[remote \"origin\"]\n\turl = gopher://x\n", false},
    {"[remote \"origin\"]\n\tpushurl = https://evil/x\n", false},
    {"[remote \"origin\"]\n\tuploadpack = x\n", false},
    {"[remote \"origin\"]\n\tpromisor = true\n", false},
    {"[remote \"origin\"]\n\tvcs = x\n", false},
    {"[branch \"a.b\"]\n\tremote = origin\n\tmerge = refs/heads/a\n", true},
    {"[branch \"a\"]\n\tremote = https://evil/x\n", false},
    {"[branch \"a\"]\n\tmergeOptions = -s x\n", false},
    {"[branch \"a\\\"]\n\tremote = origin\n", false},
    {"[submodule \"a\"]\n\turl = ./up\n\tactive = true\n\tupdate = rebase\n", true},
    {"[submodule \"a\"]\n\tupdate = !x\n", false},
    {"[trailer \"a\"]\n\tcommand = x\n", false},
    {"[difftool \"a\"]\n\tcmd = x\n", false},
    {"[color]\n\tui = auto\n", true},
    {"[color \"diff\"]\n\tmeta = yellow bold\n", true},
};

} // namespace

TEST_CASE("a configuration stays only if everything in it is known to run nothing") {
  CHECK(std::size(lines) >= 60);
  for (const auto& one : lines) {
    CAPTURE(one.text);
    auto verdict = judge_config(one.text, place);
    CHECK(verdict.harmless == one.stays);
    CHECK(verdict.taken_out.empty() == one.stays);
    // What is left may always stay, and loses nothing more.
    auto again = judge_config(verdict.harmless_part, place);
    CHECK(again.harmless);
    CHECK(again.harmless_part == verdict.harmless_part);
  }
  CHECK_FALSE(judge_config("[core]\n\tbare = false\n\0"s, place).harmless);
}

TEST_CASE("what is taken out is named, and the rest is kept") {
  auto verdict = judge_config("[core]\n\tbare = false\n\tfsmonitor = x\n[user]\n\tname = \"A; B\"\n"
                              "[alias]\n\ta = !x\n\tb = !y\n\ta = !z\n",
                              place);

  CHECK(verdict.taken_out == std::vector<std::string>{"core.fsmonitor", "alias.a", "alias.b"});
  CHECK(verdict.harmless_part == "[core]\n\tbare = \"false\"\n[user]\n\tname = \"A; B\"\n");
}

TEST_CASE("a submodule's working tree may lie beside the git directory, not outside") {
  CHECK(judge_config("[core]\n\tworktree = ../../../sub\n", module_place).harmless);
  CHECK_FALSE(judge_config("[core]\n\tworktree = ../../../../sub\n", module_place).harmless);
}

TEST_CASE("a person's configuration may gain what runs nothing and must keep the rest") {
  const std::string before = "[core]\n\tbare = false\n\tfsmonitor = ./mine\n[user]\n\tname = A\n"
                             "[remote \"origin\"]\n\turl = https://a/b\n"
                             "[branch \"x\"]\n\tremote = origin\n";
  struct change {
    std::string after;
    bool stays;
  };
  auto without = [&](const std::string& part) {
    auto text = before;
    text.erase(text.find(part), part.size());
    return text;
  };
  const change changes[] = {
      {before, true},
      {before + "[submodule \"s\"]\n\turl = ./up\n", true},
      {before + "[remote \"other\"]\n\turl = https://c/d\n", true},
      {before + "[branch \"y\"]\n\tremote = origin\n", true},
      {without("[branch \"x\"]\n\tremote = origin\n"), true},
      {before + "[alias]\n\tx = !y\n", false},
      {before + "[core]\n\tfsmonitor = ./other\n", false},
      {before + "[core]\n\tfsmonitor = false\n", false},
      {without("\tfsmonitor = ./mine\n"), false},
      {before + "[remote \"origin\"]\n\turl = https://evil/b\n", false},
      {without("[remote \"origin\"]\n\turl = https://a/b\n"), false},
      {before + "[user]\n\tname = B\n", false},
      {before + "[core]\n\tworktree = ../x\n", false},
      {before + "[core]\n\tbare = true\n", false},
      {without("\tbare = false\n"), false},
      {without("[user]\n\tname = A\n"), false},
      {before + "[user]\n\tname = B\\\n", false},
  };
  for (const auto& one : changes) {
    CAPTURE(one.after);
    CHECK(is_harmless_change(before, one.after, place) == one.stays);
  }
}

TEST_CASE("written entries are read back as they were") {
  const std::vector<config_entry> entries = {
      {"core", std::nullopt, "bare", std::nullopt},
      {"core", std::nullopt, "x", " lead, trail; # \"quote\" \\ "},
      {"branch", "a \"b\" \\c", "merge", "refs/heads/x"},
  };

  auto text = read_config(write_config(entries));

  CHECK(text.plain);
  CHECK(text.entries == entries);
}
