// PROGRAMS: which of them run, or write, what their arguments say, so that a pattern over command
// lines says nothing about what such a line does. The one list of them: no rule with a wildcard
// covers them, nor is one offered (actors/permission, proto/broader_rule). Lists, not cleverness;
// the sandbox stands behind them. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace kodad::proto {

enum class program_kind : uint8_t {
  plain,   ///< Does what its name and its flags say.
  steered, ///< Runs what the project's files or some flags name: a rule for it is no offer to make.
  runner,  ///< Runs or writes whatever it is given: shells, interpreters, wrappers.
};

/// @param name Without folders; versions count for nothing ("python3.11").
program_kind kind_of_program(std::string_view name);

} // namespace kodad::proto
