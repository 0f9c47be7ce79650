// OPENAI DIALECTS: what the servers that speak Chat Completions disagree on in a request. Told by
// the host, because nothing else about an endpoint tells.
#pragma once

#include "proto/chat.hpp"
#include "proto/provider/call_names.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::proto::provider {

/// How reasoning is switched and bounded.
enum class reasoning_form : uint8_t {
  effort,   ///< `reasoning_effort` only.
  thinking, ///< Beside it `thinking: {"type": "enabled" | "disabled"}` (DeepSeek, Z.ai, Moonshot).
  openrouter, ///< `reasoning: {"effort" | "max_tokens" | "enabled"}`.
};

/// Which of our efforts ("low", "medium", "high", "max") there are, and under what name.
enum class effort_scale : uint8_t {
  three,      ///< No "max", which becomes "high".
  deepseek,   ///< No "medium", which becomes "high".
  openrouter, ///< "max" is "xhigh"; what a model lacks is replaced there.
  openai,     ///< By the model: openai_reasoning.hpp. Reasoning models take no temperature.
  none,       ///< An effort is not understood.
};

struct openai_dialect {
  std::string_view token_limit = "max_tokens"; ///< The one name that all others know.
  reasoning_form reasoning = reasoning_form::effort;
  effort_scale efforts = effort_scale::three;
  bool asks_usage = true; ///< Knows `stream_options`; Mistral refuses it and sends usage anyway.
  bool says_parallel = false; ///< `parallel_tool_calls: true`, where it is known to be understood.
  call_id_form call_ids = call_id_form::word_40;
  bool wants_reasoning = false; ///< Calls without `reasoning_content` are refused.
  bool takes_files = true;      ///< Knows parts of the type "file"; else a note stands for a PDF.
  bool key_header = false;      ///< `api-key` in place of a bearer token (Azure).
};

openai_dialect dialect_of(std::string_view base_url);

/// GitHub Copilot's for this model; its servers may have any host.
openai_dialect copilot_dialect(std::string_view model_name);

/// The effort to ask for in this dialect; empty where none is to be sent.
std::string_view effort_for(const openai_dialect& dialect, const chat_request& request);

/// The form of call ids for this model: some families are strict wherever they are served.
call_id_form call_ids_for(const openai_dialect& dialect, std::string_view model_name);

} // namespace kodad::proto::provider
