// GLOB: patterns over paths and command lines. `?` is one byte, `{a,b}` is either (they may nest;
// braces without a comma stand for themselves), `*` is any run of bytes, in a path within one part;
// `**` crosses parts. A backslash before one of `*?{}\` takes its meaning away; there are no
// character classes. Matching never backtracks: its time is pattern times text, and bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::text {

/// Does `*` cross a slash?
enum class glob_kind : uint8_t {
  path,    ///< `*` and `?` stop at `/`; `**/` also matches no folder at all.
  command, ///< `*` and `?` match anything.
};

/// Does the pattern match the whole text? Never when `is_bounded` is false.
bool matches(std::string_view pattern, std::string_view text, glob_kind kind);

/// As `matches` on a path; a pattern without a slash is compared with the base name.
bool matches_path(std::string_view pattern, std::string_view path);

/// Is matching the two within `limits::glob_branches` and `limits::glob_steps`? Who guards
/// something must ask: a pattern that is not tried must not count as one that does not match.
bool is_bounded(std::string_view pattern, std::string_view text);

/// The patterns without alternatives that the pattern stands for; nothing if they are more than
/// `limits::glob_branches`, or the pattern is too long.
std::optional<std::vector<std::string>> expand_braces(std::string_view pattern);

/// Does a backslash stand there that takes the next sign's meaning away?
bool is_escape(std::string_view pattern, size_t at);

/// Would the pattern match more than one text?
bool has_wildcards(std::string_view pattern);

/// The pattern that matches exactly `text`.
std::string escape(std::string_view text);

} // namespace kodad::proto::text
