// SIM OUTCOME: how a tool call ended, read from its result, and the words for it. What is claimed
// of a command is what its last line says, whatever its output says above. Pure.
#pragma once

#include "actors/provider/sim/sim_prompt.hpp"

namespace kodad::actors {

/// How a command ended.
struct sim_ending {
  std::optional<int64_t> code; ///< Absent: it did not end by itself, or did not run.
  std::string how;             ///< "ended with exit code 1", "was not run: …".
  std::string output;          ///< What it wrote.

  bool is_good() const { return code == 0; }
};

sim_ending read_ending(const sim_past_call& call);

/// The first line of what a failed call said.
std::string failure_of(const sim_past_call& call);

/// Was the call never made, since a rule or the user said no?
bool was_denied(const sim_past_call& call);

/// The text of a file as `read` showed it: without line numbers and the notes below.
struct sim_file_text {
  std::vector<std::string> lines;
  int64_t last_number = 0;  ///< Of the last line shown.
  int64_t follow_until = 0; ///< The number of the file's last line, if more follow; else 0.
  bool is_cut = false;      ///< Some of it was not shown, or not as it is.
};

sim_file_text read_file_text(const sim_past_call& call);

/// The last lines of an output in a fence that it cannot end.
std::string fenced_end(std::string_view output);

/// The first lines of a text likewise.
std::string fenced_begin(std::string_view text);

/// In backticks; without those that would end them.
std::string as_code(std::string_view text);

} // namespace kodad::actors
