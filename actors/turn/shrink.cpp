#include "actors/turn/shrink.hpp"

#include "proto/text/utf8.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::chat_message;
using proto::chat_part;
using proto::chat_part_kind;

namespace {

constexpr size_t short_enough = 200; // A marker would be about as long.
constexpr size_t earlier_step_bytes = 2000;
constexpr size_t last_step_bytes = 8000;

bool is_result(const chat_part& part) {
  return part.kind == chat_part_kind::tool_result;
}

/// Does the user speak here, rather than the tools?
bool is_prompt(const chat_message& message) {
  return message.role == proto::chat_role::user &&
         std::ranges::any_of(message.parts, [](const chat_part& part) { return !is_result(part); });
}

void forget_result(chat_part& part) {
  if (part.text.size() > short_enough)
    part.text = "[left out: " + std::to_string(part.text.size()) + " bytes of output]";
}

void cut_result(chat_part& part, size_t bytes_max) {
  if (part.text.size() <= bytes_max)
    return;
  auto half = bytes_max / 2;
  auto head = proto::text::prefix(part.text, half);
  auto tail = proto::text::suffix(part.text, half);
  auto left_out = part.text.size() - head.size() - tail.size();
  part.text = std::string(head) + "\n[left out: " + std::to_string(left_out) + " bytes]\n" +
              std::string(tail);
}

} // namespace

void shrink(proto::chat_request& request, int level) {
  auto& all = request.messages;
  auto last_prompt = std::find_if(all.rbegin(), all.rend(), is_prompt);
  auto now = last_prompt == all.rend() ? all.begin() : std::prev(last_prompt.base());
  if (level >= 3)
    now = all.erase(all.begin(), now);
  for (auto past = all.begin(); past != now; ++past)
    for (auto& part : past->parts)
      if (is_result(part))
        forget_result(part);
  if (level < 2 || now == all.end())
    return;
  auto last = std::prev(all.end());
  for (auto at = now; at != all.end(); ++at)
    for (auto& part : at->parts)
      if (is_result(part) && (at != last || level >= 3))
        cut_result(part, at == last ? last_step_bytes : earlier_step_bytes);
}

} // namespace kodad::actors
