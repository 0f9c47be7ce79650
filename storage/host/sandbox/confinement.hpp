// CONFINEMENT: what one child may reach, as plain values: decided by the server, carried to the
// spawner with the child's spec, drawn there by bubblewrap (mounts) or Landlock (rules). Nothing in
// it is a promise by name: the workspace travels as an open descriptor beside it, and what lies
// below is opened beneath that descriptor, without following links, at the moment of use.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::storage::host {

/// How children are confined. The words are part of the HTTP contract.
enum class sandbox_mode : uint8_t {
  unavailable, ///< None works here: what would need one is refused.
  bubblewrap,  ///< Namespaces of its own: it sees its workspace and the system's programs only.
  landlock,    ///< The kernel's rules on paths, where namespaces cannot be had.
  off,         ///< Switched off by the configuration: children run as the server's user.
};

constexpr auto words(sandbox_mode) {
  return std::array<std::string_view, 4>{"unavailable", "bubblewrap", "landlock", "off"};
}

/// A place in a writable workspace that its commands may not change.
struct guarded_place {
  enum class protection : uint8_t {
    read_only, ///< The file or folder with all below.
    pinned,    ///< May be written below, but not moved or removed.
  };
  std::string path; ///< Relative to the workspace. A link on the way leaves it unguarded.
  protection how = protection::read_only;

  bool operator==(const guarded_place&) const = default;
};

/// Something outside of the workspace that a child may see, at its own path.
struct shown_path {
  std::string path; ///< Absolute, without links: one that has become a link is not shown.
  bool writable = false;

  bool operator==(const shown_path&) const = default;
};

struct confinement {
  sandbox_mode mode = sandbox_mode::bubblewrap;
  bool writable = true;   ///< The workspace.
  bool network = false;   ///< That of the host, with all its local services.
  std::string workspace;  ///< Where the workspace appears inside: its absolute path.
  std::string folder;     ///< The working folder, relative to the workspace.
  std::string program;    ///< Of bubblewrap; absolute.
  std::string identity;   ///< Of that program as it was tried, see `identity_of`.
  std::string git_config; ///< Text of the system's git configuration, as the child sees it.
  std::vector<guarded_place> places;
  std::vector<shown_path> shown;
  uint64_t temporary_bytes = 0; ///< Of /tmp and of /dev/shm, each.
  uint64_t shared_memory_bytes = 0;

  bool operator==(const confinement&) const = default;
};

/// As lines of text, and back; nothing if they were not made by `to_lines`.
std::vector<std::string> to_lines(const confinement& what);
std::optional<confinement> confinement_from(const std::vector<std::string>& lines);

/// Tells a program's file from any other and from a changed one; empty when there is none.
std::string identity_of(const std::string& program);

/// The same of a file that is open already.
std::string identity_of(int file);

} // namespace kodad::storage::host
