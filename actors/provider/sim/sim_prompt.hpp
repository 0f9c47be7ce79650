// The SIM PROMPT: what a simulated model sees of a conversation: the last thing the user said, and
// the tool calls made since. Pure; it judges neither.
#pragma once

#include "proto/chat.hpp"

namespace kodad::actors {

/// A tool call of the answer under way, with its result.
struct sim_past_call {
  std::string tool;
  std::string input; ///< JSON text.
  std::string output;
  bool failed = false;
};

struct sim_prompt {
  std::string text;       ///< The user's last words.
  size_t user_number = 0; ///< Which of the user's messages it is, from 1; tells repeats apart.
  std::vector<sim_past_call> calls;
};

/// Reads the end of the conversation. The text is empty when the user said nothing.
sim_prompt read_prompt(const proto::chat_request& request);

} // namespace kodad::actors
