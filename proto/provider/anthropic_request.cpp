#include "proto/provider/anthropic_request.hpp"

#include "proto/json/writer.hpp"
#include "proto/model.hpp"
#include "proto/provider/anthropic_messages.hpp"
#include "proto/provider/anthropic_thinking.hpp"
#include "proto/provider/call_names.hpp"
#include "proto/provider/layout.hpp"
#include "proto/text/base64.hpp"

namespace kodad::proto::provider {

namespace {

constexpr std::string_view no_arguments = R"({"type":"object","properties":{}})";

void write_field(json::writer& out, std::string_view name, std::string_view text) {
  out.key(name).string(text);
}

/// Does the provider's cache reach to the end of a block?
enum class cached : uint8_t { no, yes };

class body_writer {
public:
  body_writer(const chat_request& from, const anthropic_generation& plan)
      : from_(from), plan_(plan) {}

  std::string write(const std::vector<anthropic_message>& messages);

private:
  void write_system();
  void write_messages(const std::vector<anthropic_message>& messages);
  void write_block(const anthropic_block& block, cached mark);
  void write_call(const chat_part& call);
  void write_result(const chat_part& result);
  void write_file(const chat_part& file, std::string_view type);
  void write_text(std::string_view text);
  void write_tools();
  void write_thinking();
  void write_mark(cached mark);

  const chat_request& from_;
  const anthropic_generation& plan_;
  json::writer out_;
};

std::string body_writer::write(const std::vector<anthropic_message>& messages) {
  out_.begin_object();
  write_field(out_, "model", name_of(from_.model));
  out_.key("max_tokens").integer(plan_.max_tokens);
  write_system();
  write_messages(messages);
  write_tools();
  write_thinking();
  if (plan_.temperature)
    out_.key("temperature").number(*plan_.temperature);
  out_.key("stream").boolean(true);
  out_.end_object();
  return out_.take();
}

void body_writer::write_system() {
  std::vector<const std::string*> blocks;
  for (const auto& text : from_.system)
    if (!is_blank(text))
      blocks.push_back(&text);
  if (blocks.empty())
    return;
  // The last of several is the one that differs most between calls.
  auto stable = blocks.size() > 1 ? blocks.size() - 2 : 0;
  out_.key("system").begin_array();
  for (size_t i = 0; i < blocks.size(); ++i) {
    out_.begin_object();
    write_text(*blocks[i]);
    write_mark(i == stable ? cached::yes : cached::no);
    out_.end_object();
  }
  out_.end_array();
}

void body_writer::write_messages(const std::vector<anthropic_message>& messages) {
  size_t users_left = 0;
  for (const auto& message : messages)
    users_left += message.role == chat_role::user ? 1 : 0;
  out_.key("messages").begin_array();
  for (const auto& message : messages) {
    bool user = message.role == chat_role::user;
    bool marked = user && users_left <= 2;
    users_left -= user ? 1 : 0;
    out_.begin_object();
    write_field(out_, "role", user ? "user" : "assistant");
    out_.key("content").begin_array();
    for (const auto& block : message.blocks)
      write_block(block, marked && &block == &message.blocks.back() ? cached::yes : cached::no);
    out_.end_array().end_object();
  }
  out_.end_array();
}

void body_writer::write_block(const anthropic_block& block, cached mark) {
  out_.begin_object();
  switch (block.kind) {
  case block_kind::text:
    write_text(block.part.text);
    break;
  case block_kind::thinking:
    write_field(out_, "type", "thinking");
    write_field(out_, "thinking", block.part.text);
    write_field(out_, "signature", block.seal);
    break;
  case block_kind::redacted:
    write_field(out_, "type", "redacted_thinking");
    write_field(out_, "data", block.seal);
    break;
  case block_kind::call:
    write_call(block.part);
    break;
  case block_kind::result:
    write_result(block.part);
    break;
  case block_kind::image:
    write_file(block.part, "image");
    break;
  case block_kind::document:
    write_file(block.part, "document");
    break;
  }
  write_mark(mark);
  out_.end_object();
}

void body_writer::write_call(const chat_part& call) {
  write_field(out_, "type", "tool_use");
  write_field(out_, "id", call.call_id);
  write_field(out_, "name", call.tool);
  out_.key("input").raw(call.input);
}

void body_writer::write_result(const chat_part& result) {
  write_field(out_, "type", "tool_result");
  write_field(out_, "tool_use_id", result.call_id);
  write_field(out_, "content", result.text);
  if (result.failed)
    out_.key("is_error").boolean(true);
}

void body_writer::write_file(const chat_part& file, std::string_view type) {
  write_field(out_, "type", type);
  out_.key("source").begin_object();
  write_field(out_, "type", "base64");
  write_field(out_, "media_type", file.mime_type);
  write_field(out_, "data", text::to_base64(file.text));
  out_.end_object();
}

void body_writer::write_text(std::string_view text) {
  write_field(out_, "type", "text");
  write_field(out_, "text", text);
}

void body_writer::write_tools() {
  if (from_.tools.empty())
    return;
  out_.key("tools").begin_array();
  for (const auto& tool : from_.tools) {
    out_.begin_object();
    write_field(out_, "name", fitting_tool_name(tool.name));
    if (!tool.description.empty())
      write_field(out_, "description", tool.description);
    out_.key("input_schema").raw(tool.schema.text.empty() ? no_arguments : tool.schema.text);
    write_mark(&tool == &from_.tools.back() ? cached::yes : cached::no);
    out_.end_object();
  }
  out_.end_array();
}

void body_writer::write_thinking() {
  if (plan_.thinking == thinking_ask::nothing)
    return;
  out_.key("thinking").begin_object();
  if (plan_.thinking == thinking_ask::disabled) {
    write_field(out_, "type", "disabled");
  } else if (plan_.thinking == thinking_ask::budget) {
    write_field(out_, "type", "enabled");
    out_.key("budget_tokens").integer(plan_.budget);
  } else {
    write_field(out_, "type", "adaptive");
    write_field(out_, "display", "summarized"); // Newer models show nothing unless asked.
  }
  out_.end_object();
  if (plan_.effort.empty())
    return;
  out_.key("output_config").begin_object();
  write_field(out_, "effort", plan_.effort);
  out_.end_object();
}

void body_writer::write_mark(cached mark) {
  if (mark == cached::yes)
    out_.key("cache_control").raw(R"({"type":"ephemeral"})");
}

} // namespace

anthropic_call write_anthropic(const chat_request& from) {
  auto traits = anthropic_traits_of(name_of(from.model), from.model_reasons);
  auto messages = lay_out_anthropic(from);
  auto plan = plan_anthropic(from, traits, may_begin_thinking(messages));
  anthropic_call out;
  out.body = body_writer(from, plan).write(messages);
  // With a budget, reasoning between calls is still a thing to ask for.
  if (plan.thinking == thinking_ask::budget && traits.is_claude && !from.tools.empty())
    out.beta = "interleaved-thinking-2025-05-14";
  return out;
}

} // namespace kodad::proto::provider
