#include "actors/turn/tool_names.hpp"

#include "proto/limits/answers.hpp"
#include "proto/text/ascii.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>
#include <array>

namespace kodad::actors {

namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view trimmings = " \t\r\n\"'`*()[]{}<>,.:;=/";

std::string_view trim(std::string_view name) {
  auto first = name.find_first_not_of(trimmings);
  if (first == std::string_view::npos)
    return {};
  return name.substr(first, name.find_last_not_of(trimmings) - first + 1);
}

/// What lies before a marker like "<|channel|>", or behind those that the name begins with.
std::string_view without_markers(std::string_view name) {
  while (true) {
    auto begin = name.find("<");
    auto end = name.find('>', std::min(begin, name.size()));
    if (end == std::string_view::npos)
      return name;
    bool leads = trim(name.substr(0, begin)).empty();
    if (leads && trim(name.substr(end + 1)).empty())
      return name; // All of it is within: "<function=bash>".
    if (!leads)
      return name.substr(0, begin);
    name.remove_prefix(end + 1);
  }
}

std::string_view without_prefix(std::string_view name) {
  constexpr std::array<std::string_view, 8> prefixes{"functions", "function", "default_api",
                                                     "tools",     "tool",     "multi_tool_use",
                                                     "api",       "namespace"};
  auto mark = name.find_first_of(".:/=");
  if (mark == std::string_view::npos)
    return name;
  bool is_prefix = std::ranges::find(prefixes, name.substr(0, mark)) != prefixes.end();
  return is_prefix ? without_prefix(trim(name.substr(mark + 1))) : name;
}

/// "bash:0": the number of the call.
std::string_view without_number(std::string_view name) {
  auto mark = name.find_last_of(":#");
  if (mark == std::string_view::npos || mark + 1 == name.size())
    return name;
  bool is_number = name.find_first_not_of(digits, mark + 1) == std::string_view::npos;
  return is_number ? name.substr(0, mark) : name;
}

/// In lower case, without what is mixed up between words.
std::string fold(std::string_view name) {
  std::string out;
  for (char c : name)
    if (c != '-' && c != '_' && c != ' ')
      out.push_back(proto::text::to_lower(c));
  return out;
}

std::optional<std::string> only_match(const std::vector<proto::tool_spec>& tools,
                                      const std::string& folded) {
  std::optional<std::string> found;
  for (const auto& tool : tools) {
    if (folded.empty() || fold(tool.name) != folded)
      continue;
    if (found)
      return std::nullopt;
    found = tool.name;
  }
  return found;
}

} // namespace

std::optional<std::string> meant_tool(const std::vector<proto::tool_spec>& tools,
                                      std::string_view name) {
  if (std::ranges::find(tools, name, &proto::tool_spec::name) != tools.end())
    return std::string(name);
  name = name.substr(0, proto::limits::tool_name_bytes);
  if (auto found = only_match(tools, fold(trim(name))))
    return found;
  auto bare = without_number(without_prefix(trim(without_markers(name))));
  return only_match(tools, fold(trim(bare)));
}

proto::error no_such_tool(const std::vector<proto::tool_spec>& tools, std::string_view name) {
  std::string names;
  for (const auto& tool : tools) {
    if (names.size() > proto::limits::tool_list_bytes) {
      names += ", …";
      break;
    }
    names += (names.empty() ? "" : ", ") + tool.name;
  }
  auto shown = std::string(proto::text::prefix(name, proto::limits::tool_name_bytes));
  return proto::make_error(proto::ec::tool_not_found,
                           "there is no tool named '" + shown + "' for this agent; " +
                               (names.empty() ? "it has none" : "its tools are: " + names));
}

} // namespace kodad::actors
