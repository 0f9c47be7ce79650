// QUESTION INPUT: what a call of the tool `question` asks. Models write one question or a list of
// them, and options as words or as objects with a label, as they have learned from other hosts.
// Pure.
#pragma once

#include "proto/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

struct question_input {
  std::string question;
  std::vector<std::string> options; ///< Their labels.
  bool multiple = false;
};

/// At least one. Fails with `tool_invalid_args`, naming what is wrong.
proto::result<std::vector<question_input>> read_questions(std::string_view input);

} // namespace kodad::actors
