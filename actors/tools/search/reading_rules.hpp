// READING RULES: what the rules say of reading, on its way to a search. Who may not read a file
// without being asked may not learn what is in it by searching, either. The turn knows the rules,
// the search meets the files; the rules travel behind the arguments of the call. Pure.
#pragma once

#include "proto/agent.hpp"
#include "proto/permission.hpp"
#include "proto/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

struct reading_rules {
  proto::permission_set agent;
  bool builtin = false;
  proto::permission_set user;
  std::vector<proto::granted_rule> granted;

  static constexpr auto fields() {
    return std::tuple(proto::field("agent", &reading_rules::agent),
                      proto::field("builtin", &reading_rules::builtin),
                      proto::field("user", &reading_rules::user),
                      proto::field("granted", &reading_rules::granted));
  }
};

/// The arguments, an object, with the rules behind them.
std::string with_rules(const std::string& input, const reading_rules& rules);

/// The two apart again. No rules are there where none were added.
struct ruled_input {
  std::string_view input;
  std::optional<reading_rules> rules;
};
ruled_input without_rules(std::string_view input);

/// What the rules say of reading this path.
proto::action may_read(const reading_rules& rules, const std::string& path);

/// A regular expression for all paths on which the rules may be stricter than on `place`; empty
/// when there are none.
std::string guarded_regex(const reading_rules& rules, const std::string& place);

} // namespace kodad::actors
