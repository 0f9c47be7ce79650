// SEARCH SCRIPT: the command line of a search. ripgrep looks into the files of a listing
// (file_listing.hpp). Whatever could not be looked at is said, too. Pure.
#pragma once

#include "actors/tools/search/file_listing.hpp"

#include <string>
#include <vector>

namespace kodad::actors {

/// Which part of the output: lines left out first, and lines at most.
struct output_page {
  size_t offset = 0;
  size_t limit = 100;
};

struct line_search {
  std::vector<std::string> options; ///< ripgrep's.
  bool any_encoding = false;        ///< Whether more than ASCII may fit: then look at Latin-1, too.
  bool inverted = false;            ///< Are lines looked for that do not fit?
};

/// What the lines that a script writes begin with; any others are complaints.
namespace said {
inline constexpr char found = '=';
inline constexpr char guarded = '+';       ///< A path that `guarded` fits.
inline constexpr char guarded_found = '~'; ///< As `found`, in such a file.
inline constexpr char again = '*';         ///< As `found`, in a file that was looked at before.
inline constexpr char guarded_again = '%';
inline constexpr char link = '@';   ///< As file_listing::find_links tells it.
inline constexpr char number = '#'; ///< A name and a number.
} // namespace said

/// Its exit codes beside 0.
inline constexpr int not_understood = 2;
inline constexpr int no_ripgrep = 127;

/// Lists files, the newest first, and links to files.
std::string glob_script(const file_choice& files, const output_page& page);

/// Finds lines that fit a pattern in files, by path. The script's first argument is the pattern as
/// it was given, its second as it is looked for. Both say one line more than the page has, if there
/// is one.
std::string grep_script(const file_choice& files, const line_search& lines,
                        const output_page& page);

} // namespace kodad::actors
