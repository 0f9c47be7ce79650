#include "actors/session/world.hpp"

#include "proto/text/nearest_word.hpp"
#include "proto/words.hpp"

#include <algorithm>

namespace kodad::actors {

namespace {

template <class T, class Id>
const T* find_by_id(const std::shared_ptr<const std::vector<T>>& among, const Id& id) {
  if (!among)
    return nullptr;
  auto found = std::ranges::find(*among, id, &T::id);
  return found == among->end() ? nullptr : &*found;
}

/// Names those that are there where they are few; with many, where they stand.
template <class T>
std::string no_such(const char* what, const char* list,
                    const std::shared_ptr<const std::vector<T>>& among, std::string_view given) {
  constexpr size_t named_max = 20;
  std::vector<std::string_view> known;
  if (among)
    for (const auto& one : *among)
      known.push_back(one.id.text);
  auto out = "there is no such " + std::string(what) + ": ";
  if (known.size() <= named_max)
    return out + proto::expected_word(known, given);
  return out + "expected one that GET /" + list + " lists" + proto::not_this(given) +
         proto::text::guess(given, known);
}

} // namespace

const proto::agent* catalogs::find(const proto::agent_id& id) const {
  return find_by_id(agents, id);
}

const proto::model* catalogs::find(const proto::model_id& id) const {
  return find_by_id(models, id);
}

std::optional<proto::error> catalogs::refuse(const std::optional<proto::agent_id>& agent,
                                             const std::optional<proto::model_id>& model) const {
  using proto::ec;
  if (agent && !find(*agent))
    return proto::field_error(ec::unknown_agent, "agent_id",
                              no_such("agent", "agents", agents, agent->text));
  if (model && !find(*model))
    return proto::field_error(ec::unknown_model, "model_id",
                              no_such("model", "models", models, model->text));
  return std::nullopt;
}

} // namespace kodad::actors
