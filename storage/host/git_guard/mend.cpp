#include "storage/host/git_guard/mend.hpp"

#include "proto/git/config_judge.hpp"
#include "proto/git/pointer.hpp"
#include "proto/limits/git_guard.hpp"
#include "storage/host/git_guard/gather.hpp"
#include "storage/host/relative_path.hpp"

#include <algorithm>

namespace kodad::storage::host {

namespace {

namespace git = proto::git;
namespace limits = proto::limits;

/// One pass over what one look found.
class pass {
public:
  pass(const beneath& workspace, const baseline& before, const baseline& after,
       std::vector<std::string>& sentences)
      : workspace_(workspace), before_(before), after_(after), sentences_(sentences) {}

  /// How many things it mended, or failed to.
  size_t run() {
    for (const auto& [path, one] : after_.kept) {
      auto old = before_.kept.find(path);
      if (old == before_.kept.end())
        judge_new(path, one);
      else if (old->second.item != one.item)
        judge_changed(path, old->second, one);
    }
    for (const auto& [path, one] : before_.kept)
      if (!after_.kept.contains(path))
        put_back_gone(path, one);
    return count_;
  }

private:
  void judge_new(const std::string& path, const kept_item& one);
  void judge_changed(const std::string& path, const kept_item& old, const kept_item& one);
  void put_back_gone(const std::string& path, const kept_item& old);
  void judge_config(const std::string& path, const guarded_item& item);
  void judge_todo(const std::string& path, const guarded_item& item);
  bool is_fine(const std::string& path, const kept_item& one) const;
  bool is_fine_git_file(const std::string& path, const guarded_item& item) const;
  bool is_fine_commondir(const std::string& path, const guarded_item& item) const;
  bool is_fine_gitdir(const std::string& path, const guarded_item& item) const;
  bool is_fine_alternates(const std::string& path, const guarded_item& item) const;
  bool is_fine_strategy(const std::string& path, const guarded_item& item) const;
  bool is_copy(const std::string& path, const guarded_item& item) const;
  bool is_program(const std::string& path, item_role role) const;
  bool has_container(const std::string& path, item_role role) const;
  bool make_folders(const std::string& path) const;
  void move_aside(const std::string& path, item_role role);
  void put_back(const std::string& path, const guarded_item& wanted);

  void tell(std::string sentence) {
    ++count_;
    if (std::ranges::find(sentences_, sentence) == sentences_.end())
      sentences_.push_back(std::move(sentence));
  }

  git::config_place place_of(const std::string& config) const {
    std::string git_dir(parent_of(config));
    return {workspace_.root(), git_dir, before_.git_dirs.contains(git_dir)};
  }

  const beneath& workspace_;
  const baseline& before_;
  const baseline& after_;
  std::vector<std::string>& sentences_;
  std::set<std::string> cleared_; ///< Where nothing stands any more.
  size_t count_ = 0;
};

void pass::judge_new(const std::string& path, const kept_item& one) {
  switch (one.role) {
  case item_role::config:
    return one.item.kind == item_kind::file && !one.item.is_cut ? judge_config(path, one.item)
                                                                : move_aside(path, one.role);
  case item_role::todo:
    return judge_todo(path, one.item);
  default:
    if (!is_fine(path, one))
      move_aside(path, one.role);
  }
}

void pass::judge_changed(const std::string& path, const kept_item& old, const kept_item& one) {
  if (one.role == item_role::todo)
    return judge_todo(path, one.item);
  bool both_files = old.item.kind == item_kind::file && one.item.kind == item_kind::file &&
                    !old.item.is_cut && !one.item.is_cut;
  bool is_config = one.role == item_role::config && old.role == item_role::config;
  if (is_config && both_files &&
      git::is_harmless_change(old.item.bytes, one.item.bytes, place_of(path)))
    return;
  bool is_pointer = one.role == item_role::git_file || one.role == item_role::commondir ||
                    one.role == item_role::gitdir || one.role == item_role::alternates ||
                    one.role == item_role::strategy || one.role == item_role::state;
  if (is_pointer && is_fine(path, one))
    return;
  if (old.item.kind == item_kind::directory || old.item.kind == item_kind::other || old.item.is_cut)
    return move_aside(path, one.role);
  put_back(path, old.item);
}

void pass::put_back_gone(const std::string& path, const kept_item& old) {
  if (old.item.is_cut || !has_container(path, old.role) ||
      workspace_.read(path, 0).kind != item_kind::absent)
    return;
  bool wanted = old.item.kind == item_kind::file || old.item.kind == item_kind::link;
  bool is_state = old.role == item_role::todo || old.role == item_role::gitdir ||
                  old.role == item_role::strategy || old.role == item_role::state;
  if (wanted && !is_state && make_folders(std::string(parent_of(path))) &&
      workspace_.put(path, old.item))
    tell("Put back " + shown(path) + ", which the command had removed.");
}

void pass::judge_config(const std::string& path, const guarded_item& item) {
  auto verdict = git::judge_config(item.bytes, place_of(path));
  if (verdict.harmless)
    return;
  std::string names;
  for (size_t i = 0; i < verdict.taken_out.size() && i < 8; ++i)
    names += (i ? ", " : "") + shown(verdict.taken_out[i]);
  auto mode = (item.mode & 0666) | 0600;
  if (workspace_.put(path, {item_kind::file, mode, false, verdict.harmless_part}))
    tell("Took " + names + " out of " + shown(path) +
         ": git would act on it outside the sandbox. The whole is kept beside it as " +
         std::string(name_of(path)) + std::string(untrusted_suffix) + ".");
  else
    move_aside(path, item_role::config);
}

void pass::judge_todo(const std::string& path, const guarded_item& item) {
  if (item.kind != item_kind::file || item.is_cut)
    return move_aside(path, item_role::todo);
  auto rest = git::without_commands(item.bytes);
  if (!rest)
    return;
  if (!workspace_.put(path, {item_kind::file, (item.mode & 0666) | 0600, false, *rest}))
    return move_aside(path, item_role::todo);
  tell("Took the exec lines out of " + shown(path) +
       ": git rebase --continue would run them outside the sandbox.");
}

bool pass::is_fine(const std::string& path, const kept_item& one) const {
  switch (one.role) {
  case item_role::git_file:
    return is_fine_git_file(path, one.item);
  case item_role::commondir:
    return is_fine_commondir(path, one.item);
  case item_role::gitdir:
    return is_fine_gitdir(path, one.item);
  case item_role::alternates:
    return is_fine_alternates(path, one.item);
  case item_role::strategy:
    return is_fine_strategy(path, one.item);
  case item_role::state:
  case item_role::hooks:
  case item_role::tree:
    return one.item.kind == item_kind::directory; // What lies in it is judged by itself.
  case item_role::way:
    return one.item.kind != item_kind::link || is_copied_link(before_, path, one.item);
  case item_role::inside:
  case item_role::named:
    return is_copy(path, one.item);
  default:
    return false;
  }
}

/// A new `.git` file may lead to a working tree's or a submodule's git directory that says in turn
/// that this is its place, or to one that is new itself and so was judged.
bool pass::is_fine_git_file(const std::string& path, const guarded_item& item) const {
  if (item.kind != item_kind::file)
    return false;
  auto target = target_of(workspace_, path, item);
  if (!target || !after_.git_dirs.contains(*target))
    return false;
  if (repository_of(*target) != *target) {
    auto back = after_.kept.find(joined(*target, "gitdir"));
    auto line =
        back == after_.kept.end() ? std::nullopt : git::read_path_line(back->second.item.bytes);
    return line && git::path_inside(workspace_.root(), *target, *line) == path;
  }
  if (!before_.git_dirs.contains(*target))
    return true;
  auto config = after_.kept.find(joined(*target, "config"));
  if (config == after_.kept.end())
    return false;
  for (const auto& entry : git::read_config(config->second.item.bytes).entries)
    if (entry.name() == "core.worktree" && entry.value)
      return git::path_inside(workspace_.root(), *target, *entry.value) == parent_of(path);
  return false;
}

bool pass::is_fine_commondir(const std::string& path, const guarded_item& item) const {
  auto git_dir = std::string(parent_of(path));
  auto repository = repository_of(git_dir);
  return item.kind == item_kind::file && repository != git_dir &&
         after_.git_dirs.contains(repository) && git::read_path_line(item.bytes) == "../..";
}

bool pass::is_fine_gitdir(const std::string& path, const guarded_item& item) const {
  auto line = item.kind == item_kind::file ? git::read_path_line(item.bytes) : std::nullopt;
  return line && git::path_inside(workspace_.root(), parent_of(path), *line).has_value();
}

bool pass::is_fine_alternates(const std::string& path, const guarded_item& item) const {
  if (item.kind != item_kind::file || item.is_cut)
    return false;
  auto objects = joined(std::string(parent_of(parent_of(parent_of(path)))), "objects");
  std::string_view rest = item.bytes;
  while (!rest.empty()) {
    auto end = std::min(rest.find('\n'), rest.size());
    auto target = git::path_inside(workspace_.root(), objects, rest.substr(0, end));
    if (end > 0 && rest.front() != '#' && (!target || name_of(*target) != "objects"))
      return false;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return true;
}

bool pass::is_fine_strategy(const std::string& path, const guarded_item& item) const {
  if (item.kind != item_kind::file || item.is_cut)
    return false;
  if (name_of(path) == "strategy")
    return git::is_strategy(git::read_path_line(item.bytes).value_or("?"));
  auto text = git::read_config(item.bytes);
  return text.plain && std::ranges::all_of(text.entries, [](const git::config_entry& entry) {
           return entry.name() != "options.strategy" || git::is_strategy(entry.value.value_or("?"));
         });
}

/// A new working tree holds copies of the hooks that a person keeps in the repository.
bool pass::is_copy(const std::string& path, const guarded_item& item) const {
  return item.kind == item_kind::file && !item.is_cut &&
         std::ranges::any_of(before_.kept, [&](const auto& one) {
           bool is_named =
               one.second.role == item_role::inside || one.second.role == item_role::named;
           const auto& old = one.second.item;
           bool is_same = old.kind == item.kind && !old.is_cut && old.bytes == item.bytes &&
                          (old.mode & 0100) == (item.mode & 0100);
           return is_named && is_same && name_of(one.first) == name_of(path);
         });
}

bool pass::has_container(const std::string& path, item_role role) const {
  // What lay in a folder that a link took the place of is wanted again.
  bool is_named = role == item_role::inside || role == item_role::way;
  for (std::string above(parent_of(path)); is_named && above != "."; above = parent_of(above))
    if (cleared_.contains(above))
      return true;
  switch (role) {
  case item_role::hook:
  case item_role::hooks:
  case item_role::config:
  case item_role::commondir:
  case item_role::alternates:
    return std::ranges::any_of(after_.git_dirs, [&](const std::string& git_dir) {
      return path.starts_with(git_dir == "." ? "" : git_dir + "/");
    });
  case item_role::inside:
    for (std::string above(parent_of(path)); above != "."; above = parent_of(above))
      if (auto tree = before_.kept.find(above);
          tree != before_.kept.end() && tree->second.role != item_role::inside)
        return workspace_.read(std::string(parent_of(above)), 0).kind == item_kind::directory ||
               parent_of(above) == ".";
    return false;
  case item_role::way:
    return workspace_.read(std::string(parent_of(path)), 0).kind == item_kind::directory ||
           parent_of(path) == ".";
  case item_role::git_file:
    return false; // Without it git climbs to what is guarded, too.
  default:
    return true;
  }
}

bool pass::make_folders(const std::string& path) const {
  if (path == "." || workspace_.read(path, 0).kind == item_kind::directory)
    return true;
  if (!make_folders(std::string(parent_of(path))))
    return false;
  return workspace_.make_folder(path);
}

bool pass::is_program(const std::string& path, item_role role) const {
  return role == item_role::hook || role == item_role::inside || role == item_role::named ||
         name_of(path) == "hooks";
}

void pass::move_aside(const std::string& path, item_role role) {
  if (!workspace_.move_aside(path))
    return tell("Could not rename " + shown(path) +
                ", which git would obey outside the sandbox. Look at it before running git there.");
  cleared_.insert(path);
  const auto* why = role == item_role::own   ? "it would configure kodad"
                    : is_program(path, role) ? "git would run it outside the sandbox"
                                             : "git would follow it outside the sandbox";
  tell("Renamed " + shown(path) + " to " + shown(name_of(path)) + std::string(untrusted_suffix) +
       ": " + why + ".");
}

void pass::put_back(const std::string& path, const guarded_item& wanted) {
  if (make_folders(std::string(parent_of(path))) && workspace_.put(path, wanted))
    return tell("Put " + shown(path) +
                " back as it was before the command; the changed one is kept beside it as " +
                shown(name_of(path)) + std::string(untrusted_suffix) + ".");
  move_aside(path, item_role::named);
}

void tell_limits(const walked& seen, const baseline& after, std::vector<std::string>& sentences) {
  if (seen.is_cut || after.is_cut)
    sentences.push_back("The workspace is too large to be looked through for git repositories "
                        "made by the command: look before running git in new folders.");
  for (const auto& path : seen.unseen)
    sentences.push_back("The folder " + shown(path) + " cannot be listed: do not run git in it.");
}

} // namespace

std::string shown(std::string_view path) {
  constexpr size_t bytes_max = 200;
  std::string out(path.substr(0, bytes_max));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return path.size() > bytes_max ? out + "..." : out;
}

mended mend(const beneath& workspace, const baseline& before) {
  mended out;
  for (int i = 0; i < limits::guard_passes_max; ++i) {
    auto seen = walk(workspace);
    auto after = gather_after(workspace, seen, before);
    out.is_still = pass(workspace, before, after, out.sentences).run() == 0;
    if (!out.is_still)
      continue;
    tell_limits(seen, after, out.sentences);
    return out;
  }
  out.sentences.push_back("Others kept changing what git would run while it was put back: look "
                          "before running git there.");
  return out;
}

} // namespace kodad::storage::host
