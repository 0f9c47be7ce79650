#include "storage/config/provider_section.hpp"

#include "proto/limits/streams.hpp"
#include "proto/text/nearest_word.hpp"
#include "storage/config/network_section.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

using proto::config;
using proto::provider_config;

constexpr int64_t streams_max = proto::limits::provider_streams_max;
constexpr range<int64_t> tokens{1, 100'000'000};
constexpr range<double> dollars{0, 1e6};
constexpr range<double> seconds{0.1, 86'400};

bool is_provider_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void read_optional(section& from, std::string_view key, std::optional<int64_t>& out) {
  int64_t value = 0;
  from.read(key, value, tokens);
  if (value > 0)
    out = value;
}

void read_optional(section& from, std::string_view key, std::optional<double>& out) {
  double value = -1;
  from.read(key, value, dollars);
  if (value >= 0)
    out = value;
}

void read_model(section& from, const provider_config& owner, proto::model& out) {
  from.read("id", out.name);
  out.id.text = owner.id + "/" + out.name;
  out.provider_id = owner.id;
  out.provider_name = owner.name;
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
  if (out.name.empty())
    from.fail("id", "expected the model's name");
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

void read_base_url(section& from, provider_config& out) {
  from.read("base_url", out.base_url, expansion::filled_variables);
  // Who has no good id has no vendor's address either, and hears of the id first.
  if (is_address(out.base_url) || (!is_provider_id(out.id) && !from.has("base_url")))
    return;
  std::string hint;
  if (!from.has("base_url")) {
    auto known = proto::provider::vendor_ids();
    auto nearest = proto::text::nearest_word(out.id, known);
    hint = nearest.empty() ? "" : "; or did you mean the id " + std::string(nearest) + "?";
  }
  from.fail("base_url", std::string(address_wanted) + hint);
}

/// An address that ends in an endpoint says the format, unless `type` does; the two must agree.
void agree_on_format(section& from, provider_config& out) {
  using proto::provider::wire_format;
  auto told = proto::provider::format_of_endpoint(out.base_url);
  bool copilot_chat = out.format == wire_format::copilot && told == wire_format::openai_chat;
  if (!told || told == out.format || copilot_chat)
    return;
  if (from.has("type"))
    from.fail("base_url", "expected no address that ends in the endpoint of another type");
  out.format = *told;
}

/// Blanks and line breaks around a key are nobody's wish; one within would break the request.
void read_key(section& from, std::string& out) {
  constexpr std::string_view blanks = " \t\r\n";
  from.read("api_key", out, expansion::filled_variables);
  out.erase(out.find_last_not_of(blanks) + 1);
  out.erase(0, out.find_first_not_of(blanks));
  if (std::ranges::any_of(out, [](unsigned char c) { return c < ' ' || c == 0x7f; }))
    from.fail("api_key", "expected a key without line breaks and control characters");
}

} // namespace

bool is_address(std::string_view text) {
  for (std::string_view scheme : {"http://", "https://"})
    if (text.starts_with(scheme)) {
      auto rest = text.substr(scheme.size());
      return !rest.empty() && rest.front() != '/' && rest.front() != ':' &&
             std::ranges::none_of(rest, [](char c) { return c == ' ' || c == '*' || c == '\\'; });
    }
  return false;
}

void read_provider(section& from, const config& all, const host::environment& variables,
                   provider_config& out) {
  from.read("id", out.id);
  if (!is_provider_id(out.id) || out.id == "sim")
    from.fail("id", "expected 1 to 64 of a-z 0-9 - _, other than sim");
  if (std::ranges::find(all.providers, out.id, &provider_config::id) != all.providers.end())
    from.fail("id", "expected a provider once, " + out.id + " stands twice");
  out.name = out.id;
  from.read("name", out.name);
  read_format(from, out);
  read_base_url(from, out);
  agree_on_format(from, out);
  read_key(from, out.api_key);
  if (out.format == proto::provider::wire_format::copilot) {
    out.token_url = "https://api.github.com/copilot_internal/v2/token";
    from.read("token_url", out.token_url, expansion::filled_variables);
    if (!is_address(out.token_url))
      from.fail("token_url", address_wanted);
  }
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
