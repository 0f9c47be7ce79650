// BENEATH: looking and mending below one opened folder while others move things there as fast as
// they can. No path with a link in it is ever opened, and what is changed is changed by one system
// call on a name in a folder held open: put in by rename, moved aside, taken away. Nothing is
// written in place, since a name may lead to a file that has others outside (hard links).
#pragma once

#include "proto/result.hpp"
#include "storage/host/descriptor.hpp"
#include "storage/host/folder.hpp"

#include <string>
#include <string_view>

namespace kodad::storage::host {

enum class item_kind : uint8_t { absent, file, link, directory, other };

/// What stands at one name.
struct guarded_item {
  item_kind kind = item_kind::absent;
  uint32_t mode = 0;   ///< The permission bits of a file.
  bool is_cut = false; ///< The file is too large: `bytes` only tell whether it changed.
  std::string bytes;   ///< A file's content, a link's target.

  bool operator==(const guarded_item&) const = default;
};

class beneath {
public:
  beneath() = default;
  explicit beneath(const folder& opened);

  bool is_open() const { return root_.is_open(); }
  const std::string& root() const { return path_; }
  const descriptor& handle() const { return root_; }

  /// Fails (is not open) for what is a link, lies behind one, or is not there; errno says why.
  descriptor open(const std::string& path, int flags) const;

  guarded_item read(const std::string& path, size_t bytes_max) const;

  /// Renames what stands there to NAME.kodad-untrusted, a file without leave to be run. True when
  /// nothing is at `path` afterwards.
  bool move_aside(const std::string& path) const;

  /// Puts a file or a link there in one step. What stood there is kept as NAME.kodad-untrusted.
  bool put(const std::string& path, const guarded_item& wanted) const;

  bool make_folder(const std::string& path) const;

  /// Opens a folder that its owner may enter but not list, by lending it the right for a moment.
  /// Not open when that is nobody's way in: git, too, would find it closed.
  descriptor open_unlistable(const std::string& path) const;

  /// Could a command have put something into this folder?
  bool is_writable(const std::string& path) const;

private:
  descriptor open_parent(const std::string& path) const;

  descriptor root_;
  std::string path_;
};

/// The end of names that the guard gives.
inline constexpr std::string_view untrusted_suffix = ".kodad-untrusted";

/// "a/b", or "b" in the root.
std::string joined(std::string_view base, std::string_view name);

} // namespace kodad::storage::host
