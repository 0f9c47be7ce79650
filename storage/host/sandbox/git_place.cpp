#include "storage/host/sandbox/git_place.hpp"

#include "proto/limits/sandbox.hpp"
#include "proto/text/ascii.hpp"
#include "storage/host/open_at.hpp"
#include "storage/host/path.hpp"
#include "storage/host/run_to_end.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

constexpr size_t link_bytes_max = 4096 + 16; // "gitdir: " and a path.
constexpr size_t config_bytes_max = 64 * 1024;

std::string without_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  return text;
}

/// A value as git's configuration quotes it.
std::string quoted(const std::string& value) {
  std::string out = "\"";
  for (char c : value)
    if (c == '"' || c == '\\')
      out.append("\\").push_back(c);
    else if (static_cast<unsigned char>(c) >= 0x20)
      out.push_back(c);
  return out + "\"";
}

/// The value of a NUL-terminated "key\nvalue" of `git config -z`; the last one counts.
std::string value_of(std::string_view listed, std::string_view key) {
  std::string out;
  while (!listed.empty()) {
    auto end = std::min(listed.find('\0'), listed.size());
    auto entry = listed.substr(0, end);
    listed.remove_prefix(std::min(end + 1, listed.size()));
    if (entry.starts_with(key) && entry.size() > key.size() && entry[key.size()] == '\n')
      out = entry.substr(key.size() + 1);
  }
  return out;
}

/// A small file of the operator's own folders, no link on the way.
std::string read_outside(const std::string& path, size_t bytes_max) {
  auto file = open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_NO_SYMLINKS);
  struct stat seen {};
  std::string text(bytes_max, '\0');
  if (!file.is_open() || ::fstat(file.get(), &seen) != 0 || !S_ISREG(seen.st_mode))
    return "";
  auto got = ::read(file.get(), text.data(), text.size());
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return without_end(text);
}

std::string parent_folder(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

bool exists(const std::string& path) {
  auto real = real_path(path);
  return real && *real == path;
}

/// May a worktree have a configuration of its own? Then one that is missing could be planted.
bool knows_worktree_config(const std::string& repository) {
  auto config = proto::text::to_lower(read_outside(repository + "/config", config_bytes_max));
  return config.size() >= config_bytes_max || config.find("worktreeconfig") != std::string::npos;
}

/// The worktree's own part: its index and HEAD may be written, what says where it belongs may not.
void add_own(std::vector<shown_path>& out, const std::string& own, const std::string& repository) {
  bool has_config = exists(own + "/config.worktree");
  out.push_back({own, has_config || !knows_worktree_config(repository)});
  for (const auto* each : {"/commondir", "/gitdir", "/config.worktree"})
    if (exists(own + each))
      out.push_back({own + each, false});
}

} // namespace

std::string git_config_for_commands(process_host& processes) {
  child_spec spec;
  spec.argv = {"git", "config", "-z", "--includes", "--get-regexp", "^user\\.(name|email)$"};
  spec.cwd = "/";
  spec.environment = base_environment();
  spec.timeout = proto::limits::sandbox_trial_max;
  auto done = run_to_end(processes, std::move(spec));
  auto listed = done ? done->output : std::string();
  auto name = value_of(listed, "user.name");
  auto address = value_of(listed, "user.email");
  return "[user]\n\tname = " + quoted(name.empty() ? "kodad agent" : name) +
         "\n\temail = " + quoted(address.empty() ? "agent@kodad.invalid" : address) +
         // Git refuses folders of other owners, which is what root's look like to its commands.
         "\n[safe]\n\tdirectory = *\n";
}

std::vector<shown_path> git_folders_of(const folder& workspace) {
  constexpr std::string_view mark = "gitdir: ";
  auto link = workspace.read_file(".git", link_bytes_max);
  if (!link || !link->bytes.starts_with(mark))
    return {};
  auto own = real_path(without_end(link->bytes.substr(mark.size())));
  if (!own || last_part(parent_folder(*own)) != "worktrees")
    return {};
  // The way back, which only who may write the repository can have laid.
  if (read_outside(*own + "/gitdir", link_bytes_max) != workspace.root() + "/.git" ||
      read_outside(*own + "/commondir", link_bytes_max) != "../..")
    return {};
  auto repository = parent_folder(parent_folder(*own));
  std::vector<shown_path> out{{repository, false}};
  for (const auto* each : {"/objects", "/refs", "/logs"})
    if (exists(repository + each))
      out.push_back({repository + each, true});
  add_own(out, *own, repository);
  return out;
}

} // namespace kodad::storage::host
