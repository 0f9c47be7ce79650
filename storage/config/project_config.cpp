#include "storage/config/project_config.hpp"

#include "proto/limits/project.hpp"
#include "proto/text/glob.hpp"
#include "proto/text/utf8.hpp"
#include "storage/config/key_table.hpp"
#include "storage/config/meant_key.hpp"
#include "storage/config/rule_effect.hpp"
#include "storage/config/yaml_check.hpp"
#include "storage/config/yaml_section.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

namespace limits = proto::limits;
using proto::text::glob_kind;

constexpr std::string_view own_key = "permission";

/// The first words of the keys that a configuration may have.
const std::vector<std::string_view>& top_keys() {
  static const auto all = [] {
    std::vector<std::string_view> out;
    for (const auto& known : known_keys()) {
      auto first = std::string_view(known.name).substr(0, known.name.find_first_of(".["));
      if (std::ranges::find(out, first) == out.end())
        out.push_back(first);
    }
    return out;
  }();
  return all;
}

/// On one line, with nothing that a terminal obeys: escapes in quotes make any character.
std::string shown(std::string_view line) {
  line.remove_prefix(line.starts_with("config ") ? 7 : 0);
  auto out = proto::text::to_valid_utf8(line);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  auto head = std::string(proto::text::prefix(out, limits::project_fault_bytes));
  return head.size() < out.size() ? head + "…" : head;
}

proto::error refusal(const findings& found) {
  auto all = found.failures();
  std::string text;
  for (size_t i = 0; i < std::min(all.size(), limits::project_faults_told); ++i)
    text += (i == 0 ? "" : "; ") + shown(all[i]);
  if (all.size() > limits::project_faults_told)
    text += "; and " + std::to_string(all.size() - limits::project_faults_told) + " more";
  return proto::make_error(proto::ec::tool_denied, shown(text));
}

/// Aliases make much of little.
bool is_bounded(const YAML::Node& permission, findings& into) {
  size_t rules = 0;
  bool has_long_name = false;
  for (const auto& tool : permission) {
    rules += tool.second.IsMap() ? tool.second.size() : 1;
    has_long_name = has_long_name || !tool.first.IsScalar() ||
                    tool.first.Scalar().size() > limits::project_tool_bytes;
  }
  bool is_fine = rules <= limits::project_rules && permission.size() <= limits::project_tools &&
                 !has_long_name;
  if (!is_fine)
    into.fail(line_of(permission), std::string(own_key),
              "expected at most " + std::to_string(limits::project_tools) + " tools and " +
                  std::to_string(limits::project_rules) + " rules, and names of at most " +
                  std::to_string(limits::project_tool_bytes) + " bytes");
  return is_fine;
}

void check_keys(const YAML::Node& root, findings& into) {
  std::string unused;
  int line = 0;
  for (const auto& entry : root) {
    if (!entry.first.IsScalar() || entry.first.Scalar() == "<<")
      continue; // Told by the section.
    const auto& key = entry.first.Scalar();
    if (key == own_key) {
      if (entry.second.IsNull())
        into.warn(line_of(entry.first), key, "has no value: it is as if it were not there");
      continue;
    }
    if (std::ranges::find(top_keys(), key) == top_keys().end()) {
      auto meant = meant_key({"", key, top_keys()});
      into.fail(line_of(entry.first), key,
                "unknown key" + (meant.empty() ? "" : "; did you mean " + meant + "?"));
      continue;
    }
    line = line == 0 ? line_of(entry.first) : line;
    unused += (unused.empty() ? "" : ", ") + key;
  }
  if (!unused.empty())
    into.remark(line, unused, "without effect: of a workspace's own file only permission counts");
}

/// Does a rule that allows more take all that a stricter one before it is about?
bool hides(const proto::permission_rule& later, std::string_view tool,
           const proto::permission_rule& strict) {
  return later.then < strict.then && takes_all_of(tool, later.pattern, strict.pattern);
}

/// What is strict and can have no effect: the last rule that matches wins, and some match nothing.
void check_effect(const proto::permission_set& all, findings& into) {
  auto name_of = [](const proto::tool_permission& tool, const proto::permission_rule& rule) {
    return std::string(own_key) + "." + tool.tool + (tool.is_word ? "" : "." + rule.pattern);
  };
  for (auto tool = all.tools.begin(); tool != all.tools.end(); ++tool)
    for (auto rule = tool->rules.begin(); rule != tool->rules.end(); ++rule) {
      if (rule->then == proto::action::allow)
        continue;
      auto name = name_of(*tool, *rule);
      auto at = std::string(own_key) + "." + tool->tool;
      if (auto why = why_nothing_matches(tool->tool, rule->pattern); !why.empty())
        into.fail_at(at, rule->pattern + " " + why);
      for (auto other = tool; other != all.tools.end(); ++other) {
        if (other != tool && !proto::text::matches(other->tool, tool->tool, glob_kind::command))
          continue;
        auto from = other == tool ? rule + 1 : other->rules.begin();
        auto over = std::find_if(from, other->rules.end(), [&](const auto& later) {
          return hides(later, tool->tool, *rule);
        });
        if (over != other->rules.end())
          into.fail_at(at, name + " never counts: the last rule that matches wins, and " +
                               name_of(*other, *over) + " comes after it; put that first");
      }
    }
}

void read_parsed(const YAML::Node& root, findings& into, const more_project_checks& more,
                 proto::permission_set& out) {
  section all(into, root, "", 1);
  if (!root.IsMap())
    return;
  check_keys(root, into);
  for (const auto& entry : root)
    if (entry.first.IsScalar() && entry.first.Scalar() == own_key && entry.second.IsMap() &&
        !is_bounded(entry.second, into))
      return;
  all.read(own_key, out);
  check_effect(out, into);
  if (more)
    more(out, into);
}

} // namespace

proto::result<project_config> read_project_config(std::string_view text,
                                                  const more_project_checks& more) {
  project_config out;
  findings found(project_file, [](const std::string&) -> std::optional<std::string> { return {}; });
  try {
    if (check_yaml(text, found))
      read_parsed(YAML::Load(std::string(text)), found, more, out.permission);
  } catch (const YAML::Exception& failure) {
    found.fail(failure.mark.is_null() ? 0 : failure.mark.line + 1, "the file", failure.msg);
  }
  if (found.has_failed())
    return refusal(found);
  for (const auto& line : found.take_told())
    out.remarks.push_back(shown(line));
  return out;
}

} // namespace kodad::storage
