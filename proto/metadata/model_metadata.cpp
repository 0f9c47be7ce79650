#include "proto/metadata/model_metadata.hpp"

#include "proto/provider/base_url.hpp"

#include <algorithm>
#include <array>

namespace kodad::proto {

namespace {

struct pair_of_words {
  std::string_view first;
  std::string_view second;
};

/// What people call vendors, and their ids.
constexpr std::array<pair_of_words, 15> short_names{{
    {"bedrock", "amazon-bedrock"},
    {"claude", "anthropic"},
    {"copilot", "github-copilot"},
    {"fireworks", "fireworks-ai"},
    {"gemini", "google"},
    {"grok", "xai"},
    {"kimi", "moonshotai"},
    {"lm-studio", "lmstudio"},
    {"moonshot", "moonshotai"},
    {"nim", "nvidia"},
    {"qwen", "alibaba"},
    {"together", "togetherai"},
    {"vertex", "google-vertex"},
    {"x-ai", "xai"},
    {"z-ai", "zai"},
}};

/// Domains of vendors for which models.dev lists no address, or more than the one listed.
constexpr std::array<pair_of_words, 20> domains{{
    {"aiplatform.googleapis.com", "google-vertex"},
    {"amazonaws.com", "amazon-bedrock"},
    {"api.anthropic.com", "anthropic"},
    {"api.cerebras.ai", "cerebras"},
    {"api.cohere.ai", "cohere"},
    {"api.cohere.com", "cohere"},
    {"api.deepinfra.com", "deepinfra"},
    {"api.groq.com", "groq"},
    {"api.mistral.ai", "mistral"},
    {"api.openai.com", "openai"},
    {"api.perplexity.ai", "perplexity"},
    {"api.together.ai", "togetherai"},
    {"api.together.xyz", "togetherai"},
    {"api.venice.ai", "venice"},
    {"api.x.ai", "xai"},
    {"ai-gateway.vercel.sh", "vercel"},
    {"cognitiveservices.azure.com", "azure"},
    {"generativelanguage.googleapis.com", "google"},
    {"githubcopilot.com", "github-copilot"},
    {"openai.azure.com", "azure"},
}};

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "[::1]" || host == "0.0.0.0" ||
         host.ends_with(".localhost");
}

std::string_view domain_vendor(std::string_view host) {
  for (const auto& [domain, vendor] : domains)
    if (provider::is_within(host, domain))
      return vendor;
  return {};
}

/// A URL's host and path, without a slash at the end.
std::string place_of(std::string_view url) {
  auto out = provider::host_of(url);
  auto scheme = url.find("://");
  auto rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  if (auto slash = rest.find('/'); slash != std::string_view::npos)
    out += rest.substr(slash);
  while (out.ends_with('/'))
    out.pop_back();
  return out;
}

/// How much of a vendor's address another one shares: 0 for another host, else at least 1.
size_t nearness(const model_vendor& who, std::string_view base_url) {
  auto host = provider::host_of(base_url);
  if (domain_vendor(host) == who.id)
    return 1;
  if (who.api.empty() || provider::host_of(who.api) != host)
    return 0;
  auto listed = place_of(who.api);
  return place_of(base_url).starts_with(listed) ? listed.size() : 1;
}

bool are_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "20250929" or "2025-09-29"
bool is_date(std::string_view text) {
  if (text.size() == 8)
    return are_digits(text) && text.starts_with("20");
  return text.size() == 10 && text.starts_with("20") && text[4] == '-' && text[7] == '-' &&
         are_digits(text.substr(0, 4)) && are_digits(text.substr(5, 2)) &&
         are_digits(text.substr(8));
}

/// The name without the date at its end; empty when there is none.
std::string_view without_date(std::string_view name) {
  for (size_t length : {8, 10}) {
    if (name.size() <= length + 1 || !is_date(name.substr(name.size() - length)))
      continue;
    char before = name[name.size() - length - 1];
    if (before == '-' || before == '@')
      return name.substr(0, name.size() - length - 1);
  }
  return {};
}

const model_facts* exact(const model_vendor& of, std::string_view name) {
  auto at = std::ranges::lower_bound(of.models, name, {}, &model_facts::name);
  return at != of.models.end() && at->name == name ? &*at : nullptr;
}

const model_facts* newest_dated(const model_vendor& of, const std::string& begin) {
  const model_facts* newest = nullptr;
  auto at = std::ranges::lower_bound(of.models, begin, {}, &model_facts::name);
  for (; at != of.models.end() && at->name.starts_with(begin); ++at)
    if (is_date(std::string_view(at->name).substr(begin.size())))
      newest = &*at;
  return newest;
}

const model_facts* exact_or_dated(const model_vendor& of, std::string_view name) {
  if (const auto* found = exact(of, name))
    return found;
  auto undated = without_date(name);
  if (!undated.empty())
    return exact(of, undated);
  return newest_dated(of, std::string(name) + "-");
}

} // namespace

model_metadata::model_metadata(std::vector<model_vendor> vendors) : vendors_(std::move(vendors)) {
  std::ranges::stable_sort(vendors_, {}, &model_vendor::id);
  auto twice = std::ranges::unique(vendors_, {}, &model_vendor::id);
  vendors_.erase(twice.begin(), twice.end());
  for (auto& one : vendors_) {
    std::ranges::stable_sort(one.models, {}, &model_facts::name);
    auto equals = std::ranges::unique(one.models, {}, &model_facts::name);
    one.models.erase(equals.begin(), equals.end());
  }
}

size_t model_metadata::model_count() const {
  size_t out = 0;
  for (const auto& one : vendors_)
    out += one.models.size();
  return out;
}

const model_vendor* model_metadata::named(std::string_view id) const {
  auto at = std::ranges::lower_bound(vendors_, id, {}, &model_vendor::id);
  if (at != vendors_.end() && at->id == id)
    return &*at;
  auto known = std::ranges::find(short_names, id, &pair_of_words::first);
  return known == short_names.end() ? nullptr : named(known->second);
}

const model_vendor* model_metadata::behind(std::string_view provider_id,
                                           std::string_view base_url) const {
  const auto* own = named(provider_id);
  if (own && is_address_of(*own, base_url))
    return own;
  const auto* found = hosting(base_url);
  return found ? found : own;
}

/// Of several vendors at one host the one whose path fits best, then the one with the plainest id:
/// "zai", not "zai-coding-plan".
const model_vendor* model_metadata::hosting(std::string_view base_url) const {
  if (is_loopback(provider::host_of(base_url)))
    return nullptr;
  const model_vendor* best = nullptr;
  size_t best_nearness = 0;
  for (const auto& one : vendors_) {
    auto near = nearness(one, base_url);
    bool is_plainer = best && near == best_nearness && one.id.size() < best->id.size();
    if (near > best_nearness || (near > 0 && is_plainer)) {
      best = &one;
      best_nearness = near;
    }
  }
  return best;
}

bool is_address_of(const model_vendor& who, std::string_view base_url) {
  return base_url.empty() || nearness(who, base_url) > 0;
}

model_match find_model(const model_vendor& of, std::string_view name) {
  if (const auto* found = exact(of, name))
    return {found, true};
  if (name.starts_with("models/"))
    name.remove_prefix(std::string_view("models/").size());
  bool is_free = name.ends_with(":free");
  if (is_free)
    name.remove_suffix(std::string_view(":free").size());
  if (const auto* found = exact(of, name)) // Some names do end in "-latest".
    return {found, !is_free};
  for (std::string_view end : {":latest", "-latest"})
    if (name.ends_with(end))
      name.remove_suffix(end.size());
  return {exact_or_dated(of, name), !is_free};
}

} // namespace kodad::proto
