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
