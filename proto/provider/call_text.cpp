#include "proto/provider/call_text.hpp"

#include "proto/text/utf8.hpp"

namespace kodad::proto::provider {

namespace {

// What was called is known by then; a file that was written is of no more use.
constexpr size_t arguments_bytes_max = 4096;

} // namespace

std::string call_as_text(const chat_part& call, const chat_part* result) {
  auto arguments = text::prefix(call.input, arguments_bytes_max);
  std::string out = "[The tool " + (call.tool.empty() ? "without a name" : call.tool) +
                    " was called with " + std::string(arguments.empty() ? "{}" : arguments);
  if (arguments.size() < call.input.size())
    out += "…";
  if (!result)
    return out + ".]";
  return out + (result->failed ? ". It failed:]\n" : ". Its result:]\n") + result->text;
}

std::string result_as_text(const chat_part& result) {
  return "Result of an earlier call:\n" + result.text;
}

} // namespace kodad::proto::provider
