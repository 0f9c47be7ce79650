#include "storage/config/project_config.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using storage::read_project_config;

namespace {

std::string refusal(const std::string& text) {
  auto read = read_project_config(text);
  if (read)
    return "";
  CHECK(read.failure().code == proto::ec::tool_denied);
  CHECK(read.failure().context.size() < 1100);
  return read.failure().context;
}

bool holds(const std::string& all, std::string_view part) {
  return all.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a project's rules are read as the configuration's are") {
  auto read = read_project_config("permission:\n"
                                  "  bash: {\"*\": deny, \"git status\": allow}\n"
                                  "  write: ask\n");
  REQUIRE(read);
  CHECK(read->remarks.empty());
  const auto& tools = read->permission.tools;
  REQUIRE(tools.size() == 2);
  CHECK(tools[0].tool == "bash");
  CHECK(tools[0].rules[1].pattern == "git status");
  CHECK(tools[0].rules[1].then == proto::action::allow);
  CHECK(tools[1].is_word);
}

TEST_CASE("a file without rules has none") {
  for (const char* text : {"", "# nothing\n", "---\n", "version: 1\n", "permission: {}\n"}) {
    CAPTURE(text);
    auto read = read_project_config(text);
    REQUIRE(read);
    CHECK(read->permission.empty());
  }
}

TEST_CASE("the configuration's other keys have no effect, and are told without their values") {
  auto read = read_project_config("providers: [{id: a, api_key: sk-0123456789abcdef}]\n"
                                  "server: {tokens: [\"${NOT_THERE}\"], port: nonsense}\n"
                                  "tui: {}\n"
                                  "permission: {bash: deny}\n");
  REQUIRE(read);
  REQUIRE(read->permission.tools.size() == 1);
  // They are a remark; the operator hears of what matters.
  for (const auto& line : read->remarks) {
    CHECK(holds(line, "providers, server, tui"));
    CHECK(!holds(line, "sk-0123"));
  }
  CHECK(read->remarks.size() == 1);
}

TEST_CASE("what is not clear is refused, with its line and what helps") {
  struct {
    const char* text;
    const char* line;
    const char* says;
  } cases[] = {
      {"permission:\n  bash: dney\n", "kodad.yaml line 2: permission.bash", "did you mean deny?"},
      {"permission:\n  bash: {\"rm *\": no}\n", "kodad.yaml line 2", "did you mean deny?"},
      {"\npermision:\n  bash: deny\n", "kodad.yaml line 2: permision",
       "unknown key; did you mean permission?"},
      {"Permission: {bash: deny}\n", "kodad.yaml line 1", "did you mean permission?"},
      {"permission:\nbash: deny\n", "kodad.yaml line 2: bash", "unknown key"},
      {"permission: deny\n", "kodad.yaml line 1: permission", "expected a map"},
      {"permission: [bash]\n", "kodad.yaml line 1: permission", "expected a map"},
      {"- bash\n", "kodad.yaml line 1", "expected a map"},
      {"deny", "kodad.yaml line 1", "expected a map"},
      {"permission: {bash: deny\n", "kodad.yaml line 1", "not YAML"},
      {"permission: {bash: deny, bash: ask}\n", "kodad.yaml line 1", "stands twice"},
      {"permission: {bash: !env SECRET}\n", "kodad.yaml line 1", "without the tag"},
      {"permission: {bash: ${HOME}}\n", "kodad.yaml", ""},
      {"permission: {bash: deny}\n---\npermission: {}\n", "kodad.yaml line", "one document"},
      {"permission:\n\tbash: deny\n", "kodad.yaml line 2", "a tab"},
      {"permission: {bash: \"\xff\"}\n", "kodad.yaml line 1", "UTF-8"},
      {"<<: {permission: {bash: deny}}\n", "kodad.yaml line 1", "<<"},
      {"permission: {bash: [deny]}\n", "kodad.yaml line 1", "expected"},
      {"permission: {bash: {\"\": deny}}\n", "kodad.yaml line 1", "patterns"},
      {"? [a]\n: b\n", "kodad.yaml", "expected words as keys"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.text);
    auto said = refusal(one.text);
    CAPTURE(said);
    CHECK(holds(said, one.line));
    CHECK(holds(said, one.says));
  }
}

TEST_CASE("a strict rule that could never count is refused") {
  for (const char* text :
       {"permission: {bash: {\"rm *\": deny, \"*\": allow}}\n",
        "permission: {bash: {\"rm *\": deny, \"*\": ask}}\n",
        "permission: {bash: {\"git push *\": deny, \"git *\": allow}}\n",
        "permission: {bash: deny, \"*\": allow}\n", "permission: {bash: ask, \"b*\": allow}\n",
        "permission: {read: {\"./secrets/**\": deny}}\n",
        "permission: {read: {\"~/.ssh/**\": ask}}\n"}) {
    CAPTURE(text);
    auto said = refusal(text);
    CHECK((holds(said, "never counts") || holds(said, "matches nothing")));
  }
  for (const char* text : {"permission: {bash: {\"git *\": deny, \"git status\": allow}}\n",
                           "permission: {bash: {\"git status\": allow, \"*\": deny}}\n",
                           "permission: {\"*\": ask, bash: deny}\n",
                           "permission: {read: {\"src/**\": deny, \"src/*\": allow}}\n"}) {
    CAPTURE(text);
    CHECK(read_project_config(text));
  }
}

TEST_CASE("neither aliases nor depth make much of a small file") {
  std::string rules = "version: &a {";
  for (int i = 0; i < 400; ++i)
    rules += "p" + std::to_string(i) + ": deny, ";
  rules += "}\npermission: {";
  for (int i = 0; i < 90; ++i)
    rules += "t" + std::to_string(i) + ": *a, ";
  CHECK(holds(refusal(rules + "}\n"), "expected at most 100 tools and 1000 rules"));
  CHECK(holds(refusal("permission: &p {bash: *p}\n"), "kodad.yaml"));
  std::string deep = "permission: ";
  for (int i = 0; i < 20'000; ++i)
    deep += "[";
  CHECK(holds(refusal(deep), "kodad.yaml"));
  std::string tools = "permission: {";
  for (int i = 0; i < 101; ++i)
    tools += "t" + std::to_string(i) + ": deny, ";
  CHECK(holds(refusal(tools + "}\n"), "expected at most 100 tools"));
  CHECK(holds(refusal("permission: {" + std::string(65, 't') + ": deny}\n"), "at most 64 bytes"));
}

TEST_CASE("nothing that a terminal obeys comes out of a file, and mistakes are told in part") {
  auto said = refusal("\"\\e[31m\\nx\": 1\n");
  CHECK(!holds(said, "\x1b"));
  CHECK(!holds(said, "\n"));
  auto many = refusal("a1: 1\na2: 1\na3: 1\na4: 1\na5: 1\n");
  CHECK(holds(many, "a1"));
  CHECK(!holds(many, "a4"));
  CHECK(holds(many, "and 2 more"));
}
