#include "proto/provider/option_table.hpp"

#include "proto/text/ascii.hpp"

#include <algorithm>
#include <array>

namespace kodad::proto::provider {

namespace {

using enum option_kind;

constexpr std::array<option_row, 42> rows{{
    {"max_tokens", token_limit, "", "max_completion_tokens"},
    {"max_completion_tokens", token_limit, "", "max_tokens"},
    {"max_output_tokens", token_limit, "", ""},
    {"maxOutputTokens", token_limit, "generationConfig", ""},
    {"stream_options", setting, "", ""},
    {"include_usage", setting, "stream_options", ""},
    {"temperature", setting, "", ""},
    {"temperature", setting, "generationConfig", ""},
    {"top_p", setting, "", ""},
    {"top_k", setting, "", ""},
    {"parallel_tool_calls", setting, "", ""},
    {"tool_choice", setting, "", ""},
    {"reasoning_effort", setting, "", ""},
    {"reasoning", setting, "", ""},
    {"effort", setting, "reasoning", ""},
    {"summary", setting, "reasoning", ""},
    {"max_tokens", setting, "reasoning", ""},
    {"enabled", setting, "reasoning", ""},
    {"thinking", setting, "", ""},
    {"display", setting, "thinking", ""},
    {"output_config", setting, "", ""},
    {"effort", setting, "output_config", ""},
    {"store", setting, "", ""},
    {"include", setting, "", ""},
    {"generationConfig", setting, "", ""},
    {"thinkingConfig", setting, "generationConfig", ""},
    {"includeThoughts", setting, "thinkingConfig", ""},
    {"thinkingBudget", setting, "thinkingConfig", ""},
    {"thinkingLevel", setting, "thinkingConfig", ""},
    {"tools", tools, "", ""},
    {"cache_control", mark, "", ""},
    {"strict", mark, "", ""},
    {"phase", mark, "", ""},
    {"is_error", mark, "", ""},
    {"reasoning_content", mark, "", ""},
    {"reasoning_details", mark, "", ""},
    {"reasoning_text", mark, "", ""},
    {"reasoning_opaque", mark, "", ""},
    {"thoughtSignature", mark, "", ""},
    {"id", mark, "functionCall", ""},
    {"id", mark, "functionResponse", ""},
    {"parametersJsonSchema", mark, "", "parameters"},
}};

} // namespace

const option_row* find_option(std::string_view key, std::string_view parent) {
  auto found = std::ranges::find_if(rows, [key, parent](const option_row& row) {
    bool anywhere = row.kind == mark && row.parent.empty();
    return row.key == key && (anywhere || row.parent == parent);
  });
  return found == rows.end() ? nullptr : &*found;
}

std::string folded(std::string_view name) {
  std::string out;
  for (char c : name)
    if (c != '_' && c != '-')
      out.push_back(text::to_lower(c));
  return out;
}

bool names_option(std::string_view word) {
  auto wanted = folded(word);
  return std::ranges::any_of(
      rows, [&](const option_row& row) { return row.kind != tools && folded(row.key) == wanted; });
}

bool holds_options(std::string_view key, bool at_top) {
  constexpr std::array<std::string_view, 6> foreign{
      "arguments", "args", "parameters", "parametersJsonSchema", "input_schema", "response"};
  if (key == "input") // The conversation of Responses, the arguments of an Anthropic call.
    return at_top;
  return std::ranges::find(foreign, key) == foreign.end();
}

} // namespace kodad::proto::provider
