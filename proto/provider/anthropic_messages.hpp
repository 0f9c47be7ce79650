// ANTHROPIC MESSAGES: a conversation, as layout.hpp orders it, in the blocks of this format.
// Reasoning goes back as it came, and ends no message.
#pragma once

#include "proto/chat.hpp"

#include <string>
#include <vector>

namespace kodad::proto::provider {

enum class block_kind : uint8_t { text, thinking, redacted, call, result, image, document };

struct anthropic_block {
  block_kind kind = block_kind::text;
  std::string seal; ///< The signature of thinking, or the data of what is redacted.
  chat_part part;   ///< What the block is made of.
};

struct anthropic_message {
  chat_role role = chat_role::user;
  std::vector<anthropic_block> blocks; ///< Never empty.
};

std::vector<anthropic_message> lay_out_anthropic(const chat_request& from);

/// May a model that is given a budget reason now? Not within a turn that began without reasoning,
/// say with another model: the API refuses that.
bool may_begin_thinking(const std::vector<anthropic_message>& messages);

} // namespace kodad::proto::provider
