#include "http/start/models.hpp"

#include "actors/provider/sim/sim_models.hpp"
#include "proto/metadata/models_dev.hpp"
#include "proto/text/nearest_word.hpp"
#include "proto/words.hpp"
#include "storage/models_dev/snapshot.hpp"

#include <algorithm>

namespace kodad::http {

namespace {

void check_simulated(const std::string& key, const proto::model_id& id, storage::findings& into) {
  auto models = actors::sim_models();
  std::vector<std::string_view> known;
  for (const auto& one : models)
    known.push_back(one.id.text);
  if (std::ranges::find(known, id.text) != known.end())
    return;
  auto hint = proto::text::guess(id.text, known);
  into.fail_at(key, "there is no model " + id.text +
                        (hint.empty() ? "; sim has " + proto::joined_words(known) : hint));
}

/// What is known of the vendors of models without asking anybody.
const proto::model_metadata& bundled() {
  static const auto kept = proto::read_kept(storage::bundled_metadata());
  static const proto::model_metadata nothing;
  return kept ? kept->known : nothing;
}

/// The models that the provider is known to have, by the file or by its vendor's list.
std::vector<std::string> known_models(const proto::provider_config& owner) {
  std::vector<std::string> out;
  for (const auto& one : owner.models)
    out.push_back(one.id.text);
  if (const auto* vendor = bundled().behind(owner.id, owner.base_url))
    for (const auto& one : vendor->models)
      out.push_back(owner.id + "/" + one.name);
  return out;
}

bool is_known(const proto::model_id& id, const proto::provider_config& owner) {
  if (std::ranges::find(owner.models, id, &proto::model::id) != owner.models.end())
    return true;
  const auto* vendor = bundled().behind(owner.id, owner.base_url);
  return vendor && proto::find_model(*vendor, name_of(id)).facts;
}

/// What a provider has it tells only when it is asked, and it may have what nobody knows of.
void check(const std::string& key, const proto::model_id& id, const proto::config& config,
           storage::findings& into) {
  bool are_several = id.text.find_first_of(",; ") != std::string::npos; // Told when it was read.
  if (id.text.empty() || into.has_failed(key) ||
      (are_several && into.has_failed("fallback_models")))
    return;
  if (provider_of(id) == "sim")
    return check_simulated(key, id, into);
  auto owner = std::ranges::find(config.providers, provider_of(id), &proto::provider_config::id);
  if (owner == config.providers.end() || is_known(id, *owner))
    return;
  auto known = known_models(*owner);
  std::vector<std::string_view> names(known.begin(), known.end());
  into.remark_at(key, (known.empty() ? "no models of " + owner->id + " are known here"
                                     : id.text + " is not among the known models of " + owner->id) +
                          ": whether it has this one shows when it is called" +
                          proto::text::guess(id.text, names));
}

} // namespace

void check_models(const proto::config& config, storage::findings& into) {
  check("default_model", config.default_model, config, into);
  check("utility_model", config.utility_model, config, into);
  for (size_t at = 0; at < config.fallback_models.size(); ++at)
    check("fallback_models[" + std::to_string(at) + "]", config.fallback_models[at], config, into);
}

} // namespace kodad::http
