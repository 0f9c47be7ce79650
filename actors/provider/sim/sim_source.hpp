// SIM SOURCE: what can be said of a definition by counting braces and names, for languages with
// braces and for those with indentation. Pure; a reading aid, not a parser.
#pragma once

#include "actors/provider/sim/sim_findings.hpp"

namespace kodad::actors {

struct sim_definition {
  size_t first = 0; ///< Index into the lines: where the definition starts.
  size_t last = 0;  ///< Where it ends, or where what was read ends.
  bool is_whole = false;
  std::vector<std::string> comment;  ///< The comment above, without its marks.
  std::vector<std::string> includes; ///< What the file includes or imports, as far as read.
  std::vector<std::string> calls;    ///< Names called inside, in order, each once.
  std::vector<size_t> landmarks;     ///< Indices of lines that shape it: branches, loops, returns.
  size_t branches = 0;
  size_t loops = 0;
  size_t returns = 0;
};

/// @param at Index into `lines` of the line that names the thing. @pre at < lines.size()
sim_definition study(const std::vector<sim_line>& lines, size_t at, std::string_view path);

/// What the file includes or imports, as far as read.
std::vector<std::string> find_includes(const std::vector<sim_line>& lines);

/// Lines that look as if they began a definition at the file's top level; indices.
std::vector<size_t> find_outline(const std::vector<sim_line>& lines);

/// The line without leading and trailing blanks.
std::string_view trimmed(std::string_view line);

} // namespace kodad::actors
