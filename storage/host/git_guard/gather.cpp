#include "storage/host/git_guard/gather.hpp"

#include "proto/git/config_text.hpp"
#include "proto/git/pointer.hpp"
#include "proto/limits/git_guard.hpp"
#include "storage/host/git_guard/route.hpp"
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
  /// @param known What an earlier look found; nothing new is believed then.
  gatherer(const beneath& workspace, const walked& seen, const baseline* known)
      : workspace_(workspace), seen_(seen), known_(known), routes_(workspace) {
    struct stat status {};
    if (::fstat(workspace.handle().get(), &status) == 0) {
      out_.device = status.st_dev;
      out_.inode = status.st_ino;
    }
    out_.root = workspace.root();
    out_.is_cut = seen.is_cut;
    out_.git_dirs.insert(seen.git_dirs.begin(), seen.git_dirs.end());
    // What is known comes first, however much else there is by now.
    if (known)
      add_known(*known);
    for (const auto& path : out_.git_dirs)
      add_git_dir(path);
    find_working_trees();
    for (const auto& name : seen.own)
      add_own(name);
  }

  void add_file(const std::string& path, item_role role);
  void add_tree(const std::string& path, item_role role, item_role within);
  void add_relative(const relative_name& name);
  void add_named(const std::string& path);
  void follow_links();
  void guard_ways();
  void follow_pointers();

  baseline take() { return std::move(out_); }
  const std::map<std::string, std::string>& outside() const { return outside_; }
  baseline& value() { return out_; }

private:
  void add_known(const baseline& known);
  void find_working_trees();
  void add_configured_tree(const std::string& git_dir, const std::string& config);
  void add_git_dir(const std::string& path);
  void add_own(const std::string& name);
  void add_target(const std::string& path);
  void add_inside(const std::string& path, item_role within, int depth);
  bool is_inert(const std::string& path) const;
  bool is_as_known(const std::string& path) const;
  std::optional<std::string> follow(const std::string& path);
  std::string absolute(const std::string& base, const std::string& path) const;
  void keep(const std::string& path, item_role role, guarded_item item);

  const beneath& workspace_;
  const walked& seen_;
  const baseline* known_;
  router routes_;
  baseline out_;
  std::multimap<std::string, std::string> bases_; // Of each repository.
  std::map<std::string, std::string> outside_;    // Git directories elsewhere, by working tree.
  std::set<std::string> listed_;
  size_t items_max_ = limits::guard_items_max;
  size_t bytes_ = 0;
};

void gatherer::add_known(const baseline& known) {
  items_max_ += known.kept.size();
  for (const auto& path : known.git_dirs)
    if (workspace_.read(path, 0).kind == item_kind::directory)
      out_.git_dirs.insert(path);
  for (const auto& [path, one] : known.kept)
    add_file(path, one.role);
  for (const auto& path : known.git_dirs)
    if (out_.git_dirs.contains(path))
      add_git_dir(path);
}

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
    auto spelt = spelt_target(item);
    auto target = spelt ? routes_.follow(absolute(base, *spelt)).inside : std::nullopt;
    if (target)
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
      if (auto base = routes_.follow(absolute(git_dir, *entry.value)).inside)
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

/// Like the kernel: a path that is not absolute starts in the folder `base`.
std::string gatherer::absolute(const std::string& base, const std::string& path) const {
  if (path.starts_with('/'))
    return path;
  auto folder = base == "." ? workspace_.root() : workspace_.root() + "/" + base;
  return folder + "/" + path;
}

bool gatherer::is_as_known(const std::string& path) const {
  auto now = out_.kept.find(path);
  if (!known_ || now == out_.kept.end())
    return now != out_.kept.end();
  auto before = known_->kept.find(path);
  return before == known_->kept.end() ? is_copied_link(*known_, path, now->second.item)
                                      : before->second.item == now->second.item;
}

/// Where a path leads inside. The links on the way are kept; behind one that is new or changed
/// nothing is looked for: it will not stay.
std::optional<std::string> gatherer::follow(const std::string& path) {
  auto found = routes_.follow(path);
  for (const auto& link : found.links) {
    add_file(link, item_role::way);
    if (!is_as_known(link))
      return std::nullopt;
  }
  return found.inside;
}

void gatherer::add_relative(const relative_name& name) {
  auto add = [&](const std::string& base) {
    auto path = follow(absolute(base, name.path));
    if (!path)
      return;
    if (name.is_tree && (*path == "." || out_.bases.contains(*path))) {
      for (const auto* hook : hook_names)
        add_named(joined(*path, hook));
      return;
    }
    if (name.is_tree) {
      out_.trees.insert(*path);
      return add_tree(*path, item_role::tree, item_role::inside);
    }
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
  if (!name.path.starts_with('/'))
    for (const auto& base : out_.bases)
      add(base);
}

void gatherer::add_named(const std::string& path) {
  if (auto end = follow(absolute(".", path)))
    out_.named.insert(*end);
}

/// What a link leads to is run or read like what stands in its place.
void gatherer::add_target(const std::string& path) {
  auto end = follow(absolute(".", path));
  if (!end || *end == ".")
    return;
  if (workspace_.read(*end, 0).kind == item_kind::directory)
    return add_tree(*end, item_role::tree, item_role::inside);
  out_.named.insert(*end);
  add_file(*end, item_role::named);
}

/// All that are kept, and those found behind them. Those on a way were followed with it.
void gatherer::follow_links() {
  std::set<std::string> done;
  for (size_t before = out_.kept.size() + 1; before != out_.kept.size();) {
    before = out_.kept.size();
    std::vector<std::string> links;
    for (const auto& [path, one] : out_.kept)
      if (one.item.kind == item_kind::link && one.role != item_role::git_file &&
          one.role != item_role::way && done.insert(path).second)
        links.push_back(path);
    for (const auto& path : links)
      add_target(path);
  }
}

/// A folder above something known, or on the way of a link, may have become a link.
void gatherer::guard_ways() {
  std::set<std::string> ways;
  std::vector<std::string> links;
  for (const auto& [path, one] : known_->kept) {
    bool is_named = one.role == item_role::named || one.role == item_role::tree ||
                    one.role == item_role::inside;
    if (one.role == item_role::way)
      ways.insert(path);
    else if (one.item.kind == item_kind::link && one.role != item_role::git_file)
      links.push_back(path);
    else if (is_named)
      ways.insert(std::string(parent_of(path)));
  }
  for (const auto& path : known_->named)
    ways.insert(std::string(parent_of(path)));
  for (const auto& path : ways)
    follow(absolute(".", path));
  for (const auto& path : links)
    add_target(path);
}

/// Links on the way to a git directory that a person's file or link names.
void gatherer::follow_pointers() {
  std::vector<std::string> ends;
  for (const auto& [path, one] : out_.kept) {
    bool is_pointer = one.role == item_role::git_file || one.role == item_role::commondir;
    if (!is_pointer || !is_as_known(path))
      continue;
    bool is_line = one.role == item_role::commondir && one.item.kind == item_kind::file;
    if (auto spelt = is_line ? git::read_path_line(one.item.bytes) : spelt_target(one.item))
      ends.push_back(absolute(std::string(parent_of(path)), *spelt));
  }
  for (const auto& path : ends)
    follow(path);
}

} // namespace

baseline gather_before(const beneath& workspace, const walked& seen, const operator_files& person) {
  gatherer look(workspace, seen, nullptr);
  name_reader names(workspace, person);
  names.read_person();
  for (const auto& path : look.value().git_dirs)
    names.read_repository(path);
  for (const auto& [base, target] : look.outside())
    names.read_elsewhere(target, workspace.root() + "/" + base);
  auto named = names.take();
  for (const auto& one : named)
    look.add_relative(one);
  for (const auto& path : std::set<std::string>(look.value().named))
    look.add_file(path, item_role::named);
  look.follow_links();
  look.follow_pointers();
  std::erase_if(named, [](const relative_name& one) { return one.is_weak; });
  look.value().relative_names = std::move(named);
  return look.take();
}

baseline gather_after(const beneath& workspace, const walked& seen, const baseline& before) {
  gatherer look(workspace, seen, &before);
  look.guard_ways();
  look.follow_pointers();
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
