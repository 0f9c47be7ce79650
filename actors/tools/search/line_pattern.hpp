// LINE PATTERN: a regular expression for a search across lines, so that it means the same in files
// whose lines end in CR LF. Pure.
#pragma once

#include <string>
#include <string_view>

namespace kodad::actors {

/// The pattern with all that may fit a line feed fitting CR LF as well: the feed itself, the dot
/// (that of a search across lines), classes, `\s` and the like. What it cannot read stays as it is.
std::string across_lines(std::string_view pattern);

} // namespace kodad::actors
