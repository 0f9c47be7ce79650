#include "storage/config/config_sections.hpp"

#include "proto/text/ascii.hpp"
#include "proto/text/nearest_word.hpp"
#include "storage/config/network_section.hpp"
#include "storage/config/path_list.hpp"
#include "storage/config/provider_section.hpp"
#include "storage/config/sandbox_section.hpp"
#include "storage/config/server_section.hpp"
#include "storage/config/web_address.hpp"

#include <algorithm>
#include <array>

namespace kodad::storage {

namespace {

using proto::config;
using proto::provider_config;

constexpr range<double> dollars{0, 1e6, "US dollars"};
constexpr range<double> rate{0, 1e6, "tokens a second"};

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
                      "prune_min_savings", "context_limit", "engineer_review_limit",
                      "max_subagents", "total_budget_warn"})
    from.pass_over(unused, unused_kind::number);
  for (auto unused : {"background_auto_react", "snapshot", "trace"})
    from.pass_over(unused, unused_kind::flag);
  for (auto unused : {"tool_call_argument_timeout", "subagent_timeout", "plan_approval"})
    from.pass_over(unused, unused_kind::word);
  from.pass_over("models", unused_kind::map);
  from.finish();
}

void read_sim(section from, proto::sim_config& out) {
  from.read("load_tokens", out.load_tokens, {0, 10'000'000, "tokens"});
  from.read("load_rate", out.load_rate, rate);
  from.read("koda_rate", out.koda_rate, rate);
  from.finish();
}

void read_models_dev(section from, proto::metadata_config& out) {
  from.read("url", out.url);
  auto fault = out.url.empty() ? "" : address_fault(out.url);
  if (!fault.empty())
    from.fail("url", fault + from.not_what_stands("url") + "; empty, it is never asked");
  constexpr std::string_view usual = "https://models.dev/api.json";
  if (out.url.starts_with("https://models.dev") && out.url != usual)
    from.remark("url", "is a page for people: did you mean " + std::string(usual) + "?");
  from.finish();
}

std::vector<std::string_view> provider_ids(const config& all) {
  std::vector<std::string_view> ids{"sim"};
  for (const auto& one : all.providers)
    if (!one.id.empty())
      ids.push_back(one.id);
  return ids;
}

/// Of a name without its provider: the whole id of a model that is called so.
std::string whole_id(std::string_view name, const config& all) {
  for (const auto& provider : all.providers)
    for (const auto& model : provider.models)
      if (model.name == name)
        return "; did you mean " + model.id.text + "?";
  return "";
}

/// What people write for none.
bool is_no_model(std::string_view text) {
  constexpr std::array<std::string_view, 8> all{"none", "null",    "off",  "false",
                                                "no",   "default", "auto", "disabled"};
  return std::ranges::find(all, proto::text::to_lower(text)) != all.end();
}

/// How a known provider is configured; empty for others.
std::string unconfigured(std::string_view provider) {
  return proto::provider::find_vendor(provider)
             ? "; providers: [{id: " + std::string(provider) + "}] configures one"
             : "";
}

/// Why a model cannot be had; empty when it can, as far as the configuration tells.
std::string fault_of(const proto::model_id& id, const config& all) {
  auto blank = id.text.find(' ');
  bool are_several = id.text.find_first_of(",;") != id.text.npos ||
                     (blank != id.text.npos && id.text.find('/', blank) != id.text.npos);
  if (are_several)
    return "expected one model" + proto::not_this(id.text) +
           "; fallback_models: [a/b, c/d] has several";
  if (provider_of(id).empty() || name_of(id).empty())
    return "expected provider/model" + proto::not_this(id.text) + whole_id(id.text, all) +
           (is_no_model(id.text) ? "; without one, leave the key out" : "");
  auto ids = provider_ids(all);
  if (std::ranges::find(ids, provider_of(id)) != ids.end())
    return "";
  auto nearest = proto::text::nearest_word(provider_of(id), ids);
  return "expected a model of a configured provider (" + proto::joined_words(ids) + ")" +
         proto::not_this(id.text) +
         (nearest.empty()
              ? unconfigured(provider_of(id))
              : "; did you mean " + std::string(nearest) + "/" + std::string(name_of(id)) + "?");
}

void read_model_id(section& from, std::string_view key, const config& all, proto::model_id& out) {
  from.describe(key, "provider/model", "");
  from.read(key, out.text);
  if (!from.has(key) || from.is_unreadable(key))
    return;
  if (auto fault = fault_of(out, all); !fault.empty())
    from.fail(key, fault);
}

void read_models(section& all, config& out) {
  read_model_id(all, "default_model", out, out.default_model);
  read_model_id(all, "utility_model", out, out.utility_model);
  std::vector<std::string> fallbacks;
  all.describe("fallback_models", "a list of provider/model", "");
  all.read("fallback_models", fallbacks);
  for (size_t at = 0; at < fallbacks.size(); ++at) {
    proto::model_id id{fallbacks[at]};
    if (auto fault = fault_of(id, out); !fault.empty())
      all.fail_entry("fallback_models", at, fault);
    else if (std::ranges::find(out.fallback_models, id) != out.fallback_models.end())
      all.warn_entry("fallback_models", at, id.text + " stands twice");
    out.fallback_models.push_back(std::move(id));
  }
}

void read_allowed_paths(section& all, const host::environment& variables, config& out) {
  read_paths(all, "allowed_paths", {path_use::workspaces, variables}, out.allowed_paths);
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
  if (out.default_agent.text.empty())
    all.fail("default_agent", "expected the name of an agent, not an empty text");
  read_models(all, out);
  all.read("permission", out.permission);
  read_allowed_paths(all, variables, out);
  read_session(all.below("session"), out.session);
  read_server(all.below("server"), out.server);
  read_sandbox(all.below("sandbox"), variables, out.sandbox);
  bool has_network = out.sandbox.network || !out.sandbox.network_agents.empty();
  if (has_network && out.server.tokens.empty() && !all.found().has_failed("server.tokens") &&
      !all.found().has_failed("sandbox.network"))
    all.found().fail_at("sandbox.network",
                        "expects server.tokens: without them a command with network could use "
                        "kodad itself");
  read_sim(all.below("sim"), out.sim);
  all.read_count("model_refresh_interval", out.metadata.refresh_days, {0, 3650, "days"});
  read_models_dev(all.below("models_dev"), out.metadata);
  std::string version = "1";
  all.describe("version", "1, the only one there is", "1");
  all.read("version", version);
  if (version != "1")
    all.fail("version", "expected 1, the only one there is" + proto::not_this(version));
  for (auto unused : {"tui", "mcp", "lsp", "diagnostics", "search_index", "skills"})
    all.pass_over(unused, unused_kind::map);
  for (auto unused : {"ignore_patterns", "instruction_files"})
    all.pass_over(unused, unused_kind::list);
  for (auto unused : {"max_instruction_size", "memory_budget"})
    all.pass_over(unused, unused_kind::number);
  for (auto unused : {"debug", "log_prompts"})
    all.pass_over(unused, unused_kind::flag);
  all.pass_over("reviewer_model", unused_kind::word);
  all.finish();
}

} // namespace kodad::storage
