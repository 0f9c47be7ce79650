// LIMITS of what searches and commands may say.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kodad::proto::limits {

inline constexpr std::chrono::seconds search_time{30};
inline constexpr size_t search_results_max = 1000; ///< Lines or files that a call may ask for.
inline constexpr size_t search_context = 100;      ///< Lines around a match.
inline constexpr size_t search_glob_bytes = 4 * 1024;
inline constexpr size_t search_globs = 64;

/// Entries of a folder that `read` pages through.
inline constexpr size_t folder_entries_met = 200'000;

inline constexpr size_t search_links = 1000; ///< Links that a search looks at.
inline constexpr size_t links_named = 10;    ///< Of them in the result.

/// Files that a search may only look at if a rule lets them be read: judged one by one.
inline constexpr size_t guarded_files = 500;
inline constexpr size_t guarded_named = 20; ///< Of them in the result.

inline constexpr size_t guarded_regex_bytes = 16 * 1024;
// An argument of a program has 128 KiB at most.
inline constexpr size_t search_pattern_bytes = 32 * 1024;
inline constexpr size_t search_script_bytes = 120 * 1024;
inline constexpr size_t search_said_bytes = 4 * 1024 * 1024;

/// What a command may write in all. What is beyond that which the model sees and the log keeps is
/// dropped; only who writes without end is ended.
inline constexpr uint64_t command_output_bytes = 64ull * 1024 * 1024;

} // namespace kodad::proto::limits
