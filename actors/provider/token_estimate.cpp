#include "actors/provider/token_estimate.hpp"

namespace kodad::actors {

int64_t estimate_tokens(size_t bytes) {
  return static_cast<int64_t>((bytes + 3) / 4);
}

int64_t estimate_tokens(const proto::chat_request& request) {
  size_t bytes = 0;
  for (const auto& text : request.system)
    bytes += text.size();
  for (const auto& tool : request.tools)
    bytes += tool.name.size() + tool.description.size() + tool.schema.text.size();
  for (const auto& message : request.messages)
    for (const auto& part : message.parts)
      bytes += part.text.size() + part.input.size();
  return estimate_tokens(bytes);
}

} // namespace kodad::actors
