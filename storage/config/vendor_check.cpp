#include "storage/config/vendor_check.hpp"

#include "proto/provider/base_url.hpp"
#include "proto/text/ascii.hpp"
#include "proto/text/nearest_word.hpp"
#include "storage/config/web_address.hpp"

#include <algorithm>
#include <array>

namespace kodad::storage {

namespace {

using proto::provider_config;
using proto::provider::find_vendor;
using proto::provider::host_of;
using proto::provider::wire_format;

std::string name_of(wire_format one) {
  return std::string(words(one)[static_cast<size_t>(one)]);
}

/// Local servers have their endpoints below /v1, and say "not found" to all else; a vendor's own
/// address without encryption would show the key to everybody on the way.
void compare_with_usual(section& from, const provider_config& all) {
  const auto* known = find_vendor(all.id);
  if (!known)
    return;
  constexpr std::string_view plain = "http://";
  bool is_local = known->base_url.starts_with(plain);
  if (is_local && path_of_address(all.base_url).find("/v1") == std::string_view::npos)
    from.warn("base_url", "has no /v1 in its path, as the usual address of " + all.id +
                              " has: " + std::string(known->base_url));
  auto host = [](std::string_view url) {
    auto whole = url.substr(0, static_cast<size_t>(path_of_address(url).begin() - url.begin()));
    return whole.substr(whole.find("://"));
  };
  if (!is_local && all.base_url.starts_with(plain) && host(all.base_url) == host(known->base_url))
    from.fail("base_url", "expected https://, as the usual address of " + all.id +
                              " has: over http:// all on the way could read the key");
}

/// The address of one vendor under the id of another, or under one that says no format.
void compare_with_others(section& from, const provider_config& all) {
  for (auto id : proto::provider::vendor_ids()) {
    const auto* vendor = find_vendor(id);
    bool is_there = vendor->base_url.starts_with("https://") &&
                    host_of(vendor->base_url) == host_of(all.base_url);
    if (!is_there || id == all.id)
      continue;
    if (find_vendor(all.id))
      from.warn("base_url", "is an address of " + std::string(id) + ", and the key of " + all.id +
                                " would go there: did you mean the id " + std::string(id) + "?");
    else if (!from.has("type") && all.format != vendor->format)
      from.remark("base_url", "is an address of " + std::string(id) + ", which speaks " +
                                  name_of(vendor->format) + ": did you mean the id " +
                                  std::string(id) + ", or type: " + name_of(vendor->format) + "?");
  }
}

/// What examples have in place of a host, and paths that were put together twice.
void judge_parts(section& from, const provider_config& all) {
  auto host = host_of(all.base_url);
  constexpr std::array<std::string_view, 3> of_examples{"example.com", "example.org",
                                                        "example.net"};
  bool is_example =
      std::ranges::any_of(of_examples,
                          [&host](auto one) { return proto::provider::is_within(host, one); }) ||
      host.starts_with("your-") || host.starts_with("your_") || host.starts_with("your.");
  if (is_example)
    from.remark("base_url", host + " only holds the place of a host: nobody answers there");
  auto path = path_of_address(all.base_url);
  auto twice = path.find("/v1/v1") != path.npos || path.find("//") != path.npos;
  if (twice)
    from.remark("base_url", "has a part of its path twice: servers find nothing there");
}

} // namespace

std::string meant_vendor(std::string_view given) {
  constexpr std::array<other_word, 24> others{{{"claude", "anthropic"},
                                               {"chatgpt", "openai"},
                                               {"gpt", "openai"},
                                               {"codex", "openai"},
                                               {"gemini", "google"},
                                               {"google-ai", "google"},
                                               {"googleai", "google"},
                                               {"google-genai", "google"},
                                               {"copilot", "github-copilot"},
                                               {"github", "github-copilot"},
                                               {"github_copilot", "github-copilot"},
                                               {"grok", "xai"},
                                               {"x-ai", "xai"},
                                               {"kimi", "moonshotai"},
                                               {"moonshot", "moonshotai"},
                                               {"together", "togetherai"},
                                               {"together-ai", "togetherai"},
                                               {"together_ai", "togetherai"},
                                               {"fireworks", "fireworks-ai"},
                                               {"fireworks_ai", "fireworks-ai"},
                                               {"mistralai", "mistral"},
                                               {"lm-studio", "lmstudio"},
                                               {"llama-cpp", "llamacpp"},
                                               {"llama.cpp", "llamacpp"}}};
  auto small = proto::text::to_lower(given);
  auto known = proto::provider::vendor_ids();
  auto found = std::ranges::find(others, small, &other_word::theirs);
  return std::string(found == others.end() ? proto::text::nearest_word(small, known) : found->ours);
}

std::string known_vendors() {
  return proto::joined_words(proto::provider::vendor_ids());
}

bool is_at_vendor(const provider_config& all) {
  const auto* known = find_vendor(all.id);
  return known && known->base_url.starts_with("https://") && known->base_url == all.base_url;
}

void judge_address(section& from, const provider_config& all) {
  if (!from.has("base_url"))
    return;
  compare_with_usual(from, all);
  compare_with_others(from, all);
  judge_parts(from, all);
}

void judge_format(section& from, const provider_config& all) {
  const auto* known = find_vendor(all.id);
  if (!known || from.has("base_url") || !from.has("type") || all.format == known->format)
    return;
  auto is_of_openai = [](wire_format one) {
    return one == wire_format::openai_chat || one == wire_format::openai_responses;
  };
  if (all.id == "openai" && is_of_openai(all.format))
    return;
  from.warn("type", "is " + name_of(all.format) + ", and the usual address of " + all.id +
                        " speaks " + name_of(known->format) +
                        ": leave type away, or give a base_url");
}

} // namespace kodad::storage
