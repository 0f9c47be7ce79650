// SIM ANSWER: the words of sim/koda, put together from what its tools found. Pure.
#pragma once

#include "actors/provider/sim/sim_findings.hpp"
#include "actors/provider/sim/sim_prompt.hpp"

namespace kodad::actors {

/// What ends every answer.
extern const std::string_view disclaimer;

/// What sim/koda knows when it answers.
struct sim_knowledge {
  std::string prompt;
  sim_intent intent;
  std::vector<sim_hit> hits;       ///< Of a grep.
  std::vector<std::string> paths;  ///< Of a glob.
  std::string path;                ///< The file that was read; empty when none was.
  std::vector<sim_line> lines;     ///< Of that file.
  bool is_cut = false;             ///< More lines of it follow.
  std::optional<int64_t> at_line;  ///< What to explain in it.
  std::vector<std::string> failed; ///< One sentence for each tool call that failed.
};

/// The whole answer, Markdown.
std::string compose_answer(const sim_knowledge& known);

/// What precedes it: how the answer came about.
std::string compose_reasoning(const sim_knowledge& known);

} // namespace kodad::actors
