#include "storage/config/yaml_section.hpp"

namespace kodad::storage {

namespace {

constexpr size_t rules_of_a_tool = 4096;

int line_of(const YAML::Node& at) {
  return at.Mark().line + 1;
}

void read_action(findings& into, const YAML::Node& node, const std::string& key,
                 proto::action& out) {
  auto read = proto::read_word(node.IsScalar() ? node.Scalar() : "", out);
  if (!read)
    into.fail(line_of(node), key, read.failure().context);
}

void read_rules(findings& into, const YAML::Node& node, const std::string& key,
                proto::tool_permission& out) {
  if (!node.IsMap() || node.size() > rules_of_a_tool)
    return into.fail(line_of(node), key,
                     "expected a map of patterns, or one word: " +
                         proto::joined_words(words(proto::action{})));
  for (const auto& entry : node) {
    if (!entry.first.IsScalar() || entry.first.Scalar().empty()) {
      into.fail(line_of(entry.first), key, "expected texts as patterns; * stands for all");
      continue;
    }
    auto& rule = out.rules.emplace_back(entry.first.Scalar());
    read_action(into, entry.second, key + "." + rule.pattern, rule.then);
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
    into_.note(line_of(entry.first), name);
    if (entry.second.IsScalar() && !entry.second.IsNull()) {
      tool.is_word = true;
      read_action(into_, entry.second, name, tool.rules.emplace_back("*").then);
    } else {
      read_rules(into_, entry.second, name, tool);
    }
  }
}

} // namespace kodad::storage
