#include "actors/turn/judgement.hpp"

#include "actors/tools/catalog.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using proto::action;

TEST_CASE("no spelling of a path passes by the rule that denies it") {
  proto::agent who;
  proto::permission_set user{{{"read", {{"secrets/*", action::deny}}, false}}};
  std::vector<proto::granted_rule> granted;
  auto judged = [&](const std::string& input) {
    return actors::judge_tool_call({who, user, granted, actors::tool_specs(), "/work"}, "read",
                                   input)
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
    return actors::judge_tool_call({who, user, granted, actors::tool_specs(), "/work"}, "grep",
                                   input)
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
  auto ruling = actors::judge_tool_call({who, user, granted, actors::tool_specs(), "/work"}, "bash",
                                        R"({"command":"x","run_in_background":true})");
  REQUIRE(ruling.problem);
  CHECK(ruling.problem->code == proto::ec::tool_invalid_args);
}

TEST_CASE("half a character in arguments is named") {
  proto::agent who;
  auto judged = [&](const std::string& input) {
    return actors::judge_tool_call({who, {}, {}, actors::tool_specs(), "/work"}, "bash", input)
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
