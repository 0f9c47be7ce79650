#include "http/start/config_checks.hpp"

#include "actors/agents/builtin.hpp"
#include "actors/tools/catalog.hpp"
#include "http/start/folders.hpp"
#include "http/start/listener.hpp"
#include "http/start/models.hpp"
#include "proto/text/ascii.hpp"
#include "proto/text/glob.hpp"
#include "proto/text/nearest_word.hpp"
#include "proto/words.hpp"
#include "storage/config/descriptor_check.hpp"
#include "storage/host/path.hpp"

#include <algorithm>
#include <span>

namespace kodad::http {

namespace {

/// "; did you mean bash?", also of what other programs call a tool.
std::string meant_tool(std::string_view given, std::span<const std::string_view> tools) {
  constexpr std::pair<std::string_view, std::string_view> others[] = {
      {"shell", "bash"},       {"exec", "bash"},         {"execute", "bash"},
      {"run", "bash"},         {"command", "bash"},      {"terminal", "bash"},
      {"run_command", "bash"}, {"write_file", "write"},  {"create", "write"},
      {"read_file", "read"},   {"view", "read"},         {"cat", "read"},
      {"patch", "edit"},       {"apply_patch", "edit"},  {"str_replace", "edit"},
      {"multiedit", "edit"},   {"list", "glob"},         {"ls", "glob"},
      {"find", "glob"},        {"search_files", "grep"}, {"rg", "grep"}};
  if (auto open = given.find('('); open != given.npos && given.ends_with(')')) {
    auto pattern = given.substr(open + 1, given.size() - open - 2);
    return "; patterns stand below their tool: " + proto::text::to_lower(given.substr(0, open)) +
           ": {\"" + std::string(pattern) + "\": …}";
  }
  if (given == "external_directory")
    return "; allowed_paths names further folders to work in";
  auto small = proto::text::to_lower(given);
  if (small == "all" || small == "any" || small == "default")
    return "; * stands for all";
  for (const auto& [theirs, ours] : others)
    if (small == theirs && std::ranges::find(tools, ours) != tools.end())
      return "; did you mean " + std::string(ours) + "?";
  auto near = proto::text::guess(small, tools);
  return near.empty() ? "; there are " + proto::joined_words(tools) : near;
}

/// A key of `permission` is a tool or a pattern of tools.
void check_tools(const proto::config& config, storage::findings& into) {
  std::vector<std::string_view> tools;
  for (const auto& one : actors::tool_specs())
    tools.push_back(one.name);
  for (const auto& rule : config.permission.tools) {
    bool is_known = std::ranges::any_of(tools, [&rule](std::string_view tool) {
      return proto::text::matches(rule.tool, tool, proto::text::glob_kind::command);
    });
    if (!is_known && !into.has_failed("permission." + rule.tool))
      into.warn_at("permission." + rule.tool,
                   "there is no tool " + rule.tool + meant_tool(rule.tool, tools));
  }
}

/// Agents are made over HTTP and stand in the state: before there is one, all are known here.
void check_default_agent(const proto::config& config, storage::findings& into) {
  auto agents = actors::builtin_agents();
  const auto& wanted = config.default_agent;
  if (std::ranges::find(agents, wanted, &proto::agent::id) != agents.end())
    return;
  std::vector<std::string_view> names;
  for (const auto& one : agents)
    names.push_back(one.id.text);
  auto near = proto::text::guess(proto::text::to_lower(wanted.text), names);
  into.fail_at("default_agent",
               "there is no agent " + wanted.text +
                   (near.empty() ? "; there are " + proto::joined_words(names) : near));
}

/// Who configures a provider and names no model of it gets the simulation.
void check_default_model(const proto::config& config, storage::findings& into) {
  auto has_models = [](const auto& one) { return !one.models.empty(); };
  if (!config.default_model.empty() || config.providers.empty() ||
      std::ranges::any_of(config.providers, has_models) || into.has_failed("default_model"))
    return;
  auto place = into.lines().find("providers");
  into.remark(place == into.lines().end() ? 0 : place->second, "default_model",
              "there is none, so that sessions that name no model get sim/koda, a simulation: "
              "default_model: " +
                  config.providers.front().id + "/NAME");
}

/// A key of kodad's own in the environment of commands is everybody's who steers an agent.
void check_own_keys(const proto::config& config, storage::findings& into) {
  auto warn = [&into](const std::string& name, const std::string& of) {
    into.remark_at("sandbox.env." + name, "gives commands, and so whoever steers an agent, " + of);
  };
  for (const auto& [name, value] : config.sandbox.env) {
    if (value.empty())
      continue;
    for (const auto& provider : config.providers)
      if (provider.api_key == value)
        warn(name, "the key of " + provider.id);
    if (std::ranges::find(config.server.tokens, value) != config.server.tokens.end())
      warn(name, "a token of kodad itself");
  }
}

/// What sessions and their commands reach must hold neither the state nor this very file.
void check_reach(const proto::config& config, const check_facts& facts, storage::findings& into) {
  for (const auto& [key, kind, paths] : configured_paths(config))
    for (size_t at = 0; at < paths.size() && !into.has_failed(key); ++at) {
      auto real = storage::host::real_path(paths[at]);
      if (!real)
        continue;
      std::vector<reached_path> reached{{*real, kind}};
      auto entry = key + "[" + std::to_string(at) + "]";
      auto state = check_state_folder({facts.state_folder, false}, {}, reached);
      if (!facts.state_folder.empty() && !state) {
        into.fail_at(entry, state.failure().context);
        continue;
      }
      auto file = check_secret_file({into.file(), "this configuration",
                                     "keep it elsewhere (--config FILE), or take the path out"},
                                    reached);
      if (!file)
        into.fail_at(entry, file.failure().context);
    }
}

} // namespace

std::vector<reached_list> configured_paths(const proto::config& config) {
  return {{"allowed_paths", "allowed path", config.allowed_paths},
          {"sandbox.read", "path of sandbox.read", config.sandbox.read},
          {"sandbox.write", "path of sandbox.write", config.sandbox.write},
          {"sandbox.path", "path of sandbox.path", config.sandbox.path}};
}

void check_config(const proto::config& config, const check_facts& facts, storage::findings& into) {
  check_tools(config, into);
  if (facts.is_first_start && !into.has_failed("default_agent"))
    check_default_agent(config, into);
  check_models(config, into);
  check_default_model(config, into);
  check_own_keys(config, into);
  check_reach(config, facts, into);
  storage::check_descriptors(config, facts.descriptors_allowed, into);
  const auto& server = config.server;
  // What a name stands for shows when it is looked up.
  bool is_open = !facts.given.host && lets_others_in(server.host);
  if (is_open && server.tokens.empty() && !into.has_failed("server.host") &&
      !into.has_failed("server.tokens"))
    into.fail_at("server.host", without_brackets(server.host) +
                                    " lets others in: configure server.tokens first, or listen on "
                                    "127.0.0.1");
}

} // namespace kodad::http
