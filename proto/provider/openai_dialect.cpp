#include "proto/provider/openai_dialect.hpp"

#include "proto/model.hpp"
#include "proto/provider/base_url.hpp"
#include "proto/provider/openai_reasoning.hpp"
#include "proto/text/ascii.hpp"

#include <algorithm>
#include <array>
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
    out.call_ids = call_id_form::nine;
  } else if (at("openrouter.ai")) {
    out.reasoning = reasoning_form::openrouter;
    out.efforts = effort_scale::openrouter;
  } else if (at("deepseek.com")) {
    out.reasoning = reasoning_form::thinking;
    out.efforts = effort_scale::deepseek;
    out.wants_reasoning = true;
  } else if (at("moonshot.ai") || at("moonshot.cn")) {
    out.reasoning = reasoning_form::thinking;
    out.wants_reasoning = true;
    out.call_ids = call_id_form::dotted;
  } else if (at("z.ai") || at("bigmodel.cn")) {
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

call_id_form call_ids_for(const openai_dialect& dialect, std::string_view model_name) {
  // Mistral's templates and tokenizers check the ids on any server that runs them.
  constexpr std::array<std::string_view, 8> strict{"mistral",   "mixtral",  "ministral",
                                                   "codestral", "devstral", "magistral",
                                                   "pixtral",   "voxtral"};
  auto name = text::to_lower(model_name);
  auto says = [&name](std::string_view word) { return name.find(word) != std::string::npos; };
  if (dialect.call_ids == call_id_form::word_40 && std::ranges::any_of(strict, says))
    return call_id_form::nine;
  if (dialect.call_ids == call_id_form::word_40 && says("kimi"))
    return call_id_form::dotted;
  return dialect.call_ids;
}

} // namespace kodad::proto::provider
