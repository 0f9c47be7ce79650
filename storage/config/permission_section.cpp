#include "proto/text/ascii.hpp"
#include "proto/text/glob.hpp"
#include "storage/config/rule_effect.hpp"
#include "storage/config/yaml_section.hpp"

#include <algorithm>
#include <array>

namespace kodad::storage {

namespace {

constexpr size_t rules_of_a_tool = 4096;

/// What others write for the three words.
std::string_view meant_action(std::string_view given) {
  struct other_word {
    std::string_view theirs;
    std::string_view ours;
  };
  constexpr std::array<other_word, 16> words{{{"yes", "allow"},
                                              {"true", "allow"},
                                              {"on", "allow"},
                                              {"always", "allow"},
                                              {"accept", "allow"},
                                              {"approve", "allow"},
                                              {"no", "deny"},
                                              {"false", "deny"},
                                              {"off", "deny"},
                                              {"never", "deny"},
                                              {"block", "deny"},
                                              {"reject", "deny"},
                                              {"forbid", "deny"},
                                              {"maybe", "ask"},
                                              {"prompt", "ask"},
                                              {"confirm", "ask"}}};
  auto found = std::ranges::find(words, given, &other_word::theirs);
  return found == words.end() ? "" : found->ours;
}

void read_action(findings& into, const YAML::Node& node, int line, const std::string& key,
                 proto::action& out) {
  if (!is_word(node))
    return into.fail(line, key,
                     "expected " + proto::joined_words(words(proto::action{})) + not_this(node));
  auto read = proto::read_word(node.Scalar(), out);
  if (read)
    return;
  auto meant = meant_action(proto::text::to_lower(node.Scalar()));
  auto has_guess = read.failure().context.find("did you mean") != std::string::npos;
  into.fail(line, key,
            read.failure().context +
                (meant.empty() || has_guess ? "" : "; did you mean " + std::string(meant) + "?"));
}

int line_of_pattern(const YAML::Node& rules, const std::string& pattern) {
  for (const auto& entry : rules)
    if (entry.first.IsScalar() && entry.first.Scalar() == pattern)
      return line_of(entry.first);
  return line_of(rules);
}

/// The last rule that matches wins: one that matches all that an earlier one does leaves it
/// nothing.
void warn_of_idle_rules(findings& into, const YAML::Node& node, const std::string& key,
                        const proto::tool_permission& all) {
  const auto& rules = all.rules;
  for (auto later = rules.begin(); later != rules.end(); ++later) {
    auto idle = std::find_if(rules.begin(), later, [&](const auto& rule) {
      return rule.then != later->then && takes_all_of(all.tool, later->pattern, rule.pattern);
    });
    if (idle != later)
      return into.warn(line_of_pattern(node, later->pattern), key + "." + later->pattern,
                       (later->pattern == "*" ? "matches all calls"
                                              : "matches all that " + idle->pattern + " does") +
                           std::string(", and the last rule that matches wins: ") + idle->pattern +
                           " before it never counts; put " + later->pattern + " first");
  }
}

void warn_of_vain_patterns(findings& into, const YAML::Node& node, const std::string& key,
                           const proto::tool_permission& all) {
  for (const auto& rule : all.rules)
    if (auto why = why_nothing_matches(all.tool, rule.pattern); !why.empty())
      into.warn(line_of_pattern(node, rule.pattern), key + "." + rule.pattern, why);
}

/// "allow: [bash]" for "bash: allow", as other programs have it.
bool fail_on_word(findings& into, const YAML::Node& node, int line, const std::string& key,
                  const std::string& tool) {
  auto known = words(proto::action{});
  if (std::ranges::find(known, proto::text::to_lower(tool)) == known.end())
    return false;
  auto name = node.IsSequence() && node.size() > 0 ? node[0] : node;
  constexpr size_t shown_most = 32;
  bool is_name = is_word(name) && !name.Scalar().empty() && name.Scalar().size() <= shown_most &&
                 std::ranges::find(known, name.Scalar()) == known.end();
  into.fail(line, key,
            "expected a tool as key and " + tool + " behind it, such as " +
                (is_name ? name.Scalar() : std::string("bash")) + ": " +
                proto::text::to_lower(tool));
  return true;
}

/// Why a pattern hardly matches what is meant; empty where it may.
std::string doubt_of(const proto::permission_rule& rule, bool is_command) {
  std::string_view text = rule.pattern;
  if (is_command && text.ends_with(":*") && text.find(' ') == text.npos &&
      text.find("://") == text.npos) {
    auto name = std::string(text.substr(0, text.size() - 2));
    return "matches no call of " + name + ": did you mean '" + name + " *'?";
  }
  if (text.starts_with('^') || text.starts_with("/^") || text.starts_with("regex:"))
    return "is no regular expression: * stands for any text, ? for one letter";
  if (!is_command && text.find('\\') != text.npos && text.find('/') == text.npos)
    return "matches no path of several parts: / stands between them";
  bool is_strict = rule.then != proto::action::allow;
  if (is_command && is_strict && !proto::text::has_wildcards(text))
    return "matches this very command alone: '" + std::string(text) +
           " *' matches it with other arguments, too";
  return "";
}

void warn_of_patterns(findings& into, const YAML::Node& node, const std::string& key,
                      const proto::tool_permission& all) {
  for (const auto& rule : all.rules)
    if (auto doubt = doubt_of(rule, all.tool == "bash"); !doubt.empty())
      into.remark(line_of_pattern(node, rule.pattern), key + "." + rule.pattern, doubt);
}

void read_rules(findings& into, const YAML::Node& node, int line, const std::string& key,
                proto::tool_permission& out) {
  if (!node.IsMap() || node.size() > rules_of_a_tool)
    return into.fail(line, key,
                     "expected a map of patterns, or one word: " +
                         proto::joined_words(words(proto::action{})) + not_this(node));
  if (node.size() == 0)
    into.warn(line, key, "holds no rule: it is as if it were not there");
  for (const auto& entry : node) {
    auto own_line = std::max(line_of(entry.first), line);
    if (!entry.first.IsScalar() || entry.first.Scalar().empty()) {
      into.fail(own_line, key, "expected texts as patterns; * stands for all");
      continue;
    }
    auto& rule = out.rules.emplace_back(entry.first.Scalar());
    read_action(into, entry.second, own_line, key + "." + rule.pattern, rule.then);
  }
  warn_of_idle_rules(into, node, key, out);
  warn_of_vain_patterns(into, node, key, out);
  warn_of_patterns(into, node, key, out);
}

const proto::permission_rule* rule_for_all(const proto::tool_permission& of) {
  auto found = std::ranges::find(of.rules, "*", &proto::permission_rule::pattern);
  return found == of.rules.end() ? nullptr : &*found;
}

/// The same of a pattern of tools whose rules come after those of a tool that it matches.
void warn_of_idle_tools(findings& into, const std::string& path, const proto::permission_set& all) {
  for (auto later = all.tools.begin(); later != all.tools.end(); ++later) {
    const auto* last = rule_for_all(*later);
    auto idle = std::find_if(all.tools.begin(), later, [last, later](const auto& before) {
      auto kind = proto::text::glob_kind::command;
      return last && proto::text::matches(later->tool, before.tool, kind) &&
             std::ranges::any_of(before.rules,
                                 [last](const auto& rule) { return rule.then != last->then; });
    });
    if (idle != later)
      into.warn_at(path + later->tool, "matches " + idle->tool +
                                           ", too, and the last rule that matches wins: those "
                                           "of " +
                                           idle->tool + " never count; put it first");
  }
}

} // namespace

void section::read(std::string_view key, proto::permission_set& out) {
  describe(key, "a map of tools to `allow`, `ask`, `deny`, or to maps of patterns to these", "");
  auto node = find(key);
  section tools(into_, node, full(key) + "."); // Checks the map and its keys.
  for (const auto& entry : tools.node_) {
    if (!entry.first.IsScalar())
      continue;
    auto name = full(key) + "." + entry.first.Scalar();
    auto line = storage::line_of(entry.first);
    into_.note(line, name);
    if (entry.first.Scalar().empty()) {
      into_.fail(line, full(key), "expected names of tools as keys; * stands for all");
      continue;
    }
    if (fail_on_word(into_, entry.second, line, name, entry.first.Scalar()))
      continue;
    auto& tool = out.tools.emplace_back();
    tool.tool = entry.first.Scalar();
    if (is_word(entry.second)) {
      tool.is_word = true;
      read_action(into_, entry.second, std::max(storage::line_of(entry.second), line), name,
                  tool.rules.emplace_back("*").then);
    } else {
      read_rules(into_, entry.second, line, name, tool);
    }
  }
  warn_of_idle_tools(into_, full(key) + ".", out);
}

} // namespace kodad::storage
