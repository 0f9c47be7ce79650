#include "proto/provider/anthropic_messages.hpp"

#include "proto/provider/anthropic_seal.hpp"
#include "proto/provider/file_parts.hpp"

#include <algorithm>
#include <array>

namespace kodad::proto::provider {

namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

constexpr std::string_view no_output = "(no output)";
constexpr std::string_view no_result = "interrupted, effect unknown";
constexpr std::string_view go_on = "Go on.";

bool is_blank(std::string_view text) {
  return text.find_first_not_of(blanks) == std::string_view::npos;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

anthropic_block block_of(block_kind kind, std::string_view text = {}) {
  anthropic_block out;
  out.kind = kind;
  out.text = text;
  return out;
}

bool is_thinking(const anthropic_block& block) {
  return block.kind == block_kind::thinking || block.kind == block_kind::redacted;
}

bool is_shown_image(std::string_view mime_type) {
  constexpr std::array<std::string_view, 5> known{"image/jpeg", "image/jpg", "image/png",
                                                  "image/gif", "image/webp"};
  return std::ranges::find(known, mime_type) != known.end();
}

class layout {
public:
  explicit layout(const chat_request& from) : from_(from) {}

  std::vector<anthropic_message> take();

private:
  void add(const chat_message& message);
  void add_part(const chat_part& part, std::vector<anthropic_block>& to);
  void add_reasoning(const chat_part& part, std::vector<anthropic_block>& to);
  void add_file(const chat_part& part, std::vector<anthropic_block>& to) const;

  const chat_request& from_;
  json::parser parse_;
  std::vector<anthropic_message> out_;
};

void layout::add(const chat_message& message) {
  std::vector<anthropic_block> blocks;
  for (const auto& part : message.parts)
    add_part(part, blocks);
  if (message.role == chat_role::assistant)
    while (!blocks.empty() && is_thinking(blocks.back()))
      blocks.pop_back(); // The API refuses a message that ends in thinking.
  if (blocks.empty())
    return;
  if (out_.empty() || out_.back().role != message.role)
    out_.push_back({message.role, {}});
  std::ranges::move(blocks, std::back_inserter(out_.back().blocks));
}

void layout::add_part(const chat_part& part, std::vector<anthropic_block>& to) {
  switch (part.kind) {
  case chat_part_kind::text:
    if (!is_blank(part.text))
      to.push_back(block_of(block_kind::text, part.text));
    return;
  case chat_part_kind::reasoning:
    return add_reasoning(part, to);
  case chat_part_kind::tool_call:
    to.push_back(block_of(block_kind::call));
    to.back().part = &part;
    to.back().id = anthropic_call_id(part.call_id);
    return;
  case chat_part_kind::tool_result:
    // The API refuses an empty text, and an empty error.
    to.push_back(block_of(block_kind::result, is_blank(part.text) ? no_output : part.text));
    to.back().id = anthropic_call_id(part.call_id);
    to.back().failed = part.failed;
    return;
  case chat_part_kind::file:
    return add_file(part, to);
  }
}

void layout::add_reasoning(const chat_part& part, std::vector<anthropic_block>& to) {
  if (part.opaque_model != from_.model)
    return;
  auto seal = seal_of(parse_, part.opaque.text);
  if (!seal)
    return;
  to.push_back(seal->kind == seal_kind::redacted ? block_of(block_kind::redacted)
                                                 : block_of(block_kind::thinking, part.text));
  to.back().seal = std::move(seal->data);
}

void layout::add_file(const chat_part& part, std::vector<anthropic_block>& to) const {
  bool image = is_shown_image(part.mime_type);
  if (image && !from_.model_sees) {
    auto name = part.name.empty() ? std::string("unnamed") : part.name;
    to.push_back(block_of(block_kind::text, "[The image " + name + " (" + part.mime_type +
                                                ") is left out: this model sees no images.]"));
    return;
  }
  if (image || part.mime_type == "application/pdf") {
    to.push_back(block_of(image ? block_kind::image : block_kind::document));
    to.back().part = &part;
    return;
  }
  to.push_back(block_of(block_kind::text, file_as_text(part)));
}

/// Puts the results that `calls` wait for to the front of `answer`, and makes up those that are
/// not there. A result that nobody waits for becomes text.
void settle(const std::vector<anthropic_block>& calls, std::vector<anthropic_block>& answer) {
  std::vector<anthropic_block> out;
  for (const auto& call : calls) {
    if (call.kind != block_kind::call)
      continue;
    auto found = std::ranges::find_if(answer, [&call](const anthropic_block& block) {
      return block.kind == block_kind::result && block.id == call.id;
    });
    if (found == answer.end()) {
      out.push_back(block_of(block_kind::result, no_result));
      out.back().id = call.id;
      out.back().failed = true;
      continue;
    }
    out.push_back(std::move(*found));
    answer.erase(found);
  }
  for (auto& block : answer) {
    if (block.kind == block_kind::result)
      block = block_of(block_kind::text, "Result of an earlier call:\n" + block.text);
    out.push_back(std::move(block));
  }
  answer = std::move(out);
}

void begin_with_user(std::vector<anthropic_message>& messages) {
  if (!messages.empty() && messages.front().role == chat_role::user)
    return;
  messages.insert(messages.begin(), {chat_role::user, {block_of(block_kind::text, go_on)}});
}

/// The API refuses an answer to be continued that ends in blanks.
void trim_end(std::vector<anthropic_message>& messages) {
  auto& last = messages.back();
  if (last.role == chat_role::user || last.blocks.back().kind != block_kind::text)
    return;
  auto& text = last.blocks.back().text;
  text.erase(text.find_last_not_of(blanks) + 1);
}

std::vector<anthropic_message> layout::take() {
  for (const auto& message : from_.messages)
    add(message);
  begin_with_user(out_);
  bool open = std::ranges::any_of(out_.back().blocks, [](const anthropic_block& block) {
    return block.kind == block_kind::call;
  });
  if (open)
    out_.push_back({chat_role::user, {}});
  settle({}, out_.front().blocks);
  for (size_t i = 2; i < out_.size(); i += 2) // Users stand at the even places.
    settle(out_[i - 1].blocks, out_[i].blocks);
  trim_end(out_);
  return std::move(out_);
}

} // namespace

std::vector<anthropic_message> lay_out_anthropic(const chat_request& from) {
  return layout(from).take();
}

bool may_begin_thinking(const std::vector<anthropic_message>& messages) {
  if (messages.back().role != chat_role::user)
    return false;
  // The turn is what follows the last message that answers no call.
  auto begin = messages.size() - 1;
  while (begin > 0 && messages[begin].blocks.front().kind == block_kind::result)
    begin -= 2;
  return begin + 1 == messages.size() || is_thinking(messages[begin + 1].blocks.front());
}

std::string anthropic_call_id(std::string_view id) {
  constexpr size_t length_max = 64;
  if (!id.empty() && id.size() <= length_max && std::ranges::all_of(id, is_plain))
    return std::string(id);
  constexpr std::string_view digits = "0123456789abcdef";
  uint64_t hash = 0xcbf29ce484222325; // FNV-1a: the same id gives the same one everywhere.
  for (char c : id)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::string out = "call_";
  for (; hash != 0; hash >>= 4)
    out.push_back(digits[hash & 15]);
  return out;
}

std::string anthropic_tool_name(std::string_view name) {
  constexpr size_t length_max = 128;
  std::string out(name.substr(0, length_max));
  std::ranges::replace_if(
      out, [](char c) { return !is_plain(c); }, '_');
  return out.empty() ? "_" : out;
}

} // namespace kodad::proto::provider
