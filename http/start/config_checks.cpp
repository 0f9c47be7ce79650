#include "http/start/config_checks.hpp"

#include "actors/agents/builtin.hpp"
#include "actors/tools/catalog.hpp"
#include "http/start/listener.hpp"
#include "http/start/models.hpp"
#include "proto/text/glob.hpp"
#include "proto/text/nearest_word.hpp"
#include "storage/config/descriptor_check.hpp"

#include <algorithm>

namespace kodad::http {

namespace {

/// A key of `permission` is a tool or a pattern of tools.
void check_tools(const proto::config& config, storage::findings& into) {
  std::vector<std::string_view> tools;
  for (const auto& one : actors::tool_specs())
    tools.push_back(one.name);
  for (const auto& rule : config.permission.tools) {
    bool is_known = std::ranges::any_of(tools, [&rule](std::string_view tool) {
      return proto::text::matches(rule.tool, tool, proto::text::glob_kind::command);
    });
    if (!is_known)
      into.warn_at("permission." + rule.tool,
                   "there is no tool " + rule.tool + proto::text::guess(rule.tool, tools));
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
  into.fail_at("default_agent",
               "there is no agent " + wanted.text + proto::text::guess(wanted.text, names));
}

} // namespace

void check_config(const proto::config& config, const check_facts& facts, storage::findings& into) {
  check_tools(config, into);
  if (facts.is_first_start && !into.has_failed("default_agent"))
    check_default_agent(config, into);
  check_models(config, into);
  storage::check_descriptors(config, facts.descriptors_allowed, into);
  const auto& server = config.server;
  bool is_open = !facts.given.host && !is_loopback(without_brackets(server.host));
  if (is_open && server.tokens.empty() && !into.has_failed("server.host") &&
      !into.has_failed("server.tokens"))
    into.fail_at("server.host", without_brackets(server.host) +
                                    " lets others in: configure server.tokens first, or listen on "
                                    "127.0.0.1");
}

} // namespace kodad::http
