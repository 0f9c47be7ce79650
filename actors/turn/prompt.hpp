// PROMPT: builds the model call from the transcript. Pure. Promises that no tool call goes out
// without its result: a call that never got one is answered "interrupted".
#pragma once

#include "proto/agent.hpp"
#include "proto/chat.hpp"
#include "proto/message.hpp"
#include "proto/model.hpp"

#include <vector>

namespace kodad::actors {

/// All that a model call is made from.
struct prompt_source {
  const proto::agent& who;
  const proto::model& model;
  const std::vector<proto::full_message>& history; ///< The turn's user message is the last.
  const std::vector<proto::part_record>& parts;    ///< Of the turn's answer so far.
  std::vector<proto::tool_spec> tools;             ///< Those the agent may use.
  std::string workspace;
  std::string variant;      ///< The turn's reasoning variant, see reasoning.hpp.
  int64_t context_used = 0; ///< Prompt tokens of the last call.
  bool with_tools = true;   ///< False: the steps are used up, the model must answer.
};

proto::chat_request compose(prompt_source from);

} // namespace kodad::actors
