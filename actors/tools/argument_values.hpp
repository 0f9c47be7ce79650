// ARGUMENT VALUES: a value of a call's arguments read as what it must be. Models write numbers and
// truths as text and commands as lists; what can be meant in one way only is taken, all else is
// refused. Pure.
#pragma once

#include "proto/json/codec.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

enum class argument_kind : uint8_t {
  text,    ///< Any string.
  filled,  ///< A string that is not empty.
  place,   ///< A path; an empty one counts as none.
  count,   ///< A whole number from 0.
  flag,    ///< True or false.
  command, ///< A command line, or a list of its words.
  globs,   ///< A string or several.
  any,     ///< Looked at elsewhere; a string's content, else the JSON.
};

/// The value in one spelling, several for `globs`; none counts as not given. The error's context
/// goes on after "the argument X".
proto::result<std::vector<std::string>> read_value_as(argument_kind kind,
                                                      const proto::json::value& given);

/// A command line of these words.
std::string shell_line(const std::vector<std::string>& words);

} // namespace kodad::actors
