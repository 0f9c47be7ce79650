// THE WALK: every place below a workspace where git would find a repository, by whatever name.
// Git takes for one what holds HEAD, objects and refs (or HEAD and commondir), and looks for
// `.git`, a folder, a file or a link, in every folder above the current one. Names are compared
// without regard to case, since some file systems do. Folders are opened one at a time, by paths
// without links, so depth costs no descriptors; only folders are opened.
#pragma once

#include "storage/host/git_guard/beneath.hpp"

#include <vector>

namespace kodad::storage::host {

struct walked {
  std::vector<std::string> git_dirs; ///< Folders named `.git` and folders shaped like one.
  std::vector<std::string> pointers; ///< `.git` that is no folder.
  std::vector<std::string> own;      ///< kodad's own names at the top.
  std::vector<std::string> unseen;   ///< Folders that could be filled but not listed.
  bool is_cut = false;               ///< A bound was reached.
  size_t entries = 0;
};

walked walk(const beneath& workspace);

/// Is `name` this lower-case word but for its case?
bool is_name(std::string_view name, std::string_view word);

struct named_entry {
  std::string name;
  item_kind kind = item_kind::other;
};

/// The entries of a folder, sorted by name; nothing if it cannot be listed.
std::vector<named_entry> entries_of(const beneath& workspace, const std::string& path,
                                    size_t entries_max);

} // namespace kodad::storage::host
