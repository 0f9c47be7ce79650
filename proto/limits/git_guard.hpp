// LIMITS of the git guard: what one look at a workspace may cost.
#pragma once

#include <chrono>
#include <cstddef>

namespace kodad::proto::limits {

/// A look takes about 1 us an entry; beyond this a workspace is no source tree any more.
inline constexpr size_t guard_entries_max = 1'000'000;

/// A command waits for its look; nobody should wait longer for one than for a slow command.
inline constexpr std::chrono::seconds guard_time_max{5};

/// What is put back is kept in memory and in the state folder while a command runs. Hooks and
/// configurations are a few kilobytes; a larger file is only recognised, not put back.
inline constexpr size_t guard_file_bytes_max = 256 * 1024;
inline constexpr size_t guard_bytes_max = 16 * 1024 * 1024;

/// Repositories, hooks and named files of one workspace.
inline constexpr size_t guard_items_max = 20'000;

/// A folder of hooks may have folders of its own (husky's `_`), not a tree without end.
inline constexpr int guard_tree_depth_max = 8;

/// While others change the workspace, what was mended is looked at again, so many times.
inline constexpr int guard_passes_max = 5;

/// Includes that name includes; git itself stops at 10.
inline constexpr int guard_include_depth_max = 10;

/// Links on the way of one path; the kernel stops at as many.
inline constexpr int guard_links_max = 40;

/// What one command's answer says; the rest is counted.
inline constexpr size_t guard_sentences_max = 20;

} // namespace kodad::proto::limits
