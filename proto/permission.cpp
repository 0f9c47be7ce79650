#include "proto/permission.hpp"

#include <algorithm>

namespace kodad::proto {

namespace {

std::string_view word_of(action what) {
  return words(what)[static_cast<size_t>(what)];
}

result<void> read_rules(const json::object& map, tool_permission& out) {
  for (auto entry : map) {
    bool known =
        std::ranges::any_of(out.rules, [&](const auto& rule) { return rule.pattern == entry.key; });
    if (known)
      return field_error(ec::invalid_value, out.tool, "a pattern stands twice");
    auto& rule = out.rules.emplace_back();
    rule.pattern = entry.key;
    if (auto done = json::read_value(entry.value, rule.then); !done)
      return field_error(done.failure().code, out.tool, done.failure().context);
  }
  return {};
}

result<void> read_tool(const json::value& in, tool_permission& out) {
  if (in.is_string()) {
    out.is_word = true;
    auto& rule = out.rules.emplace_back(permission_rule{"*", action::ask});
    if (auto done = json::read_value(in, rule.then); !done)
      return field_error(done.failure().code, out.tool, done.failure().context);
    return {};
  }
  json::object map;
  if (in.get(map) != simdjson::SUCCESS)
    return field_error(ec::wrong_type, out.tool, "expected a word or a map of patterns");
  return read_rules(map, out);
}

} // namespace

void write_value(json::writer& out, const permission_set& x) {
  out.begin_object();
  for (const auto& tool : x.tools) {
    out.key(tool.tool);
    if (tool.is_word && tool.rules.size() == 1) {
      out.string(word_of(tool.rules.front().then));
      continue;
    }
    out.begin_object();
    for (const auto& rule : tool.rules)
      out.key(rule.pattern).string(word_of(rule.then));
    out.end_object();
  }
  out.end_object();
}

result<void> read_value(const json::value& in, permission_set& out) {
  json::object map;
  if (in.get(map) != simdjson::SUCCESS)
    return json::wrong_type("an object");
  out.tools.clear();
  for (auto entry : map) {
    bool known =
        std::ranges::any_of(out.tools, [&](const auto& tool) { return tool.tool == entry.key; });
    if (known)
      return field_error(ec::invalid_value, std::string(entry.key), "a tool stands twice");
    auto& tool = out.tools.emplace_back();
    tool.tool = entry.key;
    if (auto done = read_tool(entry.value, tool); !done)
      return done;
  }
  return {};
}

} // namespace kodad::proto
