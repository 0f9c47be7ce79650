// MEND: what differs after a command is put back, or made so that git does not run it. A person's
// files are as before, unless the change is of a kind that runs nothing; what is new is judged.
#pragma once

#include "storage/host/git_guard/baseline.hpp"
#include "storage/host/git_guard/named_files.hpp"
#include "storage/host/git_guard/walk.hpp"

namespace kodad::storage::host {

struct mended {
  std::vector<std::string> sentences;
  bool is_still = true; ///< The last look found nothing more to mend.
};

/// Looks and mends until a look finds nothing, a bounded number of times.
mended mend(const beneath& workspace, const baseline& before);

/// A path for people: no control characters, not too long.
std::string shown(std::string_view path);

} // namespace kodad::storage::host
