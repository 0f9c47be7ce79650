#include "actors/agents/builtin.hpp"
#include "actors/permission/policy.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace kodad;
using namespace kodad::actors;
using proto::action;

namespace {

const proto::agent& find(const std::string& id) {
  auto found = std::ranges::find(builtin_agents(), proto::agent_id{id}, &proto::agent::id);
  REQUIRE(found != builtin_agents().end());
  return *found;
}

action judged(const std::string& id, std::string_view tool, std::string_view subject,
              const proto::permission_set& user = {}) {
  return decide(layers_of(find(id), user, {}), {}, tool, subject).then;
}

} // namespace

TEST_CASE("six agents come with the program and one of them is primary") {
  CHECK(builtin_agents().size() == 6);
  CHECK(std::ranges::is_sorted(builtin_agents(), {}, &proto::agent::id));
  for (const auto& who : builtin_agents()) {
    CAPTURE(who.id.text);
    CHECK(who.builtin);
    CHECK(who.source == "builtin");
    CHECK_FALSE(who.description.empty());
    auto lines = std::ranges::count(who.system_prompt, '\n');
    CHECK(lines >= 15);
    CHECK(lines <= 60);
    CHECK((who.mode == proto::agent_mode::primary) == (who.id.text == "engineer"));
  }
  CHECK(find("engineer").temperature == 0.3);
  CHECK(find("engineer").max_tokens == 8192);
  CHECK(find("engineer").tools.empty());
}

TEST_CASE("the engineer works unasked, but not on everything") {
  CHECK(judged("engineer", "bash", "make -j2 && ./a.out $HOME") == action::allow);
  CHECK(judged("engineer", "bash", "ls && rm -r x") == action::ask);
  CHECK(judged("engineer", "bash", "sudo ls") == action::ask);
  CHECK(judged("engineer", "bash", "cd ../x; ls") == action::ask);
  CHECK(judged("engineer", "bash", "echo $(rm -rf /)") == action::ask);
  CHECK(judged("engineer", "write", "src/a.c") == action::allow);
  CHECK(judged("engineer", "read", "src/a.c") == action::allow);
  CHECK(judged("engineer", "read", "conf/prod.env") == action::ask);
  CHECK(judged("engineer", "read", ".env.local") == action::ask);
  CHECK(judged("engineer", "read", ".env.example") == action::allow);
  CHECK(judged("engineer", "question", "which?") == action::allow);
  CHECK(judged("engineer", "server_tool", "x") == action::ask);
}

TEST_CASE("the user's rules outrank those of a built-in agent") {
  proto::permission_set user{{{"bash", {{"*", action::ask}, {"make *", action::allow}}},
                              {"read", {{"*.env", action::allow}, {"secret/**", action::deny}}}}};
  CHECK(judged("engineer", "bash", "ls", user) == action::ask);
  CHECK(judged("engineer", "bash", "make all", user) == action::allow);
  CHECK(judged("engineer", "read", "a.env", user) == action::allow);
  CHECK(judged("engineer", "read", "secret/x", user) == action::deny);
  CHECK(judged("engineer", "write", "a", user) == action::allow);
}

TEST_CASE("those who only look have no tool to change anything") {
  for (const char* id : {"explorer", "planner"})
    for (const char* tool : {"bash", "write", "edit"})
      CHECK_FALSE(proto::may_use(find(id), tool));
  CHECK(proto::may_use(find("explorer"), "grep"));
  CHECK(judged("insight", "write", "AGENTS.md") == action::allow);
  CHECK(judged("insight", "write", "src/a.c") == action::ask);
}
