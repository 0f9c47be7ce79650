#include "storage/host/git_guard/named_files.hpp"

#include "proto/git/config_judge.hpp"
#include "proto/git/pointer.hpp"
#include "proto/limits/git_guard.hpp"
#include "storage/host/git_guard/gather.hpp"
#include "storage/host/open_at.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

namespace kodad::storage::host {

namespace {

namespace git = proto::git;
namespace limits = proto::limits;

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value ? value : "";
}

/// A file of the person's, outside the workspace, by its path without links.
std::string read_plain(const std::string& path) {
  auto file = open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_NO_SYMLINKS);
  struct stat seen {};
  if (!file.is_open() || ::fstat(file.get(), &seen) != 0 || !S_ISREG(seen.st_mode))
    return {};
  std::string bytes(limits::guard_file_bytes_max, '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    auto got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got <= 0)
      break;
    filled += static_cast<size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

/// Names of files that are only read as lists, not obeyed.
bool is_only_read(const std::string& name) {
  for (std::string_view one : {"core.excludesfile", "core.attributesfile", "commit.template",
                               "blame.ignorerevsfile", "mailmap.file"})
    if (name == one)
      return true;
  return name.starts_with("user.") || name.ends_with(".url") || name.ends_with(".fetch");
}

bool is_script(const std::string& word) {
  for (std::string_view one : {".sh", ".py", ".pl", ".rb", ".js", ".mjs", ".cjs", ".ts", ".php",
                               ".lua", ".bash", ".zsh", ".fish", ".awk", ".sed"})
    if (word.size() > one.size() && word.ends_with(one))
      return true;
  return false;
}

} // namespace

operator_files operator_files_of_environment() {
  operator_files out;
  out.home = variable("HOME");
  auto config_home = variable("XDG_CONFIG_HOME");
  if (config_home.empty())
    config_home = out.home + "/.config";
  out.configs = {"/etc/gitconfig", config_home + "/git/config", out.home + "/.gitconfig"};
  if (auto global = variable("GIT_CONFIG_GLOBAL"); !global.empty())
    out.configs.push_back(global);
  return out;
}

void name_reader::read_person() {
  for (const auto& path : person_.configs) {
    add_absolute(path, false);
    read_file(path, {}, 0);
  }
  for (auto above = workspace_.root(); above.rfind('/') != std::string::npos && !above.empty();) {
    above = folder_of(above);
    auto git_dir = above + "/.git";
    if (::access(git_dir.c_str(), F_OK) != 0)
      continue;
    auto base = above.empty() ? "/" : above;
    for (const auto& path : person_.configs)
      read_file(path, {{}, base}, 0);
    read_elsewhere(git::read_git_file(text_of(git_dir)).value_or(git_dir), base);
  }
}

void name_reader::read_repository(const std::string& git_dir) {
  for (const auto* name : {"config", "config.worktree"}) {
    auto inner = joined(git_dir, name);
    auto path = workspace_.root() + "/" + inner;
    auto item = workspace_.read(inner, limits::guard_file_bytes_max);
    bool is_whole = item.kind == item_kind::file && !item.is_cut;
    if (is_whole || item.kind == item_kind::link)
      read_text(is_whole ? item.bytes : text_of(path), path, {repository_of(git_dir), {}}, 0);
  }
}

void name_reader::read_elsewhere(const std::string& git_dir, const std::string& base) {
  auto at = git_dir.starts_with('/') ? git_dir : base + "/" + git_dir;
  read_around(at, base);
  if (auto shared = git::read_path_line(text_of(at + "/commondir")))
    read_around(shared->starts_with('/') ? *shared : at + "/" + *shared, base);
}

void name_reader::read_around(const std::string& git_dir, const std::string& base) {
  for (const auto* name : {"config", "config.worktree"}) {
    add_absolute(git_dir + "/" + name, false);
    read_file(git_dir + "/" + name, {{}, base}, 0);
  }
  add_absolute(git_dir + "/hooks", true);
}

std::string name_reader::text_of(const std::string& path) {
  auto found = routes_.follow(path);
  if (!found.inside)
    return found.end.empty() ? std::string() : read_plain(found.end);
  auto item = workspace_.read(*found.inside, limits::guard_file_bytes_max);
  return item.kind == item_kind::file && !item.is_cut ? std::move(item.bytes) : std::string();
}

void name_reader::read_file(const std::string& path, const source& from, int depth) {
  if (depth <= limits::guard_include_depth_max)
    read_text(text_of(path), path, from, depth);
}

void name_reader::read_text(const std::string& bytes, const std::string& path, const source& from,
                            int depth) {
  git::config_place place{workspace_.root(), from.git_dir};
  for (const auto& one : git::read_config(bytes).entries) {
    auto name = one.name();
    if (!one.value || one.value->empty() || is_only_read(name) || git::runs_nothing(one, place))
      continue;
    if ((one.section == "include" || one.section == "includeif") && one.key == "path")
      add_include(path, *one.value, from, depth);
    else if (name == "core.hookspath")
      add_hooks(*one.value, from);
    else
      add_words(*one.value, from);
  }
}

void name_reader::add_include(const std::string& file, const std::string& value, const source& from,
                              int depth) {
  auto target = expanded(value);
  target = target.starts_with('/') ? target : folder_of(file) + "/" + target;
  add_absolute(target, false);
  read_file(target, from, depth + 1);
}

void name_reader::add_hooks(const std::string& value, const source& from) {
  auto path = expanded(value);
  if (path != "/" && path.ends_with('/'))
    path.pop_back();
  // Husky points git at `.husky/_`, whose files run those beside it.
  bool is_inner = path.ends_with("/_");
  if (is_inner && (path.starts_with('/') || !from.base.empty()))
    add_name(path, from, true);
  if (is_inner)
    path.resize(path.size() - 2);
  add_name(path, from, true);
}

void name_reader::add_words(const std::string& value, const source& from) {
  constexpr std::string_view ends = " \t\n\"'`;|&()<>=,$!{}";
  size_t start = 0;
  while ((start = value.find_first_not_of(ends, start)) != std::string::npos) {
    auto end = std::min(value.find_first_of(ends, start), value.size());
    auto word = expanded(value.substr(start, end - start));
    start = end;
    if (word.starts_with('-') || word.find_first_not_of("./") == std::string::npos)
      continue;
    if (word.find('/') != std::string::npos || is_script(word))
      add_name(word, from, false);
    else if (from.base.empty()) // "sh check" may mean a file, "cat" hardly does.
      out_.push_back({from.git_dir, word, false, true});
  }
}

void name_reader::add_name(const std::string& path, const source& from, bool is_tree) {
  if (path.starts_with('/'))
    return add_absolute(path, is_tree);
  if (!from.base.empty())
    return add_absolute(from.base + "/" + path, is_tree);
  out_.push_back({from.git_dir, path, is_tree});
}

void name_reader::add_absolute(const std::string& path, bool is_tree) {
  auto found = routes_.follow(path);
  if (found.touches())
    out_.push_back({{}, path, is_tree});
  if (is_tree && !found.inside && !found.end.empty())
    add_entries(path, found.end);
}

/// Hooks outside that are links: what they lead to may lie inside.
void name_reader::add_entries(const std::string& spelt, const std::string& folder) {
  std::error_code failed;
  size_t count = 0;
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;) {
    if (at->is_symlink(failed))
      add_absolute(spelt + "/" + at->path().filename().string(), false);
    if (++count == limits::guard_items_max)
      return;
    at.increment(failed);
  }
}

std::string name_reader::expanded(std::string path) const {
  return path.starts_with("~/") ? person_.home + path.substr(1) : path;
}

} // namespace kodad::storage::host
