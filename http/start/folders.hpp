// FOLDERS: which folders sessions may work in and where the state lies, checked before anything is
// opened: they exist and can be read, nobody lets sessions loose on the system by accident, and
// the state and the configuration are out of the sessions' reach. Looks at the disk and changes
// nothing.
#pragma once

#include "proto/result.hpp"
#include "storage/host/environment.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kodad::http {

/// The named folders with all links followed, each once. Fails unless each is a folder that can be
/// read, whose path is UTF-8, as the API has no other strings, and that somebody can work in.
proto::result<std::vector<std::string>> resolve_workspaces(const std::vector<std::string>& named);

/// The current folder, where nobody named one. Fails when it is gone, or a folder that holds more
/// than one project: `/`, a system folder, or one above HOME.
proto::result<std::string> current_workspace(const storage::host::environment& variables);

/// A line for each named workspace that nobody would get unasked: naming it is consent, but it may
/// be a slip.
std::vector<std::string> unusual_workspaces(const std::vector<std::string>& named,
                                            const storage::host::environment& variables);

/// An absolute path for one that may be relative. Fails when it is empty or the current folder is
/// gone. @param option For the message.
proto::result<std::string> absolute_path(const std::string& given, const char* option);

struct state_place {
  std::string folder;     ///< Absolute; need not exist yet.
  bool is_chosen = false; ///< By `--state-dir`, rather than by default.
};

/// A path beside the workspaces that sessions or their commands reach.
struct reached_path {
  std::string path; ///< Absolute, without links.
  std::string kind; ///< For the message: "allowed path".
};

/// A session's folder must neither hold the state nor lie inside it, else a session could change
/// it. One exception: a workspace such as HOME holds the default state folder unavoidably.
/// @param reached Those have no such excuse.
/// @return A warning for that exception, else empty.
proto::result<std::string> check_state_folder(const state_place& state,
                                              const std::vector<std::string>& workspaces,
                                              const std::vector<reached_path>& reached);

/// A file with keys in it that the start goes by.
struct secret_file {
  std::string path; ///< Absolute; links in it are followed.
  std::string kind; ///< For the message: "the configuration".
  std::string way_out;
};

/// Fails when a session reaches the file, or a link or folder by which it is found.
/// @param reached The workspaces and the paths beside them.
proto::result<void> check_secret_file(const secret_file& file,
                                      const std::vector<reached_path>& reached);

/// Fails when a new state would not fit on the disk. One that is there may be read on a full disk.
proto::result<void> check_state_room(const std::string& folder);

} // namespace kodad::http
