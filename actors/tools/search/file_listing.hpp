// FILE LISTING: the pipes of a search script that list files and pick those that fit. ripgrep lists
// them, which leaves out what the project ignores. Paths come a line each, with a NUL for a line
// break of their own: in lines that end in NUL ripgrep takes "$" for something else. Everything is
// pipes of programs, without functions: each would be a process. Pure.
#pragma once

#include "actors/tools/search/glob_regex.hpp"

#include <string>
#include <vector>

namespace kodad::actors {

/// Which files.
struct file_choice {
  std::string place;    ///< Relative to the workspace, "." for all of it.
  bool is_file = false; ///< Is that one file?
  std::string type;     ///< ripgrep's name of a kind of files; empty for all.
  bool ignored = false;
  std::vector<std::string> fit;     ///< Regular expressions over paths; one must fit, if any.
  std::vector<std::string> unfit;   ///< None of these may.
  std::vector<std::string> beneath; ///< Paths in folders that `fit` would fit.
  std::string guarded;              ///< Paths whose reading a rule may hinder; empty for none.
  std::vector<path_filter> open;    ///< Of those, what passes all of these may be read.
};

/// How each script calls ripgrep.
inline constexpr const char* plain_ripgrep = "rg --no-config --color=never";

/// From paths as lines to paths that end in NUL, and back.
inline constexpr const char* swap_ends = " | tr '\\n\\0' '\\0\\n'";

/// Pipes over the paths of a choice. They use what `set_up` sets.
class file_listing {
public:
  /// @param order What follows "--sort" in ripgrep's option.
  file_listing(const file_choice& files, std::string order);

  /// Sets the filters, and what the project ignores by files above the place.
  std::string set_up() const;

  /// Lists all of the place, or what of it fits; what the project ignores only where it is chosen.
  std::string list(const char* complaints) const { return list(complaints, files_.ignored); }
  std::string chosen(const char* complaints) const { return list(complaints) + fitting(); }

  /// As `chosen`, with what the project ignores.
  std::string with_ignored() const;

  /// Filters: what lies in folders that fit; what no rule can hinder; what one may; and what of
  /// that may be read for all that is known here.
  std::string beneath() const;
  std::string free() const;
  std::string guarded() const;
  std::string open() const;

  /// Filters of paths by the choice's globs.
  std::string fitting() const;

  /// Sets $links: a line for each link that the project does not ignore: what it leads to, its text
  /// and its path, set apart by tabs. f is a file in the workspace, d a folder, o something
  /// outside, anything else nothing that could be searched.
  std::string find_links() const;

private:
  std::string list(const char* complaints, bool with_ignored) const;

  const file_choice& files_;
  std::string order_;
};

} // namespace kodad::actors
