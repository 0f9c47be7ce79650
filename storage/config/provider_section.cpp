#include "storage/config/provider_section.hpp"

#include "proto/limits/streams.hpp"
#include "proto/text/ascii.hpp"
#include "proto/text/nearest_word.hpp"
#include "storage/config/api_key.hpp"
#include "storage/config/copilot_import.hpp"
#include "storage/config/model_section.hpp"
#include "storage/config/network_section.hpp"
#include "storage/config/vendor_check.hpp"
#include "storage/config/web_address.hpp"

#include <algorithm>
#include <array>

namespace kodad::storage {

namespace {

using proto::config;
using proto::provider_config;

constexpr int64_t streams_max = proto::limits::provider_streams_max;
constexpr range<double> seconds{0.1, 86'400, "seconds"};

bool is_provider_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// A known vendor's format and address hold unless the file says otherwise.
void read_format(section& from, provider_config& out) {
  if (const auto* known = proto::provider::find_vendor(out.id)) {
    out.format = known->format;
    out.base_url = known->base_url;
  }
  constexpr std::array<other_word, 16> others{{{"openai-compatible", "openai-chat"},
                                               {"openai_compatible", "openai-chat"},
                                               {"@ai-sdk/openai-compatible", "openai-chat"},
                                               {"chat", "openai-chat"},
                                               {"completions", "openai-chat"},
                                               {"ollama", "openai-chat"},
                                               {"vllm", "openai-chat"},
                                               {"litellm", "openai-chat"},
                                               {"responses", "openai"},
                                               {"openai-responses", "openai"},
                                               {"@ai-sdk/openai", "openai"},
                                               {"@ai-sdk/anthropic", "anthropic"},
                                               {"claude", "anthropic"},
                                               {"gemini", "google"},
                                               {"@ai-sdk/google", "google"},
                                               {"copilot", "github-copilot"}}};
  from.read_word("type", out.format, others);
}

/// The end of an address that belongs to another endpoint than a conversation's.
std::string_view strange_endpoint(std::string_view url) {
  auto path = path_of_address(url);
  while (path.ends_with('/'))
    path.remove_suffix(1);
  if (path.ends_with("/chat/completions"))
    return {};
  if (path.ends_with("/v1/chat"))
    return "/chat";
  for (std::string_view end :
       {"/completions", "/models", "/embeddings", "/api/chat", "/api/generate"})
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

void read_base_url(section& from, provider_config& out) {
  from.describe("base_url", "an address, `${NAME}` replaced", "the known id's");
  from.read("base_url", out.base_url, expansion::filled_variables);
  auto fault = base_url_fault(out.base_url);
  if (fault.empty() && !from.is_unreadable("base_url"))
    return judge_address(from, out);
  // Who has no good id has no vendor's address either, and hears of the id first.
  if ((!is_provider_id(out.id) || out.id == "sim") && !from.has("base_url"))
    return;
  if (from.has("base_url"))
    return from.fail("base_url", fault + from.not_what_stands("base_url"));
  if (from.fail_misspelt("base_url", out.id + " is no known id, and has no address without it"))
    return;
  auto meant = meant_vendor(out.id);
  from.fail("base_url", fault + ": there is none, and " + out.id + " is no known id" +
                            (meant.empty() ? "; those are " + known_vendors()
                                           : "; or did you mean the id " + meant + "?"));
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

/// Where there is no key: does somebody miss it?
void warn_of_no_key(section& from, const provider_config& all) {
  bool has_no_value = from.is_named("api_key") && !from.has("api_key"); // Told by itself.
  bool is_told = has_no_value || from.is_misspelt("api_key") ||
                 from.is_named("options"); // Where another program has it.
  if (is_told || from.found().keys())
    return;
  if (all.format != proto::provider::wire_format::copilot) {
    if (is_at_vendor(all))
      from.remark("api_key", "there is none, and " + all.id + " answers nobody without one");
  } else if (!imported_github_token(from.found().variables())) {
    from.remark("api_key", "there is none, nor a token where Neovim, VS Code or opencode keep "
                           "theirs: " +
                               all.id + " answers nobody without one");
  }
}

/// A key that others could read on its way, or that another vendor gave out.
void judge_use_of_key(section& from, const provider_config& all) {
  auto vendor = vendor_of_key(all.api_key);
  if (is_at_vendor(all) && !vendor.empty() && vendor != all.id)
    from.warn("api_key",
              "looks like one of " + std::string(vendor) + "'s: " + all.id + " will refuse it");
  if (is_open_on_its_way(all.base_url))
    from.remark("base_url", "begins with http://, so that all on the way can read the key: most "
                            "servers take https://");
}

/// Blanks and line breaks around a key are nobody's wish; one within would break the request.
void read_key(section& from, provider_config& out) {
  from.read("api_key", out.api_key, expansion::filled_variables);
  out.api_key = without_blanks(out.api_key);
  if (out.api_key.empty())
    return warn_of_no_key(from, out);
  if (auto fault = api_key_fault(out.api_key); !fault.empty())
    return from.fail("api_key", fault);
  auto doubt = api_key_doubt(out.api_key, !is_at_vendor(out));
  if (doubt.empty())
    return judge_use_of_key(from, out);
  if (is_at_vendor(out))
    return from.fail("api_key", "expected a key; " + doubt);
  from.warn("api_key", doubt + "; a server that wants no key needs no api_key");
}

void read_id(section& from, const config& all, provider_config& out) {
  from.describe("id", "1 to 64 of `a-z 0-9 - _`", "");
  from.read("id", out.id);
  if (out.id == "sim")
    return from.fail("id", "expected another id than sim, the built-in provider's");
  if (!from.has("id") && from.fail_misspelt("id", "a provider has no name without it"))
    return;
  if (!is_provider_id(out.id)) {
    auto meant = meant_vendor(out.id);
    from.fail("id", "expected 1 to 64 of a-z 0-9 - _" +
                        (from.has("id") ? proto::not_this(out.id) : ": there is no id") +
                        (meant.empty() ? "" : "; did you mean " + meant + "?"));
  } else if (std::ranges::find(all.providers, out.id, &provider_config::id) != all.providers.end())
    from.fail("id", "expected a provider once, " + out.id + " stands twice");
}

/// A wait that is cut off before it is over, or was meant in milliseconds.
void compare_timeouts(section& from, const provider_config& all) {
  for (const auto& [key, wait] : {std::pair{"connect_timeout", all.connect_timeout},
                                  std::pair{"first_byte_timeout", all.first_byte_timeout},
                                  std::pair{"idle_timeout", all.idle_timeout}})
    if (from.has(key) && wait > all.call_timeout)
      from.remark(key, number_text(wait) + " seconds never pass: call_timeout, " +
                           number_text(all.call_timeout) + ", ends the call before");
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
  judge_format(from, out);
  read_key(from, out);
  read_token_url(from, out);
  out.network = all.network;
  read_network(from, variables, out.network);
  from.read_count("max_concurrent", out.max_concurrent, {1, streams_max});
  from.read("connect_timeout", out.connect_timeout, seconds);
  from.read("first_byte_timeout", out.first_byte_timeout, seconds);
  from.read("idle_timeout", out.idle_timeout, seconds);
  from.read("call_timeout", out.call_timeout, seconds);
  compare_timeouts(from, out);
  std::optional<int64_t> thinking;
  read_token_count(from, "thinking_budget", thinking);
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
