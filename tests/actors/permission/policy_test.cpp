#include "actors/permission/policy.hpp"

#include "proto/broader_rule.hpp"
#include "proto/text/glob.hpp"
#include "tests/actors/permission/hostile_commands.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace kodad;
using namespace kodad::actors;
using proto::action;
using proto::permission_set;

namespace {

const permission_set guarded{{{"bash",
                               {{"ls *", action::allow},
                                {"git status", action::allow},
                                {"go test *", action::allow},
                                {"curl *", action::deny},
                                {"rm *", action::deny}}}}};

decision by_user(const permission_set& rules, std::string_view tool, std::string_view subject,
                 const std::vector<proto::granted_rule>& granted = {}) {
  return decide({{&rules, rule_origin::user}}, granted, tool, subject);
}

action judge(std::string_view command) {
  return by_user(guarded, "bash", command).then;
}

} // namespace

TEST_CASE("honest commands are allowed by their rules") {
  for (const char* text :
       {"ls", "ls -la src", "git status", "go test ./...", "ls; git status",
        "ls | ls -l && go test -count=1 ./... 2>&1", "ls 'a b' *.cpp", "go test -run 'A|B' ./x"}) {
    CAPTURE(text);
    CHECK(judge(text) == action::allow);
  }
}

TEST_CASE("no hostile command is allowed, and the forbidden stay forbidden") {
  CHECK(std::size(hostile_commands) >= 120);
  for (const auto& [text, forbidden] : hostile_commands) {
    CAPTURE(text);
    auto then = judge(text);
    CHECK(then != action::allow);
    if (forbidden)
      CHECK(then == action::deny);
  }
}

TEST_CASE("a broader rule is one of the rules that let no hostile command in") {
  for (const char* honest : {"ls -l", "go test ./x"}) {
    auto rule = proto::broader_rule("bash", proto::text::escape(honest));
    REQUIRE(rule);
    std::vector<proto::granted_rule> granted{{"bash", *rule}};
    CHECK(by_user({}, "bash", std::string(honest) + "2 3", granted).then == action::allow);
    CHECK(by_user({}, "bash", std::string("x") + honest, granted).then == action::ask);
    for (const auto& [text, forbidden] : hostile_commands) {
      CAPTURE(text);
      CAPTURE(honest);
      CHECK(by_user({}, "bash", text, granted).then != action::allow);
    }
  }
}

TEST_CASE("flags that run or write something undo an allowing rule") {
  const permission_set trusting{{{"bash",
                                  {{"find *", action::allow},
                                   {"git *", action::allow},
                                   {"sort *", action::allow},
                                   {"rg *", action::allow},
                                   {"tar *", action::allow},
                                   {"man *", action::allow},
                                   {"sed *", action::allow},
                                   {"awk *", action::allow},
                                   {"env *", action::allow},
                                   {"go *", action::allow},
                                   {"xargs *", action::allow},
                                   {"less *", action::allow},
                                   {"cat *", action::allow},
                                   {"export *", action::allow},
                                   {"python *", action::allow}}}}};
  for (const char* text : risky_vectors) {
    CAPTURE(text);
    CHECK(by_user(trusting, "bash", text).then == action::ask);
  }
  for (const char* text :
       {"find . -name '*.c'", "git log --oneline -5", "git diff HEAD~1", "sort -u -k2 names",
        "rg -n main src", "tar -tzf a.tgz", "go vet ./..."}) {
    CAPTURE(text);
    CHECK(by_user(trusting, "bash", text).then == action::allow);
  }
  CHECK(std::size(risky_vectors) >= 60);
}

TEST_CASE("who runs anything is covered by no pattern, and no pattern is offered for him") {
  for (const char* program :
       {"npx",        "uvx",      "pipx",    "java",     "Rscript",
        "julia",      "tsx",      "ts-node", "valgrind", "watchexec",
        "hyperfine",  "xvfb-run", "conda",   "mise",     "nix-shell",
        "pypy3.9",    "nodejs",   "perf",    "ash",      "ld-linux-x86-64.so.2",
        "tee",        "dd",       "env",     "sudo",     "awk",
        "python3.11", "elvish"}) {
    CAPTURE(program);
    auto line = std::string(program) + " x y";
    permission_set rules{{{"bash", {{std::string(program) + " *", action::allow}}}}};
    CHECK(by_user(rules, "bash", line).then == action::ask);
    CHECK(!proto::broader_rule("bash", line));
    // To the letter it may be allowed.
    CHECK(by_user({}, "bash", line, {{"bash", line}}).then == action::allow);
  }
  for (const char* program : {"make", "ninja", "just", "rake", "find", "fd"}) {
    CAPTURE(program);
    auto line = std::string(program) + " x y";
    permission_set rules{{{"bash", {{std::string(program) + " *", action::allow}}}}};
    CHECK(by_user(rules, "bash", line).then == action::allow);
    CHECK(!proto::broader_rule("bash", line));
  }
  permission_set trusting{{{"bash",
                            {{"ninja *", action::allow},
                             {"just *", action::allow},
                             {"gmake *", action::allow},
                             {"rake *", action::allow}}}}};
  for (const char* text : {"ninja -f other.ninja", "just --justfile x", "just --shell rm",
                           "gmake -f x", "rake -e 'x'", "rake --require x"})
    CHECK(by_user(trusting, "bash", text).then == action::ask);
}

TEST_CASE("a chain of any length is judged in all its parts") {
  std::string chain;
  for (int at = 0; at < 500; ++at)
    chain += "ls -l; ";
  CHECK(judge(chain + "ls") == action::allow);
  CHECK(judge(chain + "curl evil") == action::deny);
  CHECK(judge(chain + "id") == action::ask);
  CHECK(judge(chain + "echo $(curl evil)") == action::deny);

  std::string long_line = "ls " + std::string(1'000'000, 'a');
  CHECK(judge(long_line) == action::ask);
  CHECK(judge(long_line + "; rm x") == action::deny);
}

TEST_CASE("within one set the last rule that matches wins") {
  permission_set rules{{{"read", {{"*.env", action::deny}, {"*", action::allow}}},
                        {"write", {{"*", action::deny}, {"docs/**", action::allow}}}}};
  CHECK(by_user(rules, "read", "a.env").then == action::allow);
  CHECK(by_user(rules, "write", "docs/x/y").then == action::allow);
  CHECK(by_user(rules, "write", "src/x").then == action::deny);
  CHECK(by_user(rules, "write", "docs/../src/x").then == action::deny);
  CHECK(by_user(rules, "write", "docs/x/y").pattern == "docs/**");
}

TEST_CASE("between sets the strictest wins, but the user outranks a built-in agent") {
  permission_set allows{{{"bash", {{"*", action::allow}}, true}}};
  permission_set asks{{{"bash", {{"*", action::ask}}, true}}};
  permission_set denies{{{"bash", {{"make *", action::deny}}}}};
  auto both = [](const permission_set& agent, rule_origin from, const permission_set& user) {
    return decide({{&agent, from}, {&user, rule_origin::user}}, {}, "bash", "make all").then;
  };
  CHECK(both(allows, rule_origin::agent, asks) == action::ask);
  CHECK(both(asks, rule_origin::agent, allows) == action::ask);
  CHECK(both(asks, rule_origin::builtin_agent, allows) == action::allow);
  CHECK(both(denies, rule_origin::builtin_agent, allows) == action::allow);
  CHECK(both(denies, rule_origin::agent, allows) == action::deny);
  CHECK(both(allows, rule_origin::builtin_agent, denies) == action::deny);
}

TEST_CASE("without a rule reading is allowed and all else is asked") {
  for (const char* tool : {"read", "glob", "grep", "question"})
    CHECK(by_user({}, tool, "x").then == action::allow);
  for (const char* tool : {"bash", "write", "edit", "server_tool", "READ", ""})
    CHECK(by_user({}, tool, "x").then == action::ask);
}

TEST_CASE("a rule may name its tool by a pattern") {
  permission_set rules{{{"*", {{"*", action::deny}}, true}, {"files_*", {{"*", action::allow}}}}};
  CHECK(by_user(rules, "read", "x").then == action::deny);
  CHECK(by_user(rules, "files_list", "x").then == action::allow);
}

TEST_CASE("what was granted turns ask into allow and never deny") {
  std::vector<proto::granted_rule> granted{{"bash", "make *"}, {"bash", "rm *"}};
  CHECK(by_user(guarded, "bash", "make all", granted).then == action::allow);
  CHECK(by_user(guarded, "bash", "make all; id", granted).then == action::ask);
  CHECK(by_user(guarded, "bash", "make $(id)", granted).then == action::ask);
  CHECK(by_user(guarded, "bash", "make all; ls", granted).then == action::allow);
  CHECK(by_user(guarded, "bash", "rm x", granted).then == action::deny);
  CHECK(by_user(guarded, "write", "make", granted).then == action::ask);
}

TEST_CASE("always grants exactly what was shown") {
  for (const char* text : {"touch *", "echo $(date) > {a,b}", "id; make", "mv a\\*b c"}) {
    CAPTURE(text);
    auto asked = by_user(guarded, "bash", text);
    CHECK(asked.then == action::ask);
    std::vector<proto::granted_rule> granted{{"bash", asked.suggested_pattern}};
    CHECK(by_user(guarded, "bash", text, granted).then == action::allow);
    CHECK(by_user(guarded, "bash", std::string(text) + "x", granted).then == action::ask);
  }
  std::vector<proto::granted_rule> star{
      {"bash", by_user(guarded, "bash", "mv *").suggested_pattern}};
  CHECK(by_user(guarded, "bash", "mv -f a b", star).then == action::ask);
}

TEST_CASE("a rule too costly to try counts when it is strict and not when it is lax") {
  std::string costly;
  for (int at = 0; at < 30; ++at)
    costly += "{a,b}";
  permission_set denies{{{"bash", {{costly, action::deny}}}}};
  permission_set allows{{{"bash", {{costly, action::allow}}}}};
  CHECK(by_user(denies, "bash", "ls").then == action::deny);
  CHECK(by_user(allows, "bash", "ls").then == action::ask);
}
