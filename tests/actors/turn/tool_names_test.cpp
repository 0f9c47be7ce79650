#include "actors/turn/tool_names.hpp"

#include "actors/turn/judgement.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::ec;

namespace {

std::vector<proto::tool_spec> tools(std::initializer_list<const char*> names) {
  std::vector<proto::tool_spec> out;
  for (auto name : names)
    out.emplace_back().name = name;
  return out;
}

} // namespace

TEST_CASE("a name that fits one tool but for its spelling is that tool") {
  auto known = tools({"bash", "read", "web_fetch", "todo-write"});
  for (auto name : {"bash",
                    "Bash",
                    "BASH",
                    " bash ",
                    "bash\n",
                    "\"bash\"",
                    "`bash`",
                    "'bash'",
                    "bash()",
                    "functions.bash",
                    "functions::bash",
                    "functions/bash",
                    "default_api:bash",
                    "default_api.bash",
                    "functions.bash:0",
                    "bash:12",
                    "multi_tool_use.bash",
                    "tools.functions.Bash",
                    "bash<|channel|>commentary",
                    "bash<|channel|>json",
                    "<|start|>bash",
                    "<|tool|>Bash<|end|>",
                    "<tool_call>bash",
                    "bash</tool_call>",
                    "<function=bash>",
                    "bash\"",
                    "bash,"}) {
    INFO(name);
    CHECK(meant_tool(known, name) == "bash");
  }
  for (auto name :
       {"web_fetch", "WebFetch", "webFetch", "web-fetch", "WEB_FETCH", "functions.webfetch"})
    CHECK(meant_tool(known, name) == "web_fetch");
  CHECK(meant_tool(known, "todo_write") == "todo-write");
}

TEST_CASE("a name that fits none or several is nobody's") {
  auto known = tools({"bash", "re_ad", "rea_d", "other.bash"});
  for (auto name : {"", " ", "\"\"", "basher", "ba", "read", "bash rm", "mybash", "bash.rm", "<>",
                    "<|", "functions.", "functions", ":0", "{}", "bash|read"}) {
    INFO(name);
    CHECK_FALSE(meant_tool(known, name));
  }
  CHECK(meant_tool(known, "re_ad") == "re_ad");
  CHECK(meant_tool(known, "other.bash") == "other.bash");
  CHECK_FALSE(meant_tool(known, std::string(1'000'000, '<')));
}

TEST_CASE("the error for an unknown tool names those that there are, within bounds") {
  auto why = no_such_tool(tools({"bash", "read"}), "teleport");
  CHECK(why.code == ec::tool_not_found);
  CHECK(why.context.find("'teleport'") != std::string::npos);
  CHECK(why.context.find("bash, read") != std::string::npos);

  auto many = tools({});
  for (int n = 0; n < 1000; ++n)
    many.emplace_back().name = "tool_number_" + std::to_string(n);
  CHECK(no_such_tool(many, std::string(100'000, 'x')).context.size() < 6000);
  CHECK(no_such_tool({}, "x").context.find("none") != std::string::npos);
}

TEST_CASE("rules judge the tool that is meant, however it is spelled") {
  proto::agent who;
  proto::permission_set user{{{"bash", {{"rm *", proto::action::deny}}, false}}};
  std::vector<proto::granted_rule> granted;
  const step_rules own{std::make_shared<const proto::permission_set>(), {}};
  auto known = tools({"bash", "read"});
  auto judged = [&](const std::string& tool, const std::string& input) {
    return judge_tool_call({who, user, own, granted, known, "/work"}, tool, input);
  };

  for (auto name : {"bash", "Bash", "functions.bash:1"}) {
    auto ruling = judged(name, R"({"command":"rm x"})");
    CHECK(ruling.then == proto::action::deny);
    CHECK(ruling.tool == "bash");
    CHECK_FALSE(ruling.problem);
  }
  CHECK(judged("nothing", "{}").problem->code == ec::tool_not_found);
  auto broken = judged("Bash", R"({"command":"ls)").problem.value_or(proto::error{});
  CHECK(broken.code == ec::tool_invalid_args);
  CHECK(broken.context.find(R"({"command":"ls)") != std::string::npos);
  CHECK(judged("bash", "{" + std::string(100'000, 'x')).problem->context.size() < 3000);
}
