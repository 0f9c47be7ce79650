#include "http/start/agents.hpp"

#include "actors/agents/builtin.hpp"
#include "proto/text/nearest_word.hpp"
#include "storage/agent_store.hpp"
#include "storage/config/mask_secrets.hpp"

#include <algorithm>

namespace kodad::http {

using proto::result;

namespace {

std::vector<std::string_view> names_of(const std::vector<proto::agent>& agents) {
  std::vector<std::string_view> out;
  for (const auto& one : agents)
    out.push_back(one.id.text);
  return out;
}

} // namespace

result<std::vector<proto::agent>> load_agents(const storage::loaded_config& loaded,
                                              const storage::database* state) {
  const auto& wanted = loaded.config.default_agent;
  auto out = actors::builtin_agents();
  if (state) {
    auto kept = storage::agent_store::all(state->read());
    if (!kept)
      return kept.failure();
    out.insert(out.end(), kept->begin(), kept->end());
  }
  if (std::ranges::find(out, wanted, &proto::agent::id) != out.end())
    return out;
  return proto::field_error(proto::ec::invalid_value, "default_agent",
                            loaded.place("default_agent") + "there is no agent " +
                                storage::mask_secrets(wanted.text) +
                                proto::text::guess(wanted.text, names_of(out)));
}

std::vector<std::string> unknown_agents(const storage::loaded_config& loaded,
                                        const std::vector<proto::agent>& agents) {
  std::vector<std::string> out;
  auto names = names_of(agents);
  names.insert(names.end(), {"true", "false"});
  for (const auto& wanted : loaded.config.sandbox.network_agents)
    if (std::ranges::find(agents, wanted, &proto::agent::id) == agents.end())
      out.push_back(loaded.place("sandbox.network") + "there is no agent " +
                    storage::mask_secrets(wanted.text) +
                    " so far; it has the network as soon as somebody makes it" +
                    proto::text::guess(wanted.text, names));
  return out;
}

} // namespace kodad::http
