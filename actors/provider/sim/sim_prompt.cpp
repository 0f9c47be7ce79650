#include "actors/provider/sim/sim_prompt.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::chat_part;
using proto::chat_part_kind;
using proto::chat_role;

namespace {

bool has_words(const proto::chat_message& message) {
  auto is_text = [](const chat_part& part) { return part.kind == chat_part_kind::text; };
  return message.role == chat_role::user &&
         std::any_of(message.parts.begin(), message.parts.end(), is_text);
}

std::string input_of(const proto::chat_request& request, size_t from, const std::string& call_id) {
  for (size_t i = from; i < request.messages.size(); ++i)
    for (const auto& part : request.messages[i].parts)
      if (part.kind == chat_part_kind::tool_call && part.call_id == call_id)
        return part.input;
  return {};
}

} // namespace

sim_prompt read_prompt(const proto::chat_request& request) {
  sim_prompt out;
  size_t at = request.messages.size();
  for (size_t i = 0; i < request.messages.size(); ++i) {
    if (!has_words(request.messages[i]))
      continue;
    at = i;
    ++out.user_number;
  }
  if (at == request.messages.size())
    return out;
  for (const auto& part : request.messages[at].parts) {
    if (part.kind != chat_part_kind::text)
      continue;
    out.text += (out.text.empty() ? "" : "\n") + part.text;
  }
  for (size_t i = at + 1; i < request.messages.size(); ++i)
    for (const auto& part : request.messages[i].parts)
      if (part.kind == chat_part_kind::tool_result)
        out.calls.push_back(
            {part.tool, input_of(request, at, part.call_id), part.text, part.failed});
  return out;
}

} // namespace kodad::actors
