#include "storage/config/provider_section.hpp"

#include "proto/limits/streams.hpp"
#include "proto/text/ascii.hpp"
#include "proto/text/nearest_word.hpp"
#include "storage/config/api_key.hpp"
#include "storage/config/network_section.hpp"
#include "storage/config/web_address.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

using proto::config;
using proto::provider_config;

constexpr int64_t streams_max = proto::limits::provider_streams_max;
constexpr range<int64_t> tokens{1, 100'000'000, "tokens"};
constexpr range<double> dollars{0, 1e6, "US dollars"};
constexpr range<double> seconds{0.1, 86'400, "seconds"};

bool is_provider_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void read_optional(section& from, std::string_view key, std::optional<int64_t>& out) {
  from.describe(key, takes(tokens), "");
  int64_t value = 0;
  from.read(key, value, tokens);
  if (value > 0)
    out = value;
}

void read_optional(section& from, std::string_view key, std::optional<double>& out) {
  from.describe(key, takes(dollars), "");
  double value = -1;
  from.read(key, value, dollars);
  if (value >= 0)
    out = value;
}

/// A part cannot hold more than the whole.
void compare_sizes(section& from, const proto::model& one) {
  for (const auto& [key, part] : {std::pair{"max_input_tokens", one.max_input_tokens},
                                  std::pair{"max_output_tokens", one.max_output_tokens}})
    if (part && one.context_size > 0 && *part > one.context_size)
      from.fail(key, "expected at most context_size, " + std::to_string(one.context_size) +
                         ", not " + std::to_string(*part));
}

void read_model(section& from, const provider_config& owner, proto::model& out) {
  from.read("id", out.name);
  out.id.text = owner.id + "/" + out.name;
  out.provider_id = owner.id;
  out.provider_name = owner.name;
  from.describe("context_size", takes(tokens), "");
  from.read("context_size", out.context_size, tokens);
  read_optional(from, "max_input_tokens", out.max_input_tokens);
  read_optional(from, "max_output_tokens", out.max_output_tokens);
  from.read("reasoning", out.reasoning);
  from.read("tool_call", out.tool_call);
  from.read("vision", out.vision);
  from.read("cost_input", out.cost_input, dollars);
  from.read("cost_output", out.cost_output, dollars);
  read_optional(from, "cost_cache_read", out.cost_cache_read);
  read_optional(from, "cost_cache_write", out.cost_cache_write);
  read_optional(from, "thinking_budget", out.reasoning_budget);
  read_optional(from, "cost_reasoning", out.cost_reasoning);
  from.read("pdf", out.pdf);
  out.stated = {from.has("reasoning"), from.has("tool_call"),  from.has("vision"),
                from.has("pdf"),       from.has("cost_input"), from.has("cost_output")};
  from.pass_over("name", unused_kind::word);
  compare_sizes(from, out);
  if (out.name.empty())
    from.fail("id", "expected the model's name, as its provider calls it");
  if (std::ranges::find(owner.models, out.id, &proto::model::id) != owner.models.end())
    from.fail("id", "expected a model once, " + out.name + " stands twice");
  from.finish();
}

/// A known vendor's format and address hold unless the file says otherwise.
void read_format(section& from, provider_config& out) {
  if (const auto* known = proto::provider::find_vendor(out.id)) {
    out.format = known->format;
    out.base_url = known->base_url;
  }
  from.read_word("type", out.format);
}

/// The end of an address that belongs to another endpoint than a conversation's.
std::string_view strange_endpoint(std::string_view url) {
  auto path = path_of_address(url);
  while (path.ends_with('/'))
    path.remove_suffix(1);
  if (path.ends_with("/chat/completions"))
    return {};
  for (std::string_view end : {"/completions", "/models", "/embeddings"})
    if (path.ends_with(end))
      return end;
  return {};
}

/// Why nothing can be called below this address; empty where something can.
std::string base_url_fault(std::string_view url) {
  if (auto fault = address_fault(url); !fault.empty())
    return fault;
  if (auto end = strange_endpoint(url); !end.empty())
    return "expected the address that the endpoints stand below: leave " + std::string(end) +
           " away";
  if (url.find('?') != url.npos && !proto::provider::format_of_endpoint(url))
    return "expected an address without ?, unless it ends in an endpoint: what is called stands "
           "behind its path";
  return "";
}

/// Local servers have their endpoints below /v1, and say "not found" to all else; a vendor's own
/// address without encryption would show the key to everybody on the way.
void compare_with_vendor(section& from, const provider_config& all) {
  const auto* known = proto::provider::find_vendor(all.id);
  if (!known || !from.has("base_url"))
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

void read_base_url(section& from, provider_config& out) {
  from.describe("base_url", "an address, `${NAME}` replaced", "the known id's");
  from.read("base_url", out.base_url, expansion::filled_variables);
  auto fault = base_url_fault(out.base_url);
  if (fault.empty() && !from.is_unreadable("base_url"))
    return compare_with_vendor(from, out);
  // Who has no good id has no vendor's address either, and hears of the id first.
  if ((!is_provider_id(out.id) || out.id == "sim") && !from.has("base_url"))
    return;
  if (from.has("base_url"))
    return from.fail("base_url", fault + from.not_what_stands("base_url"));
  auto known = proto::provider::vendor_ids();
  auto nearest = proto::text::nearest_word(out.id, known);
  auto hint = nearest.empty() ? "" : "; or did you mean the id " + std::string(nearest) + "?";
  from.fail("base_url", fault + ": there is none, and " + out.id + " is no known id" + hint);
}

/// An address that ends in an endpoint says the format, unless `type` does; the two must agree.
void agree_on_format(section& from, provider_config& out) {
  using proto::provider::wire_format;
  auto told = proto::provider::format_of_endpoint(out.base_url);
  bool copilot_chat = out.format == wire_format::copilot && told == wire_format::openai_chat;
  if (!told || told == out.format || copilot_chat)
    return;
  if (from.has("type"))
    from.fail("base_url", "expected no address that ends in the endpoint of another type" +
                              from.not_what_stands("base_url"));
  out.format = *told;
}

/// Blanks and line breaks around a key are nobody's wish; one within would break the request.
void read_key(section& from, provider_config& out) {
  from.read("api_key", out.api_key, expansion::filled_variables);
  out.api_key = without_blanks(out.api_key);
  if (auto fault = api_key_fault(out.api_key); !fault.empty())
    from.fail("api_key", fault);
  const auto* known = proto::provider::find_vendor(out.id);
  bool is_needed = known && known->format != proto::provider::wire_format::copilot &&
                   known->base_url.starts_with("https://") && known->base_url == out.base_url;
  bool has_no_value = from.is_named("api_key") && !from.has("api_key"); // Told by itself.
  if (is_needed && out.api_key.empty() && !has_no_value)
    from.remark("api_key", "there is none, and " + out.id + " answers nobody without one");
}

void read_id(section& from, const config& all, provider_config& out) {
  from.describe("id", "1 to 64 of `a-z 0-9 - _`", "");
  from.read("id", out.id);
  if (out.id == "sim")
    return from.fail("id", "expected another id than sim, the built-in provider's");
  if (!is_provider_id(out.id)) {
    auto known = proto::provider::vendor_ids();
    from.fail("id", "expected 1 to 64 of a-z 0-9 - _" +
                        (from.has("id") ? proto::not_this(out.id) : ": there is no id") +
                        proto::text::guess(proto::text::to_lower(out.id), known));
  } else if (std::ranges::find(all.providers, out.id, &provider_config::id) != all.providers.end())
    from.fail("id", "expected a provider once, " + out.id + " stands twice");
}

void read_token_url(section& from, provider_config& out) {
  if (out.format != proto::provider::wire_format::copilot)
    return;
  out.token_url = "https://api.github.com/copilot_internal/v2/token";
  from.read("token_url", out.token_url, expansion::filled_variables);
  if (auto fault = address_fault(out.token_url); !fault.empty())
    from.fail("token_url", fault + from.not_what_stands("token_url"));
}

} // namespace

void read_provider(section& from, const config& all, const host::environment& variables,
                   provider_config& out) {
  read_id(from, all, out);
  out.name = out.id;
  from.describe("name", "a text", "the id");
  from.read("name", out.name);
  read_format(from, out);
  read_base_url(from, out);
  agree_on_format(from, out);
  read_key(from, out);
  read_token_url(from, out);
  out.network = all.network;
  read_network(from, variables, out.network);
  from.read_count("max_concurrent", out.max_concurrent, {1, streams_max});
  from.read("connect_timeout", out.connect_timeout, seconds);
  from.read("first_byte_timeout", out.first_byte_timeout, seconds);
  from.read("idle_timeout", out.idle_timeout, seconds);
  from.read("call_timeout", out.call_timeout, seconds);
  std::optional<int64_t> thinking;
  read_optional(from, "thinking_budget", thinking);
  for (auto& entry : from.list_below("models")) {
    proto::model model;
    model.reasoning_budget = thinking;
    read_model(entry, out, model);
    out.models.push_back(std::move(model));
  }
  from.pass_over("thinking_type", unused_kind::word);
  from.finish();
}

} // namespace kodad::storage
