#include "actors/tools/argument_values.hpp"
#include "actors/tools/catalog.hpp"
#include "proto/json/reader.hpp"
#include "tests/actors/tools/fixture.hpp"

#include <algorithm>

using namespace kodad::actors;
using kodad::proto::ec;

TEST_CASE("arguments are read however models spell them") {
  auto read = arguments("read", R"({"file_path":"a","limit":"20","offset":3.0,"endLine":null})");
  CHECK(read.text("filePath") == "a");
  CHECK(read.count("limit") == 20);
  CHECK(read.count("offset") == 3);
  CHECK(!read.text("endLine"));
  for (const char* yes : {"true", "\"True\"", "1", "\"1\"", "\"yes\"", "\" TRUE \""}) {
    auto edit = arguments("edit", std::string(R"({"path":"f","old_string":"a","NewString":"b",)") +
                                      R"("replace_all":)" + yes + "}");
    CHECK(edit.flag("replaceAll"));
    CHECK(edit.text("newString") == "b");
  }
  for (const char* no : {"false", "\"False\"", "0", "null"})
    CHECK(!arguments("grep", std::string(R"({"pattern":"x","-i":)") + no + "}").flag("-i"));
  CHECK(arguments("bash", R"({"cmd":"ls","timeout":0})").count("timeout") == std::nullopt);
  CHECK(arguments("glob", R"({"pattern":"*","path":""})").text("path") == std::nullopt);
}

TEST_CASE("what no tool takes is refused by its name, with those that are taken") {
  CHECK(refusal("grep", R"({"pattern":"x","recursive":true})") ==
        "there is no argument 'recursive'; grep takes pattern, path, include, type, -i, "
        "caseSensitive, -A, -B, -C, -n, outputMode, headLimit, offset, multiline, fixedStrings, "
        "wordRegexp, onlyMatching, invertMatch, includeIgnored, respectGitIgnore");
  CHECK(has(refusal("grep", R"({"pattern":"x","-a":1})"), "'-a'")); // -A is another.
  CHECK(has(refusal("read", R"({"filePath":"a","kodad":1})"), "'kodad'"));
  CHECK(has(refusal("edit", R"({"filePath":"a","oldString":"","newString":"","lines":3})"),
            "'lines'"));
  CHECK(has(refusal("write", R"({"filePath":"a","content":"","mode":"x"})"), "'mode'"));
  CHECK(has(refusal("glob", R"({"pattern":"*","depth":1})"), "'depth'"));
  CHECK(has(refusal("question", R"({"question":"x","answers":[]})"), "'answers'"));
  auto background = refusal("bash", R"({"command":"x","run_in_background":true})");
  CHECK(has(background, "run_in_background is not offered"));
  CHECK(has(background, "foreground"));
  CHECK(arguments("bash", R"({"command":"x","run_in_background":false})").text("command") == "x");
}

TEST_CASE("what other hosts taught is obeyed, or refused by its name with the reason") {
  struct {
    const char* tool;
    const char* more; ///< Beside what the tool needs.
    const char* told; ///< "" where the call goes on.
  } cases[] = {
      {"bash", R"("with_escalated_permissions":false)", ""},
      {"bash", R"("with_escalated_permissions":true)", "there is no escalation"},
      {"bash", R"("withEscalatedPermissions":"True")", "withEscalatedPermissions is not offered"},
      {"bash", R"("sandbox_permissions":"use_default","justification":"to see")", ""},
      {"bash", R"("sandbox_permissions":[])", ""},
      {"bash", R"("sandbox_permissions":"require_escalated")", "sandbox_permissions is not"},
      {"bash", R"("sandbox_permissions":["disk-full-write-access"])", "there is no escalation"},
      {"bash", R"("dangerouslyDisableSandbox":false)", ""},
      {"bash", R"("dangerouslyDisableSandbox":true)", "dangerouslyDisableSandbox is not offered"},
      {"bash", R"("is_background":"false","login":false,"tty":false,"shell":"bash")", ""},
      {"bash", R"("shell":"zsh")", "shell is not offered: commands are run by bash"},
      {"bash", R"("directory":"sub","description":"x")", ""},
      {"bash", R"("justification":{"a":1})", "'justification'"},
      {"edit", R"("instruction":"fix it","expected_replacements":2,"modified_by_user":false)", ""},
      {"edit", R"("expected_replacements":"two")", "the argument expectedReplacements must be"},
      {"edit", R"("modified_by_user":true)", "modified_by_user is not offered"},
      {"edit", R"("ai_proposed_content":"")", ""},
      {"edit", R"("allow_multiple":true)", ""},
      {"write", R"("modified_by_user":false,"ai_proposed_content":null)", ""},
      {"write", R"("ai_proposed_content":"other")", "ai_proposed_content is not offered"},
      {"glob", R"("respect_git_ignore":true,"case_sensitive":true)", ""},
      {"glob", R"("respect_gemini_ignore":true)", "respect_gemini_ignore is not offered"},
      {"read", R"("explanation":"to know")", ""},
  };
  for (const auto& each : cases) {
    CAPTURE(each.more);
    std::string tool = each.tool;
    auto needed = tool == "bash"   ? R"("command":"x",)"
                  : tool == "edit" ? R"("filePath":"f","oldString":"a","newString":"b",)"
                  : tool == "glob" ? R"("pattern":"*",)"
                                   : R"("filePath":"f",)";
    auto json =
        std::string("{") + needed + (tool == "write" ? R"("content":"",)" : "") + each.more + "}";
    if (*each.told == 0)
      CHECK(read_arguments(tool, json).ok());
    else
      CHECK(has(refusal(tool, json), each.told));
  }
  CHECK(arguments("bash", R"({"command":"x","dir_path":"sub"})").text("workdir") == "sub");
}

TEST_CASE("what is of another kind is refused by its name") {
  struct {
    const char* tool;
    const char* input;
    const char* told;
  } cases[] = {
      {"read", R"({"filePath":{"k":1}})", "the argument filePath must be a string, not an object"},
      {"read", R"({"filePath":["a"]})", "the argument filePath must be a string, not a list"},
      {"read", R"({"filePath":7})", "the argument filePath must be a string, not a number"},
      {"read", R"({"filePath":""})", "the argument filePath is empty"},
      {"read", R"({"filePath":null})", "the argument filePath is missing"},
      {"write", R"({"filePath":"a","content":{"a":1}})", "the argument content must be a string"},
      {"grep", R"({"pattern":""})", "the argument pattern is empty"},
      {"grep", R"({"pattern":"x","-i":"maybe"})", "the argument -i must be true or false"},
      {"grep", R"({"pattern":"x","-A":-1})", "the argument -A must be a whole number from 0"},
      {"bash", R"({"command":"x","timeout":-5})", "the argument timeout must be a whole number"},
      {"bash", R"({"command":"x","timeout":"abc"})", "not abc"},
      {"bash", R"({"command":"x","timeout":1.5})", "the argument timeout must be a whole number"},
      {"bash", R"({"command":"x","timeout":1e300})", "the argument timeout must be a whole number"},
      {"bash", R"({"command":"x","timeout":true})", "the argument timeout must be a whole number"},
      {"bash", R"({"command":{"a":"b"}})", "the argument command must be a string or a list"},
      {"bash", R"({"command":["a",{}]})", "the list holds an object"},
      {"bash", R"({"command":[]})", "the argument command is empty"},
      {"bash", R"({"command":" "})", "the argument command is empty"},
      {"bash", R"({})", "the argument command is missing"},
      {"read", R"({"filePath":"a","path":"b"})", "the argument filePath is given twice"},
      {"read", "[]", "no JSON object"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.input);
    auto said = refusal(each.tool, each.input);
    CAPTURE(said);
    CHECK(has(said, each.told));
  }
  CHECK(arguments("read", R"({"filePath":"a","path":"a"})").text("filePath") == "a");
}

TEST_CASE("a command that is a list is one line of its words") {
  CHECK(subject_of("bash", R"({"command":["echo","hi"]})") == "echo hi");
  CHECK(subject_of("bash", R"j({"command":["echo","$(touch x)","it's",""]})j") ==
        R"j(echo '$(touch x)' 'it'\''s' '')j");
  CHECK(subject_of("bash", R"({"command":"[\"rm\",\"-rf\",\"a b\"]"})") == "rm -rf 'a b'");
  CHECK(subject_of("bash", R"({"command":["sleep",5]})") == "sleep 5");
  CHECK(subject_of("bash", R"({"command":"[ -f x ] && echo"})") == "[ -f x ] && echo");
}

TEST_CASE("of two equal keys the last counts, as in any JSON client") {
  CHECK(subject_of("bash", R"({"command":"ls","command":"rm"})") == "rm");
}

TEST_CASE("the subject of a call is what the tool will act on") {
  struct {
    const char* tool;
    const char* input;
    const char* expected;
  } cases[] = {
      {"read", R"({"filePath":"./a/../b/c"})", "b/c"},
      {"read", R"({"file_path":"/work/b"})", "b"},
      {"write", R"({"path":"../out","content":""})", "../out"},
      {"edit", R"({"filePath":"/etc/passwd","oldString":"","newString":""})", "/etc/passwd"},
      {"bash", R"({"cmd":"git status"})", "git status"},
      {"bash", R"({"command":"ls","timeout":5})", "ls"},
      {"grep", R"({"pattern":"x"})", "."},
      {"glob", R"({"pattern":"*","path":"/work/src/"})", "src"},
      {"question", R"({"question":"Which?"})", "Which?"},
      {"read", "no json", ""},
  };
  for (const auto& each : cases) {
    CAPTURE(each.input);
    CHECK(subject_of(each.tool, each.input, "/work") == each.expected);
  }
  CHECK(subject_of("read", R"({"filePath":"/work/b"})") == "/work/b");
}

TEST_CASE("every tool has a schema that is JSON, says what reads only, and names what is taken") {
  kodad::proto::json::parser reading;
  std::vector<std::string> names;
  for (const auto& spec : tool_specs()) {
    CAPTURE(spec.name);
    names.push_back(spec.name);
    auto schema = reading.parse_object(spec.schema.text);
    REQUIRE(schema.ok());
    CHECK(!spec.description.empty());
    bool reads = spec.name != "bash" && spec.name != "edit" && spec.name != "write";
    CHECK(spec.read_only == reads);
    auto properties = kodad::proto::json::find_object(*schema, "properties");
    REQUIRE(properties);
    for (auto property : *properties) {
      auto given = read_arguments(spec.name, "{\"" + std::string(property.key) + "\":\"\"}");
      CAPTURE(property.key);
      CHECK((given.ok() || !has(given.failure().context, "there is no argument")));
    }
  }
  CHECK(names ==
        std::vector<std::string>{"bash", "edit", "glob", "grep", "question", "read", "write"});
}
