#include "actors/permission/policy.hpp"

#include "actors/permission/command_line.hpp"
#include "proto/text/glob.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace kodad::actors {

namespace {

using proto::action;
using proto::text::glob_kind;

constexpr auto reading_tools = std::to_array<std::string_view>(
    {"glob", "grep", "question", "read", "read_files", "search", "tree"});
constexpr auto path_tools = std::to_array<std::string_view>(
    {"edit", "glob", "grep", "lsp", "open", "patch", "read", "search", "tree", "write"});

bool is_among(std::string_view word, auto& list) {
  return std::ranges::find(list, word) != list.end();
}

enum class subject_kind : uint8_t { command, path, text };

/// What is judged: the subject, or one part of a command line.
struct target {
  std::string_view tool;
  std::string_view text;
  subject_kind kind;
  bool certain = true; ///< Does the text say all? Else only "*" may allow it.
};

bool climbs(std::string_view path) {
  return path == ".." || path.starts_with("../") || path.ends_with("/..") ||
         path.find("/../") != std::string_view::npos;
}

/// Also "src/x" for a rule about src and "/work/src/x": strict rules hold wherever a path starts.
bool matches_tail(std::string_view pattern, std::string_view path) {
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/'))
    if (path.remove_prefix(slash + 1); proto::text::matches_path(pattern, path))
      return true;
  return false;
}

/// "rm *" is also said of a bare "rm".
bool matches_command(std::string_view pattern, std::string_view command) {
  if (proto::text::matches(pattern, command, glob_kind::command))
    return true;
  return pattern.ends_with(" *") && !pattern.ends_with("\\ *") &&
         proto::text::matches(pattern.substr(0, pattern.size() - 2), command, glob_kind::command);
}

/// "curl *" is also said of "/usr/bin/curl x".
bool matches_base_command(std::string_view pattern, std::string_view command) {
  auto name = command.substr(0, command.find(' '));
  auto slash = name.rfind('/');
  return slash != std::string_view::npos && matches_command(pattern, command.substr(slash + 1));
}

bool applies(const proto::permission_rule& rule, const target& to) {
  if (rule.pattern == "*")
    return true;
  bool strict = rule.then != action::allow;
  if (!strict && !to.certain)
    return false;
  if (!proto::text::is_bounded(rule.pattern, to.text))
    return strict;
  switch (to.kind) {
  case subject_kind::command:
    return matches_command(rule.pattern, to.text) ||
           (strict && matches_base_command(rule.pattern, to.text));
  case subject_kind::path:
    return proto::text::matches_path(rule.pattern, to.text) ||
           (strict && matches_tail(rule.pattern, to.text));
  case subject_kind::text:
    return proto::text::matches(rule.pattern, to.text, glob_kind::command);
  }
  return strict;
}

/// The last rule of the set that applies.
const proto::permission_rule* last_rule(const proto::permission_set& rules, const target& to) {
  const proto::permission_rule* found = nullptr;
  for (const auto& tool : rules.tools)
    if (proto::text::matches(tool.tool, to.tool, glob_kind::command))
      for (const auto& rule : tool.rules)
        if (applies(rule, to))
          found = &rule;
  return found;
}

/// A rule and the layer that it stands in.
struct found_rule {
  const proto::permission_rule* rule = nullptr;
  rule_origin from = rule_origin::agent;
};

/// The strictest of what the layers say; nothing when none says anything.
std::optional<found_rule> strictest_rule(const std::vector<rule_layer>& layers, const target& to) {
  bool user_speaks = std::ranges::any_of(layers, [&to](const auto& layer) {
    return layer.from == rule_origin::user && last_rule(*layer.rules, to);
  });
  std::optional<found_rule> found;
  for (const auto& layer : layers) {
    if (user_speaks && layer.from == rule_origin::builtin_agent)
      continue;
    const auto* rule = last_rule(*layer.rules, to);
    if (!rule || (layer.from == rule_origin::project && rule->then == action::allow))
      continue;
    if (!found || rule->then > found->rule->then)
      found = found_rule{rule, layer.from};
  }
  return found;
}

bool is_granted(const std::vector<proto::granted_rule>& granted, const target& to) {
  return std::ranges::any_of(granted, [&to](const auto& rule) {
    // Granted to the letter holds even where nothing else is certain.
    bool exact = rule.pattern == proto::text::escape(to.text);
    return rule.tool == to.tool && (exact || applies({rule.pattern, action::allow}, to));
  });
}

decision judge_one(const std::vector<rule_layer>& layers,
                   const std::vector<proto::granted_rule>& granted, const target& to) {
  decision out;
  if (auto found = strictest_rule(layers, to)) {
    out.then = found->rule->then;
    out.pattern = found->rule->pattern;
    out.from = found->from;
  } else {
    out.then = is_among(to.tool, reading_tools) ? action::allow : action::ask;
  }
  if (out.then == action::ask && is_granted(granted, to))
    out.then = action::allow;
  return out;
}

void tighten(decision& so_far, decision next) {
  bool names_a_rule = next.then == so_far.then && so_far.pattern.empty();
  if (next.then > so_far.then || names_a_rule)
    so_far = std::move(next);
}

decision judge_command(const std::vector<rule_layer>& layers,
                       const std::vector<proto::granted_rule>& granted, std::string_view tool,
                       std::string_view text) {
  auto line = read_command_line(text);
  decision out;
  out.then = action::allow;
  for (const auto& command : line.commands)
    tighten(out,
            judge_one(layers, granted, {tool, command, subject_kind::command, line.understood}));
  for (const auto& suspect : line.suspects) {
    // A suspicion never allows, and one without a rule says nothing.
    auto found = strictest_rule(layers, {tool, suspect, subject_kind::command, false});
    if (found && found->rule->then != action::allow)
      tighten(out, {found->rule->then, found->rule->pattern, found->from, {}});
  }
  // "Always" was said of this very line, whatever its parts.
  if (out.then == action::ask && is_granted(granted, {tool, text, subject_kind::text, false}))
    out.then = action::allow;
  return out;
}

} // namespace

decision decide(const std::vector<rule_layer>& layers,
                const std::vector<proto::granted_rule>& granted, std::string_view tool,
                std::string_view subject) {
  decision out;
  if (tool == "bash")
    out = judge_command(layers, granted, tool, subject);
  else if (is_among(tool, path_tools))
    out = judge_one(layers, granted, {tool, subject, subject_kind::path, !climbs(subject)});
  else
    out = judge_one(layers, granted, {tool, subject, subject_kind::text});
  out.suggested_pattern = proto::text::escape(subject);
  return out;
}

std::vector<rule_layer> layers_of(const proto::agent& who, const proto::permission_set& user,
                                  const proto::permission_set& project) {
  return {{&who.permission, who.builtin ? rule_origin::builtin_agent : rule_origin::agent},
          {&user, rule_origin::user},
          {&project, rule_origin::project}};
}

} // namespace kodad::actors
