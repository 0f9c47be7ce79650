#include "storage/config/config_sections.hpp"

#include "proto/limits/streams.hpp"
#include "storage/config/network_section.hpp"
#include "storage/config/sandbox_section.hpp"

#include <algorithm>
#include <limits>

namespace kodad::storage {

namespace {

using proto::config;
using proto::provider_config;

constexpr int64_t streams_max = proto::limits::provider_streams_max;
constexpr range<int64_t> tokens{1, 100'000'000};
constexpr range<double> dollars{0, 1e6};
constexpr range<double> rate{0, 1e6};
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
  from.pass_over("name");
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
  std::string word;
  from.read("type", word);
  if (word.empty())
    return;
  if (auto format = proto::provider::find_format(word))
    out.format = *format;
  else
    from.fail("type", "expected openai-chat, openai, anthropic, google or github-copilot");
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
  from.read("api_key", out, expansion::variables);
  out.erase(out.find_last_not_of(blanks) + 1);
  out.erase(0, out.find_first_not_of(blanks));
  if (std::ranges::any_of(out, [](unsigned char c) { return c < ' ' || c == 0x7f; }))
    from.fail("api_key", "expected a key without line breaks and control characters");
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
  from.read("base_url", out.base_url, expansion::variables);
  if (!out.base_url.starts_with("http://") && !out.base_url.starts_with("https://"))
    from.fail("base_url", "expected an address that starts with http:// or https://");
  agree_on_format(from, out);
  read_key(from, out.api_key);
  if (out.format == proto::provider::wire_format::copilot) {
    out.token_url = "https://api.github.com/copilot_internal/v2/token";
    from.read("token_url", out.token_url, expansion::variables);
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
  from.pass_over("thinking_type");
  from.finish();
}

void read_session(section from, proto::session_config& out) {
  from.read_count("max_retries", out.max_retries, {0, 100});
  from.read_count("primary_max_steps", out.primary_max_steps, {1, 10'000});
  from.read_count("subagent_max_steps", out.subagent_max_steps, {1, 10'000});
  from.read("resume_turns", out.resume_turns);
  from.read("budget", out.budget, dollars);
  from.read("budget_warn", out.budget_warn, {0, 1});
  double total = 0;
  from.read("total_budget", total, dollars);
  if (total > 0)
    from.warn("total_budget", "has no effect; budget bounds each session");
  from.read_count("queue_length", out.queue_length, {0, 1024});
  for (auto unused : {"compaction_threshold", "compaction_keep_turns", "prune_protect_tokens",
                      "prune_min_savings", "context_limit", "tool_call_argument_timeout",
                      "engineer_review_limit", "max_subagents", "subagent_timeout", "plan_approval",
                      "background_auto_react", "snapshot", "trace", "total_budget_warn", "models"})
    from.pass_over(unused);
  from.finish();
}

void read_server(section from, proto::server_config& out) {
  constexpr int64_t gigabyte = int64_t{1} << 30;
  from.read_count("port", out.port, {0, std::numeric_limits<uint16_t>::max()});
  from.read("host", out.host);
  from.read("hosts", out.hosts);
  from.read("origins", out.origins);
  from.read("tokens", out.tokens, expansion::variables);
  from.read_count("max_body_bytes", out.max_body_bytes, {1024, gigabyte});
  from.read_count("event_retention_turns", out.event_retention_turns, {1, 10'000});
  from.read_count("subscriber_buffer_bytes", out.subscriber_buffer_bytes, {64 * 1024, gigabyte});
  // A guess at a short token takes minutes over loopback; an empty one guards nothing.
  if (std::ranges::any_of(out.tokens, [](const auto& token) { return token.size() < 16; }))
    from.fail("tokens", "expected tokens of at least 16 characters");
  from.finish();
}

void read_sim(section from, proto::sim_config& out) {
  from.read("load_tokens", out.load_tokens, {0, 10'000'000});
  from.read("load_rate", out.load_rate, rate);
  from.read("koda_rate", out.koda_rate, rate);
  from.finish();
}

void read_models_dev(section from, proto::metadata_config& out) {
  from.read("url", out.url);
  if (!out.url.empty() && !out.url.starts_with("http://") && !out.url.starts_with("https://"))
    from.fail("url", "expected an address that starts with http:// or https://, or nothing");
  from.finish();
}

/// Checks that a model id has a provider that exists.
void check_model(section& all, std::string_view key, const config& what,
                 const proto::model_id& id) {
  if (id.empty())
    return;
  if (provider_of(id).empty() || name_of(id).empty())
    return all.fail(key, "expected provider/model");
  auto owner = provider_of(id);
  if (owner != "sim" &&
      std::ranges::find(what.providers, owner, &provider_config::id) == what.providers.end())
    all.warn(key, "no provider " + std::string(owner) + " is configured");
}

void read_models(section& all, config& out) {
  all.read("default_model", out.default_model.text);
  all.read("utility_model", out.utility_model.text);
  std::vector<std::string> fallbacks;
  all.read("fallback_models", fallbacks);
  for (auto& id : fallbacks)
    out.fallback_models.push_back(proto::model_id{std::move(id)});
  check_model(all, "default_model", out, out.default_model);
  check_model(all, "utility_model", out, out.utility_model);
  for (const auto& id : out.fallback_models)
    check_model(all, "fallback_models", out, id);
}

void read_allowed_paths(section& all, const host::environment& variables, config& out) {
  all.read("allowed_paths", out.allowed_paths);
  make_absolute(all, "allowed_paths", variables, out.allowed_paths);
}

} // namespace

void read_all(section& all, const host::environment& variables, config& out) {
  read_network(all, variables, out.network);
  for (auto& entry : all.list_below("providers")) {
    provider_config provider;
    read_provider(entry, out, variables, provider);
    out.providers.push_back(std::move(provider));
  }
  all.read("default_agent", out.default_agent.text);
  read_models(all, out);
  all.read("permission", out.permission);
  read_allowed_paths(all, variables, out);
  read_session(all.below("session"), out.session);
  read_server(all.below("server"), out.server);
  read_sandbox(all.below("sandbox"), variables, out.sandbox);
  if ((out.sandbox.network || !out.sandbox.network_agents.empty()) && out.server.tokens.empty())
    all.fail("sandbox", "sandbox.network expects server.tokens: without them a command with "
                        "network could use kodad itself");
  read_sim(all.below("sim"), out.sim);
  all.read_count("model_refresh_interval", out.metadata.refresh_days, {0, 3650});
  read_models_dev(all.below("models_dev"), out.metadata);
  std::string version; // There is only one so far.
  all.read("version", version);
  for (auto unused : {"reviewer_model", "tui", "ignore_patterns", "instruction_files",
                      "max_instruction_size", "memory_budget", "mcp", "lsp", "diagnostics",
                      "search_index", "skills", "debug", "log_prompts"})
    all.pass_over(unused);
  all.finish();
}

} // namespace kodad::storage
