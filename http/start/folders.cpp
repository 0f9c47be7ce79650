#include "http/start/folders.hpp"

#include "proto/limits/start.hpp"
#include "proto/text/utf8.hpp"
#include "storage/config/system_place.hpp"
#include "storage/host/path.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <sys/statvfs.h>
#include <unistd.h>

namespace kodad::http {

using proto::ec;
using proto::make_error;
using proto::result;

namespace {

namespace fs = std::filesystem;

bool lies_in(const fs::path& inner, const fs::path& outer) {
  auto [at_outer, at_inner] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  // A trailing slash is an empty last part.
  return at_outer == outer.end() || (at_outer->empty() && std::next(at_outer) == outer.end());
}

/// The same on the disk as it is: a folder that is mounted in two places is one folder.
bool is_within(const fs::path& inner, const fs::path& outer) {
  if (lies_in(inner, outer))
    return true;
  std::error_code failure;
  for (auto at = inner; at.has_relative_path(); at = at.parent_path())
    if (fs::equivalent(at, outer, failure))
      return true;
  return false;
}

/// The text of what is wrong with a folder for sessions, empty when nothing is.
std::string fault_of(const fs::path& folder) {
  std::error_code failure;
  if (!fs::is_directory(folder, failure))
    return failure ? failure.message() : "not a folder";
  if (::faccessat(AT_FDCWD, folder.c_str(), R_OK | X_OK, AT_EACCESS) != 0)
    return std::strerror(errno);
  if (!proto::text::is_utf8(folder.native()))
    return "the path is not UTF-8";
  return {};
}

proto::error overlap(const std::string& state, const std::string& root, const std::string& kind) {
  bool is_inside = is_within(state, root);
  return make_error(ec::invalid_value, "the state folder " + state +
                                           (is_inside ? " lies inside the " : " holds the ") +
                                           kind + " " + root);
}

/// All that the system looks up on its way to a path, link by link and without links, and the end:
/// whoever may exchange one of them says what stands at the path.
std::vector<fs::path> way_to(const fs::path& path) {
  std::vector<fs::path> out;
  std::deque<fs::path> rest(path.begin(), path.end());
  fs::path at = "/";
  size_t links = 0;
  while (!rest.empty()) {
    auto part = std::move(rest.front());
    rest.pop_front();
    if (part.is_absolute())
      at = "/";
    else if (part == "..")
      at = at.parent_path();
    if (part.is_absolute() || part.empty() || part == "." || part == "..")
      continue;
    auto next = at / part;
    out.push_back(next);
    std::error_code failure;
    auto target = fs::read_symlink(next, failure);
    if (failure)
      at = std::move(next);
    else if (++links > proto::limits::links_followed_max)
      break;
    else
      rest.insert(rest.begin(), target.begin(), target.end());
  }
  return out;
}

/// The folder itself, or the nearest above it that exists.
fs::path nearest_existing(fs::path folder) {
  std::error_code failure;
  while (folder.has_relative_path() && !fs::exists(folder, failure))
    folder = folder.parent_path();
  return folder;
}

} // namespace

result<std::vector<std::string>> resolve_workspaces(const std::vector<std::string>& named) {
  std::vector<std::string> out;
  for (const auto& given : named) {
    if (given.empty())
      return make_error(ec::workspace_not_allowed, "--workspace wants a path");
    std::error_code failure;
    auto folder = fs::canonical(given, failure);
    auto fault = failure ? failure.message() : fault_of(folder);
    if (fault.empty() && storage::kind_of_place(folder, "") == storage::place_kind::kernel)
      fault = "the kernel makes up what stands there, and nobody can work in it";
    if (!fault.empty())
      return make_error(ec::workspace_not_allowed, "--workspace " + given + ": " + fault);
    if (std::ranges::find(out, folder.native()) == out.end())
      out.push_back(folder);
  }
  return out;
}

result<std::string> current_workspace(const storage::host::environment& variables) {
  auto here = storage::host::resolve_folder(storage::host::current_folder());
  if (!here)
    return make_error(ec::workspace_not_allowed,
                      "the current folder is gone; name one by --workspace");
  if (auto fault = fault_of(*here); !fault.empty())
    return make_error(ec::workspace_not_allowed, "the current folder " + *here + ": " + fault);
  auto home = storage::host::resolve_folder(variables("HOME").value_or(""));
  if (storage::kind_of_place(*here, home.value_or("")) != storage::place_kind::project)
    return make_error(ec::workspace_not_allowed,
                      "the current folder " + *here +
                          " is no place to let sessions work in; if you mean it, name it by"
                          " --workspace");
  return *here;
}

std::vector<std::string> unusual_workspaces(const std::vector<std::string>& named,
                                            const storage::host::environment& variables) {
  auto home = storage::host::resolve_folder(variables("HOME").value_or("")).value_or("");
  std::vector<std::string> out;
  for (const auto& folder : named)
    if (storage::kind_of_place(folder, home) != storage::place_kind::project)
      out.push_back("--workspace " + folder + " is of the system or of several people: sessions " +
                    "may read and change all in it that this user may; name the folders in it " +
                    "that they need, unless you mean that");
    else if (auto what = storage::secrets_of_place(folder, home); !what.empty())
      out.push_back("--workspace " + folder + " gives sessions " + what);
  return out;
}

result<std::string> absolute_path(const std::string& given, const char* option) {
  if (given.empty())
    return make_error(ec::invalid_value, std::string(option) + " wants a path");
  std::error_code failure;
  auto path = fs::absolute(given, failure);
  if (failure)
    return make_error(ec::invalid_value,
                      std::string(option) + " " + given + ": the current folder is gone");
  return path.lexically_normal().string();
}

result<std::string> check_state_folder(const state_place& state,
                                       const std::vector<std::string>& workspaces,
                                       const std::vector<reached_path>& reached) {
  std::error_code failure;
  // Follows the links of what exists already.
  auto resolved = fs::weakly_canonical(state.folder, failure).string();
  if (failure)
    return make_error(ec::invalid_value, "state folder " + state.folder + ": " + failure.message());
  std::string warning;
  for (const auto& workspace : workspaces) {
    bool is_inside = is_within(resolved, workspace);
    if (!is_inside && !is_within(workspace, resolved))
      continue;
    auto found = overlap(resolved, workspace, "workspace");
    warning = found.context;
    found.context += "; keep the state elsewhere (--state-dir DIR), or name another workspace "
                     "(--workspace DIR)";
    if (state.is_chosen || !is_inside || resolved == workspace)
      return found;
  }
  for (const auto& [path, kind] : reached)
    if (is_within(resolved, path) || is_within(path, resolved)) {
      auto found = overlap(resolved, path, kind);
      found.context += "; keep the state elsewhere (--state-dir DIR), or take the path out";
      return found;
    }
  return warning;
}

result<void> check_secret_file(const secret_file& file, const std::vector<reached_path>& reached) {
  auto way = way_to(file.path);
  for (const auto& [path, kind] : reached)
    if (std::ranges::any_of(way, [&path](const auto& step) { return is_within(step, path); }))
      return make_error(ec::invalid_value,
                        file.kind + " " + file.path + " lies inside the " + kind + " " + path +
                            ", where a session may read and change it; " + file.way_out);
  return {};
}

result<void> check_state_room(const std::string& folder) {
  std::error_code failure;
  if (fs::exists(folder + "/data.mdb", failure))
    return {};
  struct statvfs about {};
  auto existing = nearest_existing(folder);
  if (::statvfs(existing.c_str(), &about) != 0)
    return {}; // Whatever is wrong shows when the state is opened.
  auto left = uint64_t{about.f_bavail} * about.f_frsize;
  // Some file systems tell no size at all.
  if (about.f_blocks == 0 || left >= proto::limits::new_state_bytes_min)
    return {};
  return make_error(ec::storage_full, "state folder " + folder + ": no space left on the disk (" +
                                          std::to_string(left / 1024) + " KiB)");
}

} // namespace kodad::http
