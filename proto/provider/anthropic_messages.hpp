// ANTHROPIC MESSAGES: a conversation laid out as the format demands. User and assistant alternate,
// and the user begins; every call has its result at the start of the message after it; no text is
// blank; reasoning goes back only to the model that it came from, as it came; ids and names hold
// only what is allowed. What a conversation lacks for that is put in, what fits nowhere becomes
// text.
#pragma once

#include "proto/chat.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

enum class block_kind : uint8_t { text, thinking, redacted, call, result, image, document };

struct anthropic_block {
  block_kind kind = block_kind::text;
  std::string text; ///< Text, thinking, or a result; never blank but for thinking.
  std::string seal; ///< The signature of thinking, or the data of what is redacted.
  std::string id;   ///< Of calls and results, as it is sent.
  bool failed = false;
  const chat_part* part = nullptr; ///< A call or a file; lives as long as the request.
};

struct anthropic_message {
  chat_role role = chat_role::user;
  std::vector<anthropic_block> blocks; ///< Never empty.
};

std::vector<anthropic_message> lay_out_anthropic(const chat_request& from);

/// May a model that is given a budget reason now? Not within a turn that began without reasoning,
/// say with another model, nor after an answer that is to be continued: the API refuses both.
bool may_begin_thinking(const std::vector<anthropic_message>& messages);

/// `id`, if it is made of at most 64 letters, digits, "_" and "-"; else such a one, always the
/// same.
std::string anthropic_call_id(std::string_view id);

/// `name` with what may not stand in it replaced by "_", at most 128 bytes.
std::string anthropic_tool_name(std::string_view name);

} // namespace kodad::proto::provider
