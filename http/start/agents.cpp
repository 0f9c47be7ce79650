#include "http/start/agents.hpp"

#include "actors/agents/builtin.hpp"
#include "storage/agent_store.hpp"
#include "storage/config/nearest_word.hpp"

#include <algorithm>

namespace kodad::http {

using proto::result;

result<std::vector<proto::agent>> load_agents(const proto::agent_id& wanted,
                                              const storage::database* state) {
  auto out = actors::builtin_agents();
  if (state) {
    auto kept = storage::agent_store::all(state->read());
    if (!kept)
      return kept.failure();
    out.insert(out.end(), kept->begin(), kept->end());
  }
  if (std::ranges::find(out, wanted, &proto::agent::id) != out.end())
    return out;
  std::vector<std::string_view> names;
  for (const auto& one : out)
    names.push_back(one.id.text);
  auto nearest = storage::nearest_word(wanted.text, names);
  auto why = proto::make_error(
      proto::ec::invalid_value,
      "default_agent: there is no agent " + wanted.text +
          (nearest.empty() ? "" : ", did you mean " + std::string(nearest) + "?"));
  why.field = "default_agent";
  return why;
}

} // namespace kodad::http
