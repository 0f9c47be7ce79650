// PERMISSION: rules that say of a tool call whether it may run. Values only; the decision is made
// in actors/permission/policy.hpp.
#pragma once

#include "proto/json/codec.hpp"

namespace kodad::proto {

enum class action : uint8_t { allow, ask, deny };

constexpr auto words(action) {
  return std::array<std::string_view, 3>{"allow", "ask", "deny"};
}

/// `pattern` is a glob over the call's subject (a path, a command); "*" matches all.
struct permission_rule {
  std::string pattern;
  action then = action::ask;
};

/// The rules of one tool, in order; the last that matches wins.
struct tool_permission {
  std::string tool;
  std::vector<permission_rule> rules;
  bool is_word = false; ///< Was given as one word for all calls, and is shown so.
};

/// Per tool a word ("ask") or an ordered map glob -> word, in this order on the wire too.
struct permission_set {
  std::vector<tool_permission> tools;

  bool empty() const { return tools.empty(); }
};

void write_value(json::writer& out, const permission_set& x);

/// Fails with `invalid_value` on a duplicate tool or pattern: in rules that guard something,
/// "the last wins" would hide what the first one said.
result<void> read_value(const json::value& in, permission_set& out);

} // namespace kodad::proto
