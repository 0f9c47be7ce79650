#include "actors/agents/agent_check.hpp"

#include "proto/json/codec.hpp"
#include "proto/text/ascii.hpp"
#include "proto/text/glob.hpp"
#include "proto/text/nearest_word.hpp"

#include <algorithm>
#include <array>

namespace kodad::actors {

using proto::ec;
using proto::error;
using proto::field_error;
using proto::result;
using names = std::vector<std::string_view>;

namespace {

// What agents written for KodaCode name besides.
constexpr auto other_tools = std::to_array<std::string_view>(
    {"clipboard", "code_action", "git", "lsp", "memory", "notebook", "open", "patch", "read_files",
     "rename_symbol", "search", "search_skills", "skill", "subagent", "task", "task_output", "test",
     "tree", "web_fetch"});

constexpr double temperature_max = 2; // Of all providers; some take 1 at most.
constexpr int64_t tokens_max = 10'000'000;

struct tool_names {
  names here;
  names all;
};

tool_names names_of(const std::vector<std::string>& tools) {
  tool_names out{{tools.begin(), tools.end()}, {tools.begin(), tools.end()}};
  out.all.insert(out.all.end(), other_tools.begin(), other_tools.end());
  return out;
}

bool is_known(const tool_names& known, std::string_view name) {
  return std::ranges::find(known.all, name) != known.all.end() || name.starts_with("mcp_");
}

/// "; did you mean NAME?", or nothing.
std::string guess(std::string_view given, const names& known) {
  // "Bash(git *)" is how others write a rule for bash.
  auto name = proto::text::to_lower(given.substr(0, given.find('(')));
  auto nearest = proto::text::nearest_word(name, known);
  return nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?";
}

error no_such_tool(const tool_names& known, std::string field, std::string_view given) {
  return field_error(ec::invalid_value, std::move(field),
                     "there is no such tool: expected " + proto::joined_words(known.here) +
                         proto::not_this(given) + guess(given, known.all));
}

result<void> check_list(const tool_names& known, const char* field,
                        const std::vector<std::string>& list) {
  for (const auto& name : list) {
    if (proto::text::has_wildcards(name))
      return field_error(ec::invalid_value, field,
                         "expected names of tools" + proto::not_this(name) +
                             "; a pattern may stand in permission only");
    if (!is_known(known, name))
      return no_such_tool(known, field, name);
  }
  return {};
}

/// A rule for a tool that is not there would say nothing, and look as if it did.
result<void> check_rules(const tool_names& known, const proto::permission_set& rules) {
  for (const auto& rule : rules.tools) {
    auto fits = [&rule](std::string_view tool) {
      return proto::text::matches(rule.tool, tool, proto::text::glob_kind::command);
    };
    bool is_pattern = proto::text::has_wildcards(rule.tool);
    if (is_known(known, rule.tool) || (is_pattern && std::ranges::any_of(known.all, fits)))
      continue;
    return no_such_tool(known, "permission." + rule.tool, rule.tool);
  }
  return {};
}

/// A tool that is granted and denied at once is granted, which is not what was meant.
result<void> check_overlap(const proto::agent& wish) {
  for (const auto& name : wish.deny_tools)
    if (std::ranges::find(wish.tools, name) != wish.tools.end())
      return field_error(ec::invalid_value, "deny_tools",
                         name + " stands in tools, too; where there is a list of tools, that list "
                                "alone counts");
  return {};
}

result<void> check_count(const char* field, const std::optional<int64_t>& given, int64_t least) {
  if (!given || (*given >= least && *given <= tokens_max))
    return {};
  auto why = field_error(ec::invalid_value, field,
                         "expected a whole number from " + std::to_string(least) + " to " +
                             std::to_string(tokens_max) + ", not " + std::to_string(*given));
  why.limit = *given < least ? least : tokens_max;
  return why;
}

result<void> check_numbers(const proto::agent& wish) {
  if (wish.temperature && !(*wish.temperature >= 0 && *wish.temperature <= temperature_max)) {
    auto why =
        field_error(ec::invalid_value, "temperature",
                    "expected a number from 0 to 2, not " + proto::json::write(*wish.temperature));
    why.limit = static_cast<int64_t>(temperature_max);
    return why;
  }
  if (auto fits = check_count("max_tokens", wish.max_tokens, 1); !fits)
    return fits;
  return check_count("reasoning_budget", wish.reasoning_budget, 0);
}

error no_such_model(std::string_view given, const names& expected, const names& known) {
  constexpr size_t named_max = 20;
  auto shown = expected.size() <= named_max ? "expected " + proto::joined_words(expected)
                                            : std::string("expected one that GET /models lists");
  return field_error(ec::unknown_model, "model",
                     "there is no such model: " + shown + proto::not_this(given) +
                         guess(given, known));
}

/// Is what the list has of the provider all that there is?
bool is_list_known(const model_source& from, const proto::provider_status& now) {
  return from.is_fixed || (!now.error && now.model_count > from.configured);
}

} // namespace

result<void> check_rules(const proto::permission_set& rules,
                         const std::vector<std::string>& tools) {
  return check_rules(names_of(tools), rules);
}

result<void> check_agent(const proto::agent& wish, const std::vector<std::string>& tools) {
  auto known = names_of(tools);
  if (auto fits = check_list(known, "tools", wish.tools); !fits)
    return fits;
  if (auto fits = check_list(known, "deny_tools", wish.deny_tools); !fits)
    return fits;
  if (auto fits = check_overlap(wish); !fits)
    return fits;
  if (auto fits = check_rules(known, wish.permission); !fits)
    return fits;
  return check_numbers(wish);
}

result<void> check_model(const std::string& wish, const std::vector<proto::model>& models,
                         const std::vector<proto::provider_status>& providers,
                         const std::vector<model_source>& sources) {
  if (wish.empty() || wish == "utility" ||
      std::ranges::find(models, wish, [](const auto& one) { return one.id.text; }) != models.end())
    return {};
  names all{"utility"};
  for (const auto& one : models)
    all.push_back(one.id.text);
  auto slash = wish.find('/');
  auto owner = std::string_view(wish).substr(0, slash);
  auto source = std::ranges::find(sources, owner, &model_source::provider_id);
  if (slash == std::string::npos || source == sources.end()) {
    // A name without its provider: perhaps there is one that has it.
    auto named = std::ranges::find(models, wish, &proto::model::name);
    if (named != models.end())
      return field_error(ec::unknown_model, "model",
                         "expected PROVIDER/NAME" + proto::not_this(wish) + "; did you mean " +
                             named->id.text + "?");
    names owners;
    for (const auto& one : sources)
      owners.push_back(one.provider_id);
    return field_error(ec::unknown_model, "model",
                       "expected utility or PROVIDER/NAME of a configured provider (" +
                           proto::joined_words(owners) + ")" + proto::not_this(wish) +
                           guess(wish, all));
  }
  auto state = std::ranges::find(providers, source->provider_id, &proto::provider_status::id);
  if (slash + 1 < wish.size() && (state == providers.end() || !is_list_known(*source, *state)))
    return {};
  names own;
  for (const auto& one : models)
    if (one.provider_id == source->provider_id)
      own.push_back(one.id.text);
  return no_such_model(wish, own, all);
}

} // namespace kodad::actors
