// STRICT SERVERS: what the pickiest server of each format refuses in a request, as far as the order
// and the content of a conversation go. Each check gives the first complaint, or nothing.
#pragma once

#include <string>
#include <string_view>

namespace kodad::test {

/// What a check is told of the request.
struct strictness {
  std::string_view model;       ///< Seals must hold "seal of <model>".
  bool sees = false;            ///< The model takes images.
  bool reads_pdfs = false;      ///< It takes PDFs.
  bool nine_digit_ids = false;  ///< Mistral's call ids.
  bool dotted_ids = false;      ///< Moonshot's.
  bool wants_reasoning = false; ///< Each message with calls has `reasoning_content`.
};

/// Mistral's order and ids, chat templates that want roles to alternate, Bedrock behind a gateway.
std::string refuse_chat(std::string_view body, const strictness& by);

/// Anthropic's own rules and Bedrock's.
std::string refuse_anthropic(std::string_view body, const strictness& by);

std::string refuse_gemini(std::string_view body, const strictness& by);

/// OpenAI's own rules, and of servers that want a call's output right after it.
std::string refuse_responses(std::string_view body, const strictness& by);

} // namespace kodad::test
