// SIM WORK: does what a wish asks for, one tool call after the other, and reports what the tools
// said of it: what failed, was refused or not allowed is told as such. Pure; see sim_worker.hpp for
// how it goes on from model call to model call.
#pragma once

#include "actors/provider/sim/sim_outcome.hpp"
#include "actors/provider/sim/sim_wish.hpp"
#include "actors/provider/sim/sim_worker.hpp"

namespace kodad::actors {

struct sim_report {
  std::string text; ///< Markdown, a paragraph or more.
  bool is_done = false;
};

/// Nothing while a call is yet to be made, or cannot be: the worker tells which.
using sim_progress = std::optional<sim_report>;

sim_progress perform(const sim_wish& wish, sim_worker& hands);

// Files.
sim_progress remove_files(const sim_wish& wish, sim_worker& hands);
sim_progress create_file(const sim_wish& wish, sim_worker& hands);
sim_progress create_folder(const sim_wish& wish, sim_worker& hands);
sim_progress move_file(const sim_wish& wish, sim_worker& hands);

// Their text.
sim_progress replace_text(const sim_wish& wish, sim_worker& hands);
sim_progress add_line(const sim_wish& wish, sim_worker& hands);

// Looking and counting.
sim_progress search_text(const sim_wish& wish, sim_worker& hands);
sim_progress find_files(const sim_wish& wish, sim_worker& hands);
sim_progress count_things(const sim_wish& wish, sim_worker& hands);

// Commands.
sim_progress run_command(const sim_wish& wish, sim_worker& hands);
sim_progress ask_git(const sim_wish& wish, sim_worker& hands);
sim_progress commit_all(const sim_wish& wish, sim_worker& hands);

// The project.
sim_progress run_tests(const sim_wish& wish, sim_worker& hands);
sim_progress build_project(const sim_wish& wish, sim_worker& hands);
sim_progress add_test(const sim_wish& wish, sim_worker& hands);

/// "I did not create `a`: WHY."
sim_report not_done(std::string text);

/// A read that looks for the file elsewhere in the workspace where its name has no folder and there
/// is exactly one such file; `path` is then that one's.
const sim_past_call* read_wherever(std::string& path, sim_worker& hands);

} // namespace kodad::actors
