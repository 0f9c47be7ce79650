#include "proto/provider/formats.hpp"
#include "tests/proto/provider/random_conversation.hpp"
#include "tests/proto/provider/strict_servers.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;
using namespace kodad::test;

namespace {

struct server {
  wire_format format;
  std::string base_url;
  std::string model;
  std::string (*refuse)(std::string_view, const strictness&);
  strictness by;
};

std::vector<server> servers() {
  using enum wire_format;
  strictness plain, nine, reasons, dotted;
  nine.nine_digit_ids = true;
  reasons.wants_reasoning = true;
  dotted.wants_reasoning = true;
  dotted.dotted_ids = true;
  return {
      {openai_chat, "http://127.0.0.1:1/v1", "p/some-model", refuse_chat, plain},
      {openai_chat, "http://127.0.0.1:1/v1", "p/mistral-small", refuse_chat, nine},
      {openai_chat, "https://api.mistral.ai", "p/labs-x", refuse_chat, nine},
      {openai_chat, "https://api.deepseek.com", "d/deepseek-chat", refuse_chat, reasons},
      {openai_chat, "https://api.moonshot.ai/v1", "m/kimi-k2", refuse_chat, dotted},
      {copilot, "https://api.githubcopilot.com", "c/claude-sonnet-4.5", refuse_chat, plain},
      {anthropic, "https://api.anthropic.com", "a/claude-sonnet-4-5", refuse_anthropic, plain},
      {anthropic, "https://api.anthropic.com", "a/claude-opus-4-6", refuse_anthropic, plain},
      {gemini, "https://h", "g/gemini-3-pro", refuse_gemini, plain},
      {gemini, "https://h", "g/gemini-2.5-pro", refuse_gemini, plain},
      {openai_responses, "https://api.openai.com/v1", "o/gpt-5", refuse_responses, plain},
  };
}

} // namespace

TEST_CASE("no strict server refuses any of 500 conversations") {
  int refused = 0;
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    auto request = random_conversation(seed);
    for (const auto& to : servers()) {
      request.model.text = to.model;
      auto by = to.by;
      by.model = to.model;
      by.sees = request.model_sees;
      by.reads_pdfs = request.model_reads_pdfs;
      auto body = make_adapter(to.format)->encode({"p", to.base_url, ""}, request).body;
      auto complaint = to.refuse(body, by);
      refused += complaint.empty() ? 0 : 1;
      if (!complaint.empty() && refused <= 3)
        FAIL_CHECK("seed " << seed << ", " << to.base_url << " " << to.model << ": " << complaint
                           << "\n"
                           << body.substr(0, 4000));
    }
  }
  CHECK(refused == 0);
}

TEST_CASE("the strict servers do refuse") {
  const std::string chat_head = R"({"messages":[{"role":"user","content":"hi"},)";
  CHECK(refuse_chat(chat_head + R"({"role":"user","content":"x"}]})", {}) ==
        "Unexpected role 'user' after role 'user'");
  CHECK(refuse_chat(R"({"messages":[{"role":"user","content":"\n"}]})", {}) ==
        "user: blank content");
  CHECK(refuse_anthropic(R"({"messages":[{"role":"assistant","content":[]}]})", {}) != "");
  CHECK(refuse_gemini(R"({"contents":[{"role":"user","parts":[{"text":""}]}]})", {}) != "");
  CHECK(refuse_responses(
            R"({"input":[{"type":"function_call_output","call_id":"a","output":"x"}]})", {}) != "");
}
