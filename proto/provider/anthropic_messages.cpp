#include "proto/provider/anthropic_messages.hpp"

#include "proto/provider/anthropic_seal.hpp"
#include "proto/provider/file_parts.hpp"
#include "proto/provider/layout.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

bool is_thinking(const anthropic_block& block) {
  return block.kind == block_kind::thinking || block.kind == block_kind::redacted;
}

class block_maker {
public:
  anthropic_message make(chat_message from);

private:
  void add(chat_part part, std::vector<anthropic_block>& to);
  void add_reasoning(chat_part part, std::vector<anthropic_block>& to);

  json::parser parse_;
};

anthropic_message block_maker::make(chat_message from) {
  anthropic_message out{from.role, {}};
  for (auto& part : from.parts)
    add(std::move(part), out.blocks);
  if (from.role == chat_role::assistant)
    while (!out.blocks.empty() && is_thinking(out.blocks.back()))
      out.blocks.pop_back(); // The API refuses a message that ends in thinking.
  return out;
}

void block_maker::add(chat_part part, std::vector<anthropic_block>& to) {
  auto kind = block_kind::text;
  switch (part.kind) {
  case chat_part_kind::text:
    break;
  case chat_part_kind::reasoning:
    return add_reasoning(std::move(part), to);
  case chat_part_kind::tool_call:
    kind = block_kind::call;
    break;
  case chat_part_kind::tool_result:
    kind = block_kind::result;
    break;
  case chat_part_kind::file:
    kind = is_image(part.mime_type) ? block_kind::image : block_kind::document;
    break;
  }
  to.push_back({kind, {}, std::move(part)});
}

void block_maker::add_reasoning(chat_part part, std::vector<anthropic_block>& to) {
  auto seal = seal_of(parse_, part.opaque.text);
  if (!seal)
    return;
  auto kind = seal->kind == seal_kind::redacted ? block_kind::redacted : block_kind::thinking;
  to.push_back({kind, std::move(seal->data), std::move(part)});
}

} // namespace

std::vector<anthropic_message> lay_out_anthropic(const chat_request& from) {
  layout_rules by;
  by.images = usual_images();
  block_maker blocks;
  std::vector<anthropic_message> out;
  for (auto& message : lay_out(from, by))
    out.push_back(blocks.make(std::move(message)));
  return out;
}

bool may_begin_thinking(const std::vector<anthropic_message>& messages) {
  // The turn is what follows the last message that answers no call.
  auto begin = messages.size() - 1;
  while (begin > 0 && messages[begin].blocks.front().kind == block_kind::result)
    begin -= 2;
  return begin + 1 == messages.size() || is_thinking(messages[begin + 1].blocks.front());
}

} // namespace kodad::proto::provider
