// SIM FINDINGS: reads what the tools grep, glob and read gave back. Pure, and tolerant of how a
// tool lays its output out: grouped by file or one hit a line, with or without line numbers.
#pragma once

#include "actors/provider/sim/sim_intent.hpp"

namespace kodad::actors {

struct sim_hit {
  std::string path;
  int64_t line = 0;
  std::string text;
};

/// The hits of a grep, in its order.
std::vector<sim_hit> read_hits(std::string_view output);

/// The place in `hits` of the one most worth reading: a definition rather than a use, the program
/// rather than its tests or documents. Nothing when there is no hit.
std::optional<size_t> best_hit(const std::vector<sim_hit>& hits, const sim_intent& intent);

/// The files of a grep that are no text, and have matches.
std::vector<std::string> read_binaries(std::string_view output);

/// The paths of a glob, in its order.
std::vector<std::string> read_paths(std::string_view output);

/// What a grep or glob says of its own result, besides that there is none.
std::vector<std::string> read_notes(std::string_view output);

/// Does one of the notes say that there is, or may be, more than what is listed?
bool tell_of_more(const std::vector<std::string>& notes);

/// Does a grep or glob hold nothing besides notes?
bool is_without_finds(std::string_view output);

struct sim_line {
  int64_t number = 0;
  std::string text;
};

/// The lines of a read; numbered from 1 where the tool gave no numbers.
std::vector<sim_line> read_lines(std::string_view output);

/// Does a read say that the file has more lines than it shows?
bool says_more_follows(std::string_view output);

/// The part of a path after its last slash.
std::string_view file_name(std::string_view path);

/// The path's ending in lower case, without the dot.
std::string file_ending(std::string_view path);

} // namespace kodad::actors
