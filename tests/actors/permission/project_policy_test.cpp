#include "actors/permission/policy.hpp"
#include "tests/actors/permission/hostile_commands.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::action;
using proto::permission_set;

namespace {

struct three_sets {
  decision of(std::string_view tool, std::string_view subject) const {
    return decide(layers_of(who, user, project), granted, tool, subject);
  }

  proto::agent who;
  permission_set user;
  permission_set project;
  std::vector<proto::granted_rule> granted;
};

} // namespace

TEST_CASE("whatever a project's rules say, nothing becomes laxer") {
  const permission_set hosts[] = {{},
                                  {{{"bash", {{"*", action::deny}}, true}}},
                                  {{{"bash", {{"*", action::ask}, {"ls *", action::allow}}}}},
                                  {{{"*", {{"*", action::allow}}, true}}}};
  const permission_set projects[] = {
      {},
      {{{"*", {{"*", action::allow}}, true}}},
      {{{"bash", {{"*", action::allow}}, true}, {"write", {{"*", action::allow}}, true}}},
      {{{"bash", {{"*", action::deny}, {"ls *", action::allow}}}}},
      {{{"bash", {{"*", action::ask}}, true}}},
      {{{"*", {{"*", action::deny}}, true}}}};
  std::vector<std::pair<std::string, std::string>> calls{
      {"bash", "ls -l"}, {"write", "a"}, {"read", "a"}, {"question", ""}, {"bash", "ls; rm x"}};
  for (const auto& [text, forbidden] : hostile_commands)
    calls.emplace_back("bash", text);
  for (bool builtin : {true, false})
    for (const auto& user : hosts)
      for (const auto& project : projects)
        for (const auto& [tool, subject] : calls) {
          CAPTURE(subject);
          three_sets with{{}, user, project, {{"bash", "ls -l"}}};
          with.who.builtin = builtin;
          with.who.permission.tools = {{"bash", {{"rm *", action::deny}}, false}};
          auto without = with;
          without.project = {};
          CHECK(with.of(tool, subject).then >= without.of(tool, subject).then);
        }
}

TEST_CASE("where a project's last rule allows, it has no opinion") {
  three_sets all;
  all.project.tools = {{"bash", {{"*", action::deny}, {"git status", action::allow}}, false},
                       {"read", {{"*", action::deny}, {"src/**", action::allow}}, false}};

  CHECK(all.of("bash", "git status").then == action::ask);
  CHECK(all.of("bash", "git log").then == action::deny);
  CHECK(all.of("bash", "git status; git log").then == action::deny);
  CHECK(all.of("read", "src/a").then == action::allow);
  CHECK(all.of("read", "a").then == action::deny);
  CHECK(all.of("read", "src/../a").then == action::deny);

  all.user.tools = {{"bash", {{"git *", action::allow}}, false}};
  CHECK(all.of("bash", "git status").then == action::allow);
  auto denied = all.of("bash", "git log");
  CHECK(denied.then == action::deny);
  CHECK(denied.from == rule_origin::project);

  // A built-in agent yields to the user, not to the project.
  all.who.builtin = true;
  all.who.permission.tools = {{"write", {{"*", action::deny}}, true}};
  all.project.tools.push_back({"write", {{"*", action::allow}}, true});
  CHECK(all.of("write", "a").then == action::deny);
}

TEST_CASE("what a project asks about the user may grant, what it denies nobody") {
  three_sets all;
  all.user.tools = {{"*", {{"*", action::allow}}, true}};
  all.project.tools = {{"bash", {{"*", action::ask}, {"rm *", action::deny}}, false},
                       {"read", {{"*.pem", action::ask}}, false}};

  CHECK(all.of("bash", "make").then == action::ask);
  CHECK(all.of("read", "a.pem").then == action::ask);
  CHECK(all.of("read", "a").then == action::allow);
  all.granted = {{"bash", "make"}, {"bash", "rm *"}, {"read", "a.pem"}};
  CHECK(all.of("bash", "make").then == action::allow);
  CHECK(all.of("read", "a.pem").then == action::allow);
  CHECK(all.of("bash", "rm x").then == action::deny);
}
