#include "storage/config/rule_effect.hpp"

#include "proto/text/glob.hpp"

#include <algorithm>
#include <array>

namespace kodad::storage {

namespace {

using proto::text::glob_kind;

/// Paths that a pattern matches, more or less deep where it leaves that open: what matches all of
/// these matches all of the pattern's.
std::string example_path(std::string_view pattern, std::string_view for_any_depth) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.substr(i).starts_with("**")) {
      out += for_any_depth;
      ++i;
    } else {
      out += pattern[i] == '*' || pattern[i] == '?' ? 'q' : pattern[i];
    }
  }
  return out;
}

bool takes_all_paths(std::string_view later, std::string_view earlier) {
  constexpr std::array<std::string_view, 3> depths{"q", "q/w", "q/w/e"};
  constexpr std::array<std::string_view, 3> folders{"", "q/", "q/w/"};
  bool is_name = earlier.find('/') == earlier.npos; // Of a file in any folder.
  for (size_t i = 0; i < depths.size(); ++i) {
    auto path = std::string(is_name ? folders[i] : "") + example_path(earlier, depths[i]);
    if (!proto::text::is_bounded(later, path) || !proto::text::matches_path(later, path))
      return false;
  }
  return true;
}

bool is_file_tool(std::string_view tool) {
  constexpr std::array<std::string_view, 5> all{"read", "write", "edit", "glob", "grep"};
  return std::ranges::find(all, tool) != all.end();
}

std::string why_no_command(std::string_view pattern) {
  if (pattern.front() == ' ' || pattern.back() == ' ')
    return "matches nothing: a command has no blanks around it";
  constexpr std::array<std::string_view, 4> joints{"|", ";", "&&", "\n"};
  if (std::ranges::any_of(joints, [&](auto one) { return pattern.find(one) != pattern.npos; }))
    return "matches nothing: each command of a line is judged by itself; give each its own rule";
  auto open = pattern.find('[');
  auto close = pattern.find(']', open == pattern.npos ? 0 : open);
  bool is_class = open != pattern.npos && close != pattern.npos && close > open + 1 &&
                  pattern.substr(open, close - open).find(' ') == pattern.npos;
  if (is_class && !pattern.starts_with("[ ") && !pattern.starts_with("[[ "))
    return "matches [ and ] themselves alone: there are no character classes; {a,b} are choices";
  return "";
}

std::string why_no_path(std::string_view pattern) {
  if (pattern.starts_with("./"))
    return "matches nothing: paths stand below the workspace without ./";
  if (pattern.starts_with("~/"))
    return "matches nothing: in a pattern ~ is no home folder, and paths stand below the workspace";
  if (pattern.starts_with('/'))
    return "matches nothing in a workspace: paths stand below it, without a / before them";
  if (pattern.ends_with('/'))
    return "matches nothing: for what is in a folder write " + std::string(pattern) + "**";
  return "";
}

} // namespace

bool takes_all_of(std::string_view tool, std::string_view later, std::string_view earlier) {
  if (later == "*" || later == "**")
    return true;
  if (earlier.find('{') != earlier.npos || earlier.find('\\') != earlier.npos)
    return false;
  if (is_file_tool(tool))
    return takes_all_paths(later, earlier);
  return tool == "bash" && proto::text::is_bounded(later, earlier) &&
         proto::text::matches(later, earlier, glob_kind::command);
}

std::string why_nothing_matches(std::string_view tool, std::string_view pattern) {
  if (pattern.empty())
    return "";
  if (tool == "bash")
    return why_no_command(pattern);
  return is_file_tool(tool) ? why_no_path(pattern) : "";
}

} // namespace kodad::storage
