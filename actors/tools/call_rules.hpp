// CALL RULES: what the rules say, on its way to a tool that meets the files. The turn judges a call
// by the path that it names; where a link leads is seen only when the file is opened, and who may
// not read a file without being asked may not learn what is in it by searching, either. The rules
// travel behind the arguments of the call. Pure.
#pragma once

#include "actors/tools/search/glob_regex.hpp"
#include "proto/agent.hpp"
#include "proto/permission.hpp"
#include "proto/result.hpp"
#include "proto/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

struct call_rules {
  proto::permission_set agent;
  bool builtin = false;
  proto::permission_set user;
  std::vector<proto::granted_rule> granted;
  proto::permission_set project;

  static constexpr auto fields() {
    return std::tuple(
        proto::field("agent", &call_rules::agent), proto::field("builtin", &call_rules::builtin),
        proto::field("user", &call_rules::user), proto::field("granted", &call_rules::granted),
        proto::field("project", &call_rules::project));
  }
};

/// The arguments, an object, with the rules behind them.
std::string with_rules(const std::string& input, const call_rules& rules);

/// The two apart again. No rules are there where none were added.
struct ruled_input {
  std::string_view input;
  std::optional<call_rules> rules;
};
ruled_input without_rules(std::string_view input);

/// The arguments alone.
std::string_view bare_input(std::string_view input);

/// May a call that was allowed for the path it names go on at where that really leads? Fails with
/// `tool_denied` where the rules are stricter there, or ask for another reason.
/// @param named, real Relative to the workspace; `real` is without links.
proto::result<void> permit_real(const std::optional<call_rules>& rules, std::string_view tool,
                                const std::string& named, const std::string& real);

/// What the rules say of reading this path.
proto::action may_read(const call_rules& rules, const std::string& path);

/// A regular expression for all paths on which the rules may be stricter than on `place`; empty
/// when there are none.
std::string guarded_regex(const call_rules& rules, const std::string& place);

/// Filters that let those of the guarded paths through on which the rules are no stricter than on
/// `place`; none when the rules are too many. `may_read` has the last word.
std::vector<path_filter> open_filters(const call_rules& rules, const std::string& place);

} // namespace kodad::actors
