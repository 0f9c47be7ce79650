#include "storage/config/yaml_section.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

constexpr size_t rules_of_a_tool = 4096;

bool read_action(findings& into, const YAML::Node& node, const std::string& key,
                 proto::action& out) {
  auto known = words(out);
  auto word = node.IsScalar() ? std::ranges::find(known, node.Scalar()) : known.end();
  if (word == known.end()) {
    into.fail(node, key, "expected allow, ask or deny");
    return false;
  }
  out = static_cast<proto::action>(word - known.begin());
  return true;
}

void read_rules(findings& into, const YAML::Node& node, const std::string& key,
                proto::tool_permission& out) {
  if (!node.IsMap() || node.size() > rules_of_a_tool)
    return into.fail(node, key, "expected a word or a map of patterns");
  for (const auto& entry : node) {
    if (!entry.first.IsScalar())
      return into.fail(entry.first, key, "expected texts as patterns");
    const auto& pattern = entry.first.Scalar();
    if (std::ranges::find(out.rules, pattern, &proto::permission_rule::pattern) != out.rules.end())
      return into.fail(entry.first, key, "expected a pattern once, one stands twice");
    proto::permission_rule rule{pattern};
    if (!read_action(into, entry.second, key + "." + pattern, rule.then))
      return;
    out.rules.push_back(std::move(rule));
  }
}

} // namespace

void section::read(std::string_view key, proto::permission_set& out) {
  auto node = find(key);
  section tools(into_, node, full(key) + "."); // Checks the map and its keys.
  for (const auto& entry : tools.node_) {
    if (!entry.first.IsScalar())
      continue;
    auto& tool = out.tools.emplace_back();
    tool.tool = entry.first.Scalar();
    auto name = full(key) + "." + tool.tool;
    if (entry.second.IsScalar() && !entry.second.IsNull()) {
      tool.is_word = true;
      read_action(into_, entry.second, name, tool.rules.emplace_back("*").then);
    } else {
      read_rules(into_, entry.second, name, tool);
    }
  }
}

} // namespace kodad::storage
