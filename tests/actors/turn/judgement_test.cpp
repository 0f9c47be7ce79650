#include "actors/turn/judgement.hpp"

#include "actors/tools/catalog.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using proto::action;

namespace {

actors::step_rules project(proto::permission_set rules) {
  return {std::make_shared<const proto::permission_set>(std::move(rules)), {}};
}

const auto no_project = project({});

} // namespace

TEST_CASE("no spelling of a path passes by the rule that denies it") {
  proto::agent who;
  proto::permission_set user{{{"read", {{"secrets/*", action::deny}}, false}}};
  std::vector<proto::granted_rule> granted;
  auto judged = [&](const std::string& input) {
    return actors::judge_tool_call({who, user, no_project, granted, actors::tool_specs(), "/work"},
                                   "read", input)
        .then;
  };
  for (const char* input :
       {R"({"filePath":"secrets/key"})", R"({"path":"./secrets/key"})",
        R"({"file_path":"a/../secrets//key"})", R"({"filePath":"/work/secrets/key"})",
        R"({"filePath":"/work/./a/../secrets/key"})",
        R"({"filePath":"x","filePath":"secrets/key"})"}) {
    CAPTURE(input);
    CHECK(judged(input) == action::deny);
  }
  CHECK(judged(R"({"filePath":"public/key"})") == action::allow);
}

TEST_CASE("a search of a file is judged as reading it, too") {
  proto::agent who;
  who.builtin = true;
  who.permission.tools = {{"read", {{"*", action::allow}, {"*.env", action::ask}}, false},
                          {"grep", {{"*", action::allow}}, true}};
  proto::permission_set user{{{"read", {{"secrets/**", action::deny}}, false}}};
  std::vector<proto::granted_rule> granted;
  auto judged = [&](const std::string& input) {
    return actors::judge_tool_call({who, user, no_project, granted, actors::tool_specs(), "/work"},
                                   "grep", input)
        .then;
  };
  CHECK(judged(R"({"pattern":"x"})") == action::allow);
  CHECK(judged(R"({"pattern":"x","path":"a/.env"})") == action::ask);
  CHECK(judged(R"({"pattern":"x","path":"secrets/a"})") == action::deny);
  granted = {{"grep", "a/.env"}};
  CHECK(judged(R"({"pattern":"x","path":"./a/.env"})") == action::allow);
}

TEST_CASE("wrong arguments are refused before anybody is asked") {
  proto::agent who;
  proto::permission_set user{{{"bash", {{"*", action::ask}}, true}}};
  std::vector<proto::granted_rule> granted;
  auto ruling =
      actors::judge_tool_call({who, user, no_project, granted, actors::tool_specs(), "/work"},
                              "bash", R"({"command":"x","run_in_background":true})");
  REQUIRE(ruling.problem);
  CHECK(ruling.problem->code == proto::ec::tool_invalid_args);
}

TEST_CASE("half a character in arguments is named") {
  proto::agent who;
  auto judged = [&](const std::string& input) {
    return actors::judge_tool_call({who, {}, no_project, {}, actors::tool_specs(), "/work"}, "bash",
                                   input)
        .problem;
  };
  auto half = judged(R"({"command":"echo \ud83d"})");
  REQUIRE(half);
  CHECK(half->code == proto::ec::tool_invalid_args);
  CHECK(half->context.find("half a character") != std::string::npos);
  CHECK(half->context.find(R"(echo \ud83d)") != std::string::npos);
  auto other = judged(R"({"command":"echo)");
  REQUIRE(other);
  CHECK(other->context.find("half a character") == std::string::npos);
}

TEST_CASE("a project's rules deny and ask, also where a search reads, and allow nothing") {
  proto::agent who;
  proto::permission_set user{{{"bash", {{"make *", action::allow}}, false},
                              {"grep", {{"*", action::allow}}, true},
                              {"read", {{"*", action::allow}}, true}}};
  auto own = project({{{"bash", {{"*", action::deny}, {"make *", action::allow}}, false},
                       {"write", {{"*", action::allow}}, true},
                       {"read", {{"secrets/**", action::deny}}, false}}});
  std::vector<proto::granted_rule> granted{{"bash", "ls"}};
  auto judged = [&](const std::string& tool, const std::string& input) {
    return actors::judge_tool_call({who, user, own, granted, actors::tool_specs(), "/work"}, tool,
                                   input);
  };

  CHECK(judged("bash", R"({"command":"make all"})").then == action::allow);
  for (const char* line : {"ls", "make all && ls", "make $(ls)"}) {
    CAPTURE(line);
    auto ruling = judged("bash", R"({"command":")" + std::string(line) + "\"}");
    CHECK(ruling.then == action::deny);
    REQUIRE(ruling.problem);
    CHECK(ruling.problem->code == proto::ec::tool_denied);
    CHECK(ruling.problem->context.find("kodad.yaml") != std::string::npos);
  }
  CHECK(judged("write", R"({"filePath":"a","content":""})").then == action::ask);
  CHECK(judged("grep", R"({"pattern":"x","path":"src"})").then == action::allow);
  CHECK(judged("grep", R"({"pattern":"x","path":"src/../secrets/a"})").then == action::deny);
}

TEST_CASE("while a project's rules are not known nothing runs") {
  proto::agent who;
  proto::permission_set user{{{"*", {{"*", action::allow}}, true}}};
  std::vector<proto::granted_rule> granted{{"bash", "*"}};
  auto judged = [&](const actors::step_rules& own, const std::string& tool) {
    return actors::judge_tool_call({who, user, own, granted, actors::tool_specs(), "/work"}, tool,
                                   R"({"command":"ls"})");
  };
  actors::step_rules broken{nullptr,
                            proto::make_error(proto::ec::tool_denied, "kodad.yaml line 3: no")};
  for (const char* tool : {"bash", "read", "question"}) {
    auto ruling = judged(broken, tool);
    CHECK(ruling.then == action::deny);
    REQUIRE(ruling.problem);
    CHECK(ruling.problem->context == "kodad.yaml line 3: no");
    CHECK(judged({}, tool).then == action::deny);
  }
  auto hung = actors::rules_unread(proto::make_error(proto::ec::timeout, "no answer within 10 s"));
  CHECK(hung.code == proto::ec::tool_denied);
  CHECK(hung.context.find("kodad.yaml could not be read (no answer within 10 s)") == 0);
  auto gone = proto::make_error(proto::ec::workspace_vanished, "gone");
  CHECK(actors::rules_unread(gone).code == proto::ec::workspace_vanished);
}
