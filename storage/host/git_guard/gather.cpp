#include "storage/host/git_guard/gather.hpp"

#include "proto/git/config_text.hpp"
#include "proto/git/pointer.hpp"
#include "proto/limits/git_guard.hpp"
#include "storage/host/relative_path.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace kodad::storage::host {

namespace {

namespace git = proto::git;
namespace limits = proto::limits;

/// Every hook that git knows, for a hooks folder that is a whole working tree.
constexpr const char* hook_names[] = {
    "applypatch-msg",     "commit-msg",
    "fsmonitor-watchman", "post-applypatch",
    "post-checkout",      "post-commit",
    "post-index-change",  "post-merge",
    "post-receive",       "post-rewrite",
    "post-update",        "pre-applypatch",
    "pre-auto-gc",        "pre-commit",
    "pre-merge-commit",   "pre-push",
    "pre-rebase",         "pre-receive",
    "prepare-commit-msg", "proc-receive",
    "push-to-checkout",   "reference-transaction",
    "sendemail-validate", "update",
};

class gatherer {
public:
  gatherer(const beneath& workspace, const walked& seen, const baseline& known)
      : workspace_(workspace), seen_(seen),
        items_max_(known.kept.size() + limits::guard_items_max) {
    struct stat status {};
    if (::fstat(workspace.handle().get(), &status) == 0) {
      out_.device = status.st_dev;
      out_.inode = status.st_ino;
    }
    out_.root = workspace.root();
    out_.is_cut = seen.is_cut;
    out_.git_dirs.insert(seen.git_dirs.begin(), seen.git_dirs.end());
    // What is known comes first, however much else there is by now.
    for (const auto& path : known.git_dirs)
      if (workspace.read(path, 0).kind == item_kind::directory)
        out_.git_dirs.insert(path);
    for (const auto& [path, one] : known.kept)
      add_file(path, one.role);
    for (const auto& path : known.git_dirs)
      if (out_.git_dirs.contains(path))
        add_git_dir(path);
    for (const auto& path : out_.git_dirs)
      add_git_dir(path);
    find_working_trees();
    for (const auto& name : seen.own)
      add_own(name);
  }

  void add_file(const std::string& path, item_role role);
  void add_tree(const std::string& path, item_role role, item_role within);
  void add_relative(const relative_name& name);
  void follow_links();

  baseline take() { return std::move(out_); }
  const std::map<std::string, std::string>& outside() const { return outside_; }
  baseline& value() { return out_; }

private:
  void find_working_trees();
  void add_configured_tree(const std::string& git_dir, const std::string& config);
  void add_git_dir(const std::string& path);
  void add_own(const std::string& name);
  void add_inside(const std::string& path, item_role within, int depth);
  bool is_inert(const std::string& path) const;
  void keep(const std::string& path, item_role role, guarded_item item);

  const beneath& workspace_;
  const walked& seen_;
  baseline out_;
  std::multimap<std::string, std::string> bases_; // Of each repository.
  std::map<std::string, std::string> outside_;    // Git directories elsewhere, by working tree.
  std::set<std::string> listed_;
  size_t items_max_;
  size_t bytes_ = 0;
};

void gatherer::keep(const std::string& path, item_role role, guarded_item item) {
  if (item.kind == item_kind::absent || out_.kept.contains(path))
    return;
  bytes_ += item.bytes.size();
  if (out_.kept.size() >= items_max_) {
    out_.is_cut = true;
    return;
  }
  out_.kept.emplace(path, kept_item{role, std::move(item)});
}

void gatherer::add_file(const std::string& path, item_role role) {
  auto budget = limits::guard_bytes_max - std::min(bytes_, limits::guard_bytes_max);
  keep(path, role, workspace_.read(path, std::min(limits::guard_file_bytes_max, budget)));
}

void gatherer::find_working_trees() {
  for (const auto& path : out_.git_dirs) {
    bases_.emplace(path, path);
    if (is_name(name_of(path), ".git"))
      bases_.emplace(path, std::string(parent_of(path)));
    for (const auto* name : {"config", "config.worktree"})
      add_configured_tree(path, joined(path, name));
  }
  for (const auto& path : seen_.pointers) {
    add_file(path, item_role::git_file);
    auto found = out_.kept.find(path);
    if (found == out_.kept.end())
      continue;
    std::string base(parent_of(path));
    const auto& item = found->second.item;
    if (auto target = target_of(workspace_, path, item))
      bases_.emplace(repository_of(*target), base);
    else if (auto written = git::read_git_file(item.bytes); written && item.kind == item_kind::file)
      outside_[base] = *written;
  }
  for (const auto& [repository, base] : bases_)
    out_.bases.insert(base);
}

void gatherer::add_configured_tree(const std::string& git_dir, const std::string& config) {
  auto found = out_.kept.find(config);
  if (found == out_.kept.end() || found->second.item.is_cut)
    return;
  for (const auto& entry : git::read_config(found->second.item.bytes).entries)
    if (entry.name() == "core.worktree" && entry.value)
      if (auto base = git::path_inside(workspace_.root(), git_dir, *entry.value))
        bases_.emplace(repository_of(git_dir), *base);
}

void gatherer::add_git_dir(const std::string& path) {
  for (const auto* name : {"config", "config.worktree"})
    add_file(joined(path, name), item_role::config);
  add_file(joined(path, "commondir"), item_role::commondir);
  add_file(joined(path, "gitdir"), item_role::gitdir);
  add_file(joined(path, "objects/info/alternates"), item_role::alternates);
  for (const auto* name : {"rebase-merge", "sequencer"})
    add_file(joined(path, name), item_role::state);
  add_file(joined(path, "rebase-merge/git-rebase-todo"), item_role::todo);
  add_file(joined(path, "rebase-merge/strategy"), item_role::strategy);
  add_file(joined(path, "sequencer/opts"), item_role::strategy);
  add_tree(joined(path, "hooks"), item_role::hooks, item_role::hook);
}

void gatherer::add_own(const std::string& name) {
  add_tree(name, item_role::own, item_role::inside);
}

void gatherer::add_tree(const std::string& path, item_role role, item_role within) {
  auto item = workspace_.read(path, limits::guard_file_bytes_max);
  bool is_directory = item.kind == item_kind::directory;
  keep(path, role, std::move(item));
  if (is_directory && listed_.insert(path).second)
    add_inside(path, within, 0);
}

/// What was moved aside stays, unless somebody makes it a program again.
bool gatherer::is_inert(const std::string& path) const {
  if (!path.ends_with(untrusted_suffix))
    return false;
  auto item = workspace_.read(path, 0);
  return item.kind == item_kind::file && (item.mode & 0111) == 0;
}

void gatherer::add_inside(const std::string& path, item_role within, int depth) {
  if (depth > limits::guard_tree_depth_max)
    return;
  for (const auto& entry : entries_of(workspace_, path, limits::guard_items_max)) {
    // Git never runs these, and each repository brings a dozen of them.
    auto inner = joined(path, entry.name);
    if ((within == item_role::hook && entry.name.ends_with(".sample")) || is_inert(inner))
      continue;
    if (entry.kind == item_kind::directory)
      add_inside(inner, within, depth + 1);
    else
      add_file(inner, within);
  }
}

void gatherer::add_relative(const relative_name& name) {
  auto add = [&](const std::string& base) {
    auto path = git::path_inside(workspace_.root(), base, name.path);
    if (!path)
      return;
    if (name.is_tree && *path == base) {
      for (const auto* hook : hook_names)
        out_.named.insert(joined(base, hook));
      return;
    }
    if (name.is_tree)
      return add_tree(*path, item_role::tree, item_role::inside);
    auto item = workspace_.read(*path, 0);
    if (!name.is_weak || (item.kind == item_kind::file && (item.mode & 0111) != 0))
      out_.named.insert(*path);
  };
  auto [first, last] = bases_.equal_range(name.git_dir);
  for (; first != last; ++first)
    add(first->second);
  if (!name.git_dir.empty())
    return;
  add(".");
  for (const auto& base : out_.bases)
    add(base);
}

/// A hook, or a folder of hooks, that is a link: what it leads to is run, too.
void gatherer::follow_links() {
  std::vector<std::pair<std::string, std::string>> links;
  for (const auto& [path, one] : out_.kept)
    if (one.item.kind == item_kind::link && one.role != item_role::git_file)
      links.emplace_back(path, one.item.bytes);
  for (const auto& [path, target] : links) {
    auto inside = git::path_inside(workspace_.root(), parent_of(path), target);
    if (!inside || *inside == ".")
      continue;
    if (workspace_.read(*inside, 0).kind == item_kind::directory)
      add_tree(*inside, item_role::tree, item_role::inside);
    else
      out_.named.insert(*inside);
  }
}

} // namespace

std::string repository_of(const std::string& git_dir) {
  auto above = std::string(parent_of(git_dir));
  return name_of(above) == "worktrees" ? std::string(parent_of(above)) : git_dir;
}

std::optional<std::string> target_of(const beneath& workspace, const std::string& path,
                                     const guarded_item& item) {
  auto target = item.kind == item_kind::link   ? git::read_path_line(item.bytes)
                : item.kind == item_kind::file ? git::read_git_file(item.bytes)
                                               : std::nullopt;
  if (!target)
    return std::nullopt;
  return git::path_inside(workspace.root(), parent_of(path), *target);
}

baseline gather_before(const beneath& workspace, const walked& seen, const operator_files& person) {
  gatherer look(workspace, seen, {});
  name_reader names(workspace, person);
  names.read_person();
  for (const auto& path : look.value().git_dirs)
    names.read_repository(path);
  for (const auto& [base, target] : look.outside())
    names.read_elsewhere(target, workspace.root() + "/" + base);
  auto named = names.take();
  for (const auto& one : named)
    look.add_relative(one);
  look.follow_links();
  for (const auto& path : std::set<std::string>(look.value().named))
    look.add_file(path, item_role::named);
  std::erase_if(named, [](const relative_name& one) { return one.is_weak; });
  look.value().relative_names = std::move(named);
  return look.take();
}

baseline gather_after(const beneath& workspace, const walked& seen, const baseline& before) {
  gatherer look(workspace, seen, before);
  for (const auto& [path, one] : before.kept)
    if (one.role == item_role::tree)
      look.add_tree(path, item_role::tree, item_role::inside);
  for (const auto& one : before.relative_names)
    look.add_relative(one);
  look.value().named.insert(before.named.begin(), before.named.end());
  for (const auto& path : std::set<std::string>(look.value().named))
    look.add_file(path, item_role::named);
  return look.take();
}

} // namespace kodad::storage::host
