// GLOB REGEX: a glob as a regular expression over paths from the workspace's root on. ripgrep's own
// globs bring back what the project ignores and do not count from the folder that is searched, so
// the files are listed first and picked by these. Pure.
#pragma once

#include "storage/host/folder.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

/// What a glob asks for.
struct path_regex {
  std::string text;
  bool negated = false; ///< "!*.md": what fits is left out.
  std::string beneath;  ///< What lies in folders that fit.
};

/// Has the glob a backslash that takes no sign's meaning away, and stands for itself?
bool has_lone_backslash(std::string_view glob);

/// Lets paths through that fit, as ripgrep does: replaced by what is kept of them; what is left
/// empty does not pass.
struct path_filter {
  std::string regex;
  std::string kept;
};

struct glob_place {
  const storage::host::folder& workspace;
  std::string folder; ///< From where the glob counts, "." for the root.
  bool any_case = false;
};

/// Stars, braces and escapes mean what they mean in permission rules (proto/text/glob.hpp), and
/// there are character classes besides. A glob without a slash fits names at any depth, one with a
/// slash counts from the folder. An absolute one counts from the root if it lies in the workspace.
/// Fails with `tool_invalid_args` for one that leads out of the folder or cannot be understood.
proto::result<path_regex> glob_regex(const glob_place& place, std::string_view glob);

/// "*.ts,*.tsx" as two, but not the commas within braces.
std::vector<std::string> split_globs(std::string_view globs);

/// Does the glob stand for one path alone?
bool is_plain_path(std::string_view glob);

/// Has the glob braces without a comma? They stand for themselves, as in permission rules.
bool has_lone_braces(std::string_view glob);

/// The begin of a rule's path: any depth, or the root.
enum class rule_depth : uint8_t { any, root };

/// All paths that a rule's pattern fits; empty for every path.
std::string rule_body(std::string_view pattern, rule_depth from);

/// As `rule_body` at any depth, for a search within a path.
std::string rule_regex(std::string_view pattern);

} // namespace kodad::actors
