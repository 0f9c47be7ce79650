#include "proto/provider/option_rewrite.hpp"

#include "proto/json/reader.hpp"
#include "proto/json/writer.hpp"
#include "proto/provider/option_table.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

constexpr std::string_view reasoning = "reasoning_content";
constexpr std::string_view not_known = "(not recorded)";

/// How far below the top a body's own fields reach: contents, parts, a call, its id.
constexpr int depth_max = 12;

class rewriter {
public:
  explicit rewriter(const std::vector<refused_option>& refused) : refused_(refused) {}

  std::string write(const json::object& body) {
    write_object(body, "", 0);
    return out_.take();
  }

private:
  void write_value(const json::value& node, std::string_view key, int depth);
  void write_object(const json::object& from, std::string_view parent, int depth);
  void write_field(std::string_view key, const json::value& node, const option_row* option,
                   const json::object& beside, int depth);
  bool becomes_empty(const json::value& node, std::string_view key) const;
  bool goes_with_tools(std::string_view key) const;
  bool lacks_reasoning(const json::object& message) const;
  const refused_option* find(std::string_view key, const option_row& option,
                             option_change change) const;

  const std::vector<refused_option>& refused_;
  json::writer out_;
};

const refused_option* rewriter::find(std::string_view key, const option_row& option,
                                     option_change change) const {
  auto found = std::ranges::find_if(refused_, [&](const refused_option& one) {
    return one.key == key && one.change == change && one.parent == option.parent;
  });
  return found == refused_.end() ? nullptr : &*found;
}

void rewriter::write_value(const json::value& node, std::string_view key, int depth) {
  json::object inner;
  json::array list;
  bool deep = depth >= depth_max;
  if (!deep && node.get(inner) == simdjson::SUCCESS)
    return write_object(inner, key, depth);
  if (deep || node.get(list) != simdjson::SUCCESS) {
    out_.raw(json::to_text(node));
    return;
  }
  out_.begin_array();
  for (auto item : list)
    write_value(item, key, depth + 1);
  out_.end_array();
}

void rewriter::write_object(const json::object& from, std::string_view parent, int depth) {
  out_.begin_object();
  for (auto [key, node] : from)
    write_field(key, node, find_option(key, parent), from, depth);
  if (lacks_reasoning(from))
    out_.key(reasoning).string(not_known);
  out_.end_object();
}

void rewriter::write_field(std::string_view key, const json::value& node, const option_row* option,
                           const json::object& beside, int depth) {
  if (option && find(key, *option, option_change::drop)) {
    auto other = option->instead;
    bool renamed =
        !other.empty() && !json::find(beside, other) && !find(other, *option, option_change::drop);
    if (!renamed)
      return;
    key = other;
  }
  if (becomes_empty(node, key) || (depth == 0 && goes_with_tools(key)))
    return;
  out_.key(key);
  const auto* cap = option ? find(key, *option, option_change::cap) : nullptr;
  int64_t number = 0;
  if (cap && node.get(number) == simdjson::SUCCESS)
    out_.integer(std::min(number, cap->most));
  else if (holds_options(key, depth == 0))
    write_value(node, key, depth + 1);
  else
    out_.raw(json::to_text(node));
}

/// An object of settings that loses all of them goes as well.
bool rewriter::becomes_empty(const json::value& node, std::string_view key) const {
  json::object inner;
  if (node.get(inner) != simdjson::SUCCESS || inner.size() == 0)
    return false;
  return std::ranges::all_of(inner, [&](const auto& field) {
    const auto* option = find_option(field.key, key);
    return option && option->kind == option_kind::setting && option->instead.empty() &&
           option->parent == key && find(field.key, *option, option_change::drop);
  });
}

/// What says how to use tools that are left out.
bool rewriter::goes_with_tools(std::string_view key) const {
  if (key != "tool_choice" && key != "parallel_tool_calls" && key != "toolConfig")
    return false;
  return std::ranges::any_of(refused_, [](const refused_option& one) {
    return one.change == option_change::drop && one.key == "tools" && one.parent.empty();
  });
}

bool rewriter::lacks_reasoning(const json::object& message) const {
  bool wanted = std::ranges::any_of(refused_, [](const refused_option& one) {
    return one.change == option_change::add && one.key == reasoning;
  });
  return wanted && json::find(message, "tool_calls") && !json::find(message, reasoning);
}

void collect(const json::value& node, std::string_view key, int depth,
             std::vector<refused_option>& to);

void collect(const json::object& from, std::string_view parent, int depth,
             std::vector<refused_option>& to) {
  for (auto [key, node] : from) {
    if (const auto* option = find_option(key, parent)) {
      refused_option found{std::string(key), std::string(option->parent), option_change::drop, 0};
      if (std::ranges::find(to, found) == to.end())
        to.push_back(std::move(found));
    }
    if (holds_options(key, depth == 0))
      collect(node, key, depth + 1, to);
  }
}

void collect(const json::value& node, std::string_view key, int depth,
             std::vector<refused_option>& to) {
  json::object inner;
  json::array list;
  if (depth >= depth_max)
    return;
  if (node.get(inner) == simdjson::SUCCESS)
    return collect(inner, key, depth, to);
  if (node.get(list) == simdjson::SUCCESS)
    for (auto item : list)
      collect(item, key, depth + 1, to);
}

} // namespace

void note(std::vector<refused_option>& list, refused_option one) {
  std::erase_if(list, [&one](const refused_option& other) {
    return other.key == one.key && other.parent == one.parent && other.change == one.change;
  });
  list.push_back(std::move(one));
}

std::string without_options(std::string_view body, const std::vector<refused_option>& refused) {
  json::parser parse;
  auto root = parse.parse_object(body);
  if (refused.empty() || !root)
    return std::string(body);
  return rewriter(refused).write(*root);
}

std::vector<refused_option> options_in(std::string_view body) {
  std::vector<refused_option> out;
  json::parser parse;
  if (auto root = parse.parse_object(body))
    collect(*root, "", 0, out);
  return out;
}

} // namespace kodad::proto::provider
