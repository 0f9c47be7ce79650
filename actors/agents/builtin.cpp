#include "actors/agents/builtin.hpp"

#include "actors/agents/prompts.hpp"

namespace kodad::actors {

namespace {

using proto::action;
using proto::agent;
using proto::tool_permission;

using tool_names = std::vector<std::string>;

/// Files named .env hold secrets more often than not.
tool_permission reads() {
  return {"read",
          {{"*", action::allow},
           {"*.env", action::ask},
           {"*.env.*", action::ask},
           {"*.env.example", action::allow}}};
}

tool_permission always(std::string tool) {
  return {std::move(tool), {{"*", action::allow}}, true};
}

tool_permission commands() {
  return {"bash",
          {{"*", action::allow},
           {"rm *", action::ask},
           {"rm -rf *", action::ask},
           {"sudo *", action::ask},
           {"cd ../*", action::ask}}};
}

proto::permission_set may_look() {
  return {{reads(), always("glob"), always("grep")}};
}

proto::permission_set may_work() {
  return {{reads(), always("glob"), always("grep"), always("write"), always("edit"), commands(),
           always("question")}};
}

agent make(const char* id, const char* name, const char* description, std::string_view prompt) {
  agent out;
  out.id.text = id;
  out.name = name;
  out.description = description;
  out.mode = proto::agent_mode::subagent;
  out.temperature = 0.3;
  out.max_tokens = 8192;
  out.permission = may_work();
  out.system_prompt = prompt;
  out.builtin = true;
  out.source = "builtin";
  return out;
}

agent engineer() {
  auto out = make("engineer", "Engineer", "Writes, changes, runs and tests code. The default.",
                  prompts::engineer);
  out.mode = proto::agent_mode::primary;
  return out;
}

agent explorer() {
  auto out = make("explorer", "Explorer", "Finds things out about a code base; changes nothing.",
                  prompts::explorer);
  out.model = "utility";
  out.tools = {"read", "glob", "grep"};
  out.permission = may_look();
  return out;
}

agent planner() {
  auto out = make("planner", "Planner", "Turns a wish into a plan of small steps; changes nothing.",
                  prompts::planner);
  out.temperature = 0.5;
  out.max_tokens = 16384;
  out.tools = {"read", "glob", "grep", "question"};
  out.permission = may_look();
  return out;
}

agent polish() {
  return make("polish", "Polish", "Cleans up recent changes without changing what they do.",
              prompts::polish);
}

agent refactor() {
  return make("refactor", "Refactor", "Restructures code in small steps that keep the tests green.",
              prompts::refactor);
}

agent insight() {
  auto out = make("insight", "Insight", "Writes down in AGENTS.md what a session has learned.",
                  prompts::insight);
  out.model = "utility";
  out.tools = {"read", "glob", "grep", "write", "edit"};
  out.permission.tools = {reads(), always("glob"), always("grep")};
  for (const char* tool : {"write", "edit"})
    out.permission.tools.push_back({tool, {{"*", action::ask}, {"AGENTS.md", action::allow}}});
  return out;
}

} // namespace

const std::vector<agent>& builtin_agents() {
  static const std::vector<agent> all{engineer(), explorer(), insight(),
                                      planner(),  polish(),   refactor()};
  return all;
}

} // namespace kodad::actors
