// FOLDER: an opened workspace root and the file operations below it. The kernel keeps every one
// inside (openat2 with RESOLVE_BENEATH), also while somebody swaps folders for links; nothing is
// checked by name first and opened later. Only regular files are read and written. Not here: what
// a permission rule says, and what commands do (host/sandbox.hpp).
#pragma once

#include "proto/result.hpp"
#include "storage/host/descriptor.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::storage::host {

enum class file_kind : uint8_t { file, directory, link, other };

struct file_status {
  file_kind kind = file_kind::other;
  std::string_view kind_word; ///< "a file", "a folder", "a FIFO", "a socket", "a device" …
  uint64_t size = 0;
  int64_t modified_ns = 0; ///< Since 1970.
  uint32_t mode = 0;       ///< The permission bits.
  uint64_t device = 0;
  uint64_t inode = 0;
};

struct file_content {
  std::string bytes;
  file_status status; ///< As of the moment of reading; `size` exceeds `bytes` when it was cut.
  std::string path;   ///< Where what was read stands, without links, relative to the root.
};

struct directory_entry {
  std::string name;
  file_kind kind = file_kind::other;
};

struct directory_listing {
  std::vector<directory_entry> entries; ///< Sorted by name.
  bool cut = false;                     ///< There are more than were asked for.
  std::string path;                     ///< The folder's own, without links.
};

/// May the file at this path, which has no links, be changed?
using path_permit = std::function<proto::result<void>(const std::string& real)>;

struct write_options {
  bool create_parents = false;
  path_permit permitted = {}; ///< Asked of the file itself, before it is changed and after.
};

struct write_outcome {
  bool created = false; ///< There was no such file before.
};

/// All methods take paths as `relative_path` returns them, may be called from any number of
/// threads at once, and block for as long as the disk does.
class folder {
public:
  /// The absolute path without links, as of opening.
  const std::string& root() const { return root_; }

  /// The folder itself, open (O_PATH) for as long as somebody holds it.
  proto::result<std::shared_ptr<const descriptor>> held() const;

  /// The folder held open, for work below it that this class does not offer.
  const descriptor& handle() const { return handle_; }

  /// See host/relative_path.hpp. The root may be spelt as given to `open_folder` or as `root()`.
  proto::result<std::string> relative_path(std::string_view path) const;

  /// At most `bytes_max` bytes of a regular file.
  proto::result<file_content> read_file(const std::string& path, size_t bytes_max) const;

  /// Replaces or creates a file, wholly or not at all, and returns once it is durable. A link is
  /// followed if it stays inside; a hard link's other names keep the old content. Keeps the mode
  /// of an existing file. Fails with `tool_denied`, links followed or not, for protected names, for
  /// what makes or changes a git directory, also together with other writes or with a command that
  /// runs meanwhile, and for what the person's git is configured to run.
  proto::result<write_outcome> write_file(const std::string& path, std::string_view bytes,
                                          write_options options) const;

  /// What stands there, links followed; nothing when nothing does.
  proto::result<std::optional<file_status>> stat(const std::string& path) const;

  /// What the link at this path names, as it is written there; nothing for anything but a link.
  proto::result<std::optional<std::string>> link_text(const std::string& path) const;

  /// Where the path leads, links followed, relative to the root; of what is not there yet: where
  /// it would come to stand.
  proto::result<std::string> resolve(const std::string& path) const;

  /// The first `entries_max` entries met, sorted.
  proto::result<directory_listing> list_directory(const std::string& path,
                                                  size_t entries_max) const;

private:
  friend proto::result<folder> open_folder(const std::string& path);
  friend proto::result<folder> open_real_folder(const std::string& path);

  /// A descriptor, or the errno that says why there is none.
  struct attempt {
    descriptor file;
    int number = 0;
  };

  attempt open(const std::string& path, uint64_t flags) const;
  proto::result<descriptor> open_parent(const std::string& path, write_options options) const;
  proto::result<void> permit_change(const descriptor& parent, const std::string& path,
                                    const std::string& shown) const;
  proto::result<void> permit_file(const descriptor& parent, const std::string& path,
                                  const std::string& shown, const path_permit& permitted) const;
  proto::result<void> make_folder(const descriptor& above, const std::string& path) const;
  proto::result<std::string> real_path(const descriptor& inside) const;
  proto::result<std::optional<std::string>> steady_path(const descriptor& inside) const;
  proto::result<file_content> read_once(const std::string& path, size_t bytes_max) const;
  proto::result<std::string> link_target(const std::string& path) const;

  descriptor handle_;
  std::string root_;
  std::string given_;
};

/// Opens a folder for the operations above. @param path Absolute.
proto::result<folder> open_folder(const std::string& path);

/// As `open_folder`, for a path that was without links when it was allowed, and must still be: one
/// that leads through a link now, which somebody has put there since, fails.
proto::result<folder> open_real_folder(const std::string& path);

} // namespace kodad::storage::host
