#include "proto/provider/formats.hpp"

#include "proto/provider/anthropic.hpp"
#include "proto/provider/base_url.hpp"
#include "proto/provider/copilot.hpp"
#include "proto/provider/gemini.hpp"
#include "proto/provider/openai_chat.hpp"
#include "proto/provider/openai_responses.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

using enum wire_format;

// A key must never go to a stranger: only addresses that the vendors themselves give.
constexpr std::array<vendor, 17> vendors{{
    {"anthropic", anthropic, "https://api.anthropic.com"},
    {"cerebras", openai_chat, "https://api.cerebras.ai/v1"},
    {"deepseek", openai_chat, "https://api.deepseek.com"},
    {"fireworks-ai", openai_chat, "https://api.fireworks.ai/inference/v1"},
    {"github-copilot", copilot, "https://api.githubcopilot.com"},
    {"google", gemini, "https://generativelanguage.googleapis.com"},
    {"groq", openai_chat, "https://api.groq.com/openai/v1"},
    {"llamacpp", openai_chat, "http://127.0.0.1:8080/v1"},
    {"lmstudio", openai_chat, "http://127.0.0.1:1234/v1"},
    {"mistral", openai_chat, "https://api.mistral.ai/v1"},
    {"moonshotai", openai_chat, "https://api.moonshot.ai/v1"},
    {"ollama", openai_chat, "http://127.0.0.1:11434/v1"},
    {"openai", openai_responses, "https://api.openai.com/v1"},
    {"openrouter", openai_chat, "https://openrouter.ai/api/v1"},
    {"togetherai", openai_chat, "https://api.together.xyz/v1"},
    {"vllm", openai_chat, "http://127.0.0.1:8000/v1"},
    {"xai", openai_chat, "https://api.x.ai/v1"},
}};

} // namespace

std::vector<std::string_view> vendor_ids() {
  std::vector<std::string_view> out;
  for (const auto& one : vendors)
    out.push_back(one.id);
  return out;
}

std::optional<wire_format> format_of_endpoint(std::string_view base_url) {
  auto endpoint = endpoint_of(base_url);
  if (endpoint == "/messages")
    return anthropic;
  if (endpoint == "/responses")
    return openai_responses;
  return endpoint.empty() ? std::nullopt : std::optional(openai_chat);
}

const vendor* find_vendor(std::string_view id) {
  auto found = std::ranges::find(vendors, id, &vendor::id);
  return found == vendors.end() ? nullptr : &*found;
}

std::unique_ptr<adapter> make_adapter(wire_format which) {
  switch (which) {
  case openai_chat:
    return make_openai_chat();
  case openai_responses:
    return make_openai_responses();
  case anthropic:
    return make_anthropic();
  case gemini:
    return make_gemini();
  case copilot:
    return make_copilot();
  }
  return make_openai_chat();
}

} // namespace kodad::proto::provider
