// GATHER: one look. Reads what git would run or obey at every place that the walk found, at the
// places named by configurations, and at those of an earlier look.
#pragma once

#include "storage/host/git_guard/baseline.hpp"
#include "storage/host/git_guard/named_files.hpp"
#include "storage/host/git_guard/walk.hpp"

namespace kodad::storage::host {

/// The look before: whatever is there is the person's.
baseline gather_before(const beneath& workspace, const walked& seen, const operator_files& person);

/// The look after: nothing new is believed. Configurations made since name nothing.
baseline gather_after(const beneath& workspace, const walked& seen, const baseline& before);

/// As a link or a `.git` file has it.
std::optional<std::string> spelt_target(const guarded_item& item);

/// The git directory that the `.git` file or link at `path` leads to, if it lies inside.
std::optional<std::string> target_of(const beneath& workspace, const std::string& path,
                                     const guarded_item& item);

/// A new working tree holds copies of the links that a person keeps in the repository. Where such
/// a copy leads is judged like the rest.
bool is_copied_link(const baseline& before, const std::string& path, const guarded_item& item);

/// Whose repository `git_dir` belongs to: "r/.git" for "r/.git/worktrees/x".
std::string repository_of(const std::string& git_dir);

} // namespace kodad::storage::host
