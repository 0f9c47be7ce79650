#include "http/start/models.hpp"

#include "actors/provider/sim/sim_models.hpp"
#include "proto/text/nearest_word.hpp"
#include "proto/words.hpp"

#include <algorithm>

namespace kodad::http {

using proto::result;

namespace {

result<void> check(const storage::loaded_config& loaded, const std::string& key,
                   const proto::model_id& id) {
  if (!id.text.starts_with("sim/"))
    return {};
  auto models = actors::sim_models();
  std::vector<std::string_view> known;
  for (const auto& one : models)
    known.push_back(one.id.text);
  if (std::ranges::find(known, id.text) != known.end())
    return {};
  auto nearest = proto::text::nearest_word(id.text, known);
  return proto::field_error(proto::ec::invalid_value, key,
                            loaded.place(key) + "there is no model " + id.text + "; " +
                                (nearest.empty() ? "sim has " + proto::joined_words(known)
                                                 : "did you mean " + std::string(nearest) + "?"));
}

} // namespace

result<void> check_models(const storage::loaded_config& loaded) {
  const auto& config = loaded.config;
  if (auto checked = check(loaded, "default_model", config.default_model); !checked)
    return checked;
  if (auto checked = check(loaded, "utility_model", config.utility_model); !checked)
    return checked;
  for (const auto& id : config.fallback_models)
    if (auto checked = check(loaded, "fallback_models", id); !checked)
      return checked;
  return {};
}

} // namespace kodad::http
