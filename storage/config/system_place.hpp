// SYSTEM PLACE: which folders hold the system or everybody's things, so that nobody lets sessions
// loose on them by accident. Pure: looks at paths alone.
#pragma once

#include <cstdint>
#include <string>

namespace kodad::storage {

enum class place_kind : uint8_t {
  project, ///< As good as any to work in; also the home folder.
  shared,  ///< Of several people or programs, or a part of the system: doubtful.
  system,  ///< One of the system's own folders as a whole, or one that holds such.
  kernel,  ///< The kernel makes up what stands there: nothing is kept, and nobody works.
};

/// @param folder Absolute, without links. @param home HOME likewise, or empty.
place_kind kind_of_place(const std::string& folder, const std::string& home);

/// What can be had by whoever reads this path: "keys and passwords", "all of this machine"; empty
/// for most. @param path Absolute, without links. @param home As above.
std::string secrets_of_place(const std::string& path, const std::string& home);

} // namespace kodad::storage
