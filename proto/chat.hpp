// CHAT: a model call, free of any provider's format. `chat_request` is what goes in, a sequence of
// `stream_chunk` is what comes out; proto/provider/ turns both into and from bytes.
//
// A valid request has no tool call without its result: every `tool_call` part of an assistant
// message has a `tool_result` part with the same call id in the user message that follows it.
#pragma once

#include "proto/ids.hpp"
#include "proto/record.hpp"
#include "proto/tool.hpp"
#include "proto/usage.hpp"

#include <array>
#include <optional>
#include <vector>

namespace kodad::proto {

enum class chat_role : uint8_t { user, assistant };

enum class chat_part_kind : uint8_t { text, reasoning, tool_call, tool_result, file };

struct chat_part {
  chat_part_kind kind = chat_part_kind::text;
  std::string text;      ///< Text, reasoning text, a tool's output, or a file's bytes.
  std::string call_id;   ///< Of tool calls and results.
  std::string tool;      ///< Name of the called tool, also on results.
  std::string input;     ///< JSON text of a call's arguments.
  bool failed = false;   ///< A result that is an error.
  std::string name;      ///< A file's name.
  std::string mime_type; ///< A file's type.

  /// What the provider wants back untouched (signatures, encrypted reasoning, item ids), as JSON.
  /// Valid only for the model `opaque_model`; an adapter drops it for any other.
  raw_json opaque;
  model_id opaque_model;
};

struct chat_message {
  chat_role role = chat_role::user;
  std::vector<chat_part> parts;
};

struct chat_request {
  model_id model;                  ///< Full id; the wire has only the name.
  std::vector<std::string> system; ///< Stable part first, so that caches hold.
  std::vector<chat_message> messages;
  std::vector<tool_spec> tools; ///< Sorted by name, so that caches hold.
  std::optional<double> temperature;
  std::optional<int64_t> max_output_tokens;
  std::optional<int64_t> reasoning_budget; ///< Tokens; 0 turns reasoning off.
  /// "low", "medium", "high", "max", or empty for the model's own. Budget and effort say the same
  /// in two ways: an adapter takes the one that its format and model know.
  std::string reasoning_effort;

  // What is known of the model.
  bool model_reasons = false;              ///< It can reason, or may be asked to.
  bool model_sees = false;                 ///< It takes images.
  bool model_reads_pdfs = true;            ///< It takes PDF files.
  bool only_responses = false;             ///< Of two formats it is reached by Responses alone.
  std::optional<int64_t> model_output_max; ///< Tokens that one answer may have.
};

enum class chunk_kind : uint8_t {
  text,          ///< `text` is a piece of the answer.
  reasoning,     ///< `text` is a piece of reasoning.
  reasoning_end, ///< A block of reasoning is complete.
  part_end,      ///< What follows is a part of its own, even if it is of the same kind.
  tool_begin,    ///< Call number `index` begins: `call_id`, `tool`.
  tool_input,    ///< `text` is a piece of call `index`'s JSON arguments.
  tool_end,      ///< Call `index` is complete; `text` holds its whole arguments ("{}" for none).
  opaque,        ///< `text` is JSON for `chat_part::opaque` of the part that it follows. Empty
                 ///< text or reasoning begins a part, for what is opaque and nothing else.
  usage,         ///< `spent` so far: absolute for this call, not a difference.
  stop,          ///< The end marker; `stop` says why. Nothing but `usage` follows.
};

enum class stop_reason : uint8_t {
  end,
  tool_calls,
  length,   ///< Output limit reached.
  filtered, ///< Blocked by the provider.
  refusal,
  pause,        ///< The same call wants to go on.
  context_full, ///< The context window is full.
};

constexpr auto words(stop_reason) {
  return std::array<std::string_view, 7>{"end",     "tool_calls", "length",      "filtered",
                                         "refusal", "pause",      "context_full"};
}

struct stream_chunk {
  chunk_kind kind = chunk_kind::text;
  uint32_t index = 0; ///< Number of the tool call within the answer, from 0.
  std::string text;
  std::string call_id;
  std::string tool;
  usage spent;
  stop_reason stop = stop_reason::end;
};

} // namespace kodad::proto
