// SEARCH SCRIPT: the command line of a search. ripgrep lists the files, which leaves out what the
// project ignores, filters of it pick those that fit, and it looks into them. Whatever could not be
// looked at is said, too. Pure.
#pragma once

#include <string>
#include <vector>

namespace kodad::actors {

/// Which files.
struct file_choice {
  std::string place; ///< Relative to the workspace, "." for all of it.
  std::string type;  ///< ripgrep's name of a kind of files; empty for all.
  bool ignored = false;
  std::vector<std::string> fit;     ///< Regular expressions over paths; one must fit, if any.
  std::vector<std::string> unfit;   ///< None of these may.
  std::vector<std::string> beneath; ///< Paths in folders that `fit` would fit.
  std::string guarded;              ///< Paths whose reading a rule may hinder; empty for none.
};

/// Which part of the output: lines left out first, and lines at most.
struct output_page {
  size_t offset = 0;
  size_t limit = 100;
};

struct line_search {
  std::vector<std::string> options; ///< ripgrep's.
  bool any_encoding = false;        ///< Whether more than ASCII may fit: then look at Latin-1, too.
};

/// What the lines that a script writes begin with; any others are complaints.
namespace said {
inline constexpr char found = '=';
inline constexpr char guarded = '+';       ///< A path that `guarded` fits.
inline constexpr char guarded_found = '~'; ///< As `found`, in such a file.
inline constexpr char number = '#';        ///< A name and a number.
} // namespace said

/// Its exit codes beside 0.
inline constexpr int not_understood = 2;
inline constexpr int no_ripgrep = 127;

/// Lists files, the newest first.
std::string glob_script(const file_choice& files, const output_page& page);

/// Finds lines that fit the pattern, which is its first argument, in files, by path. Both say one
/// line more than the page has, if there is one.
std::string grep_script(const file_choice& files, const line_search& lines,
                        const output_page& page);

} // namespace kodad::actors
