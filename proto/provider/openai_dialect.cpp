#include "proto/provider/openai_dialect.hpp"

#include "proto/model.hpp"
#include "proto/provider/base_url.hpp"
#include "proto/provider/openai_reasoning.hpp"

#include <algorithm>
#include <cctype>

namespace kodad::proto::provider {

openai_dialect dialect_of(std::string_view base_url) {
  auto host = host_of(base_url);
  auto at = [&host](std::string_view domain) { return is_within(host, domain); };
  openai_dialect out;
  if (at("api.openai.com") || at("azure.com")) {
    out.token_limit = "max_completion_tokens"; // Reasoning models refuse the old name.
    out.efforts = effort_scale::openai;
    out.says_parallel = true;
    out.key_header = at("azure.com");
  } else if (at("mistral.ai")) {
    out.asks_usage = false;
    out.short_call_ids = true;
  } else if (at("openrouter.ai")) {
    out.reasoning = reasoning_form::openrouter;
    out.efforts = effort_scale::openrouter;
  } else if (at("deepseek.com")) {
    out.reasoning = reasoning_form::thinking;
    out.efforts = effort_scale::deepseek;
    out.wants_reasoning = true;
  } else if (at("z.ai") || at("bigmodel.cn") || at("moonshot.ai") || at("moonshot.cn")) {
    out.reasoning = reasoning_form::thinking;
  }
  return out;
}

openai_dialect copilot_dialect(std::string_view model_name) {
  openai_dialect out;
  out.takes_files = false;
  out.efforts = effort_scale::none; // Of Claude and Gemini it knows budgets, by other names.
  if (abilities_of(model_name).reasons == true) {
    out.efforts = effort_scale::openai;
    out.token_limit = "max_completion_tokens";
  }
  return out;
}

std::string_view effort_for(const openai_dialect& dialect, const chat_request& request) {
  if (dialect.efforts == effort_scale::openai) {
    // From GPT-5.4 on OpenAI refuses an effort beside tools here and points to Responses.
    bool barred = !request.tools.empty() && abilities_of(name_of(request.model)).tools_bar_effort;
    return barred || !asks_reasoning(request) ? std::string_view() : openai_effort(request);
  }
  if (dialect.efforts == effort_scale::none || request.reasoning_budget == 0)
    return {};
  std::string_view effort = request.reasoning_effort;
  if (effort == "max" && dialect.efforts != effort_scale::deepseek)
    return dialect.efforts == effort_scale::openrouter ? "xhigh" : "high";
  if (effort == "medium" && dialect.efforts == effort_scale::deepseek)
    return "high";
  return effort;
}

std::string short_call_id(std::string_view id) {
  constexpr size_t length = 9;
  constexpr std::string_view digits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  auto is_plain = [digits](char c) { return digits.find(c) != std::string_view::npos; };
  if (id.size() == length && std::all_of(id.begin(), id.end(), is_plain))
    return std::string(id);
  uint64_t hash = 0xcbf29ce484222325; // FNV-1a: the same id gives the same nine everywhere.
  for (char c : id)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::string out;
  for (size_t i = 0; i < length; ++i, hash /= digits.size())
    out.push_back(digits[hash % digits.size()]);
  return out;
}

} // namespace kodad::proto::provider
