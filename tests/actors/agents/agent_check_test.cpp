#include "actors/agents/agent_check.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::action;
using proto::ec;

namespace {

const std::vector<std::string> tools{"bash", "edit", "read"};

std::string problem(const proto::agent& wish) {
  auto checked = check_agent(wish, tools);
  if (checked)
    return "";
  CHECK(checked.failure().code == ec::invalid_value);
  return checked.failure().field + ": " + checked.failure().context;
}

proto::agent with_rule(const std::string& tool) {
  proto::agent out;
  out.permission.tools = {{tool, {{"*", action::deny}}, true}};
  return out;
}

proto::model make_model(const std::string& provider, const std::string& name) {
  proto::model out;
  out.id.text = provider + "/" + name;
  out.provider_id = provider;
  out.name = name;
  return out;
}

const std::vector<proto::model> models{make_model("open", "big"), make_model("open", "small"),
                                       make_model("shut", "own"), make_model("sim", "koda")};
const std::vector<model_source> sources{{"open", 1, false}, {"shut", 1, false}, {"sim", 1, true}};

std::string model_problem(const std::string& wish,
                          const std::optional<std::string>& failure = std::nullopt) {
  std::vector<proto::provider_status> states{{"open", "", true, 2, failure, {}},
                                             {"shut", "", true, 1, {}, {}},
                                             {"sim", "", true, 1, {}, {}}};
  auto checked = check_model(wish, models, states, sources);
  if (checked)
    return "";
  CHECK(checked.failure().code == ec::unknown_model);
  CHECK(checked.failure().field == "model");
  return checked.failure().context;
}

} // namespace

TEST_CASE("a tool that is not there is refused with the nearest name and the list") {
  proto::agent wish;
  wish.tools = {"read", "Bash"};
  CHECK(problem(wish) == "tools: there is no such tool: expected bash, edit or read, not Bash; did "
                         "you mean bash?");
  wish.tools = {};
  wish.deny_tools = {"wirte"};
  CHECK(problem(wish) ==
        "deny_tools: there is no such tool: expected bash, edit or read, not wirte");
  wish.deny_tools = {"serach"};
  CHECK(problem(wish).ends_with("not serach; did you mean search?"));
  wish.deny_tools = {""};
  CHECK(problem(wish).find("not an empty text") != std::string::npos);
  wish.deny_tools = {"*"};
  CHECK(problem(wish).find("a pattern may stand in permission only") != std::string::npos);
}

TEST_CASE("names of KodaCode and of MCP servers are taken") {
  proto::agent wish;
  wish.tools = {"read", "search", "lsp", "git", "web_fetch", "mcp_github_list"};

  CHECK(problem(wish) == "");
}

TEST_CASE("a rule must fit some tool") {
  for (const char* good : {"bash", "*", "re*", "{bash,edit}", "git", "mcp_x_*", "mcp_x_y"})
    CHECK(problem(with_rule(good)) == "");
  CHECK(problem(with_rule("bsh")) ==
        "permission.bsh: there is no such tool: expected bash, edit or "
        "read, not bsh; did you mean bash?");
  CHECK(problem(with_rule("Bash(git *)")).ends_with("did you mean bash?"));
  for (const char* bad : {"Read", "b*h*x", "", "reed"})
    CHECK_FALSE(problem(with_rule(bad)).empty());
}

TEST_CASE("numbers have ranges") {
  proto::agent wish;
  for (double bad : {9.0, -0.1, 2.01}) {
    wish.temperature = bad;
    CHECK(problem(wish).starts_with("temperature: expected a number from 0 to 2, not "));
  }
  for (double good : {0.0, 2.0})
    wish.temperature = good;
  CHECK(problem(wish) == "");
  wish.max_tokens = 0;
  CHECK(problem(wish) == "max_tokens: expected a whole number from 1 to 10000000, not 0");
  wish.max_tokens = 1;
  wish.reasoning_budget = -1;
  CHECK(problem(wish).starts_with("reasoning_budget: "));
  wish.reasoning_budget = 0;
  CHECK(problem(wish) == "");
}

TEST_CASE("a tool cannot be granted and denied at once") {
  proto::agent wish;
  wish.tools = {"bash", "read"};
  wish.deny_tools = {"bash"};

  CHECK(problem(wish).starts_with("deny_tools: bash stands in tools, too"));
}

TEST_CASE("a model must be one of a provider whose list is known") {
  for (const char* good : {"", "utility", "open/big", "sim/koda", "shut/other"})
    CHECK(model_problem(good) == "");
  CHECK(model_problem("open/bg") ==
        "there is no such model: expected open/big or open/small, not open/bg; did you mean "
        "open/big?");
  CHECK(model_problem("sim/kode").ends_with("did you mean sim/koda?"));
  CHECK(model_problem("big").ends_with("did you mean open/big?"));
  CHECK(model_problem("opne/big")
            .starts_with("expected utility or PROVIDER/NAME of a configured "
                         "provider (open, shut or sim), not opne/big"));
  CHECK(model_problem("utilty").ends_with("did you mean utility?"));
  CHECK_FALSE(model_problem("open/").empty());
  CHECK_FALSE(model_problem("/").empty());
}

TEST_CASE("where a provider's list is not known a model is taken") {
  CHECK(model_problem("open/new", "status 500") == "");
  CHECK(model_problem("shut/new") == "");
  CHECK_FALSE(model_problem("shut/").empty());
}
