#include "proto/provider/openai_responses_request.hpp"

#include "proto/json/reader.hpp"
#include "proto/json/writer.hpp"
#include "proto/model.hpp"
#include "proto/provider/call_names.hpp"
#include "proto/provider/file_parts.hpp"
#include "proto/provider/layout.hpp"
#include "proto/provider/openai_reasoning.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

// The API refuses less.
constexpr int64_t output_tokens_min = 16;

class body_writer {
public:
  explicit body_writer(const chat_request& from) : from_(from) {}

  std::string write();

private:
  void write_system();
  void write_input();
  void write_user(const chat_message& message);
  void write_result(const chat_part& part);
  void write_content(const chat_part& part);
  void write_assistant(const chat_message& message);
  void write_reasoning_item(const chat_part& part);
  void write_text_item(const chat_part& part);
  void write_call(const chat_part& part);
  void write_tools();
  void write_parameters(const tool_spec& tool);
  void write_reasoning();
  void write_field(std::string_view name, std::string_view text);
  std::optional<json::object> read_opaque(const chat_part& part);

  const chat_request& from_;
  json::writer out_;
  json::parser parse_;
};

std::string body_writer::write() {
  out_.begin_object();
  write_field("model", name_of(from_.model));
  write_system();
  write_input();
  out_.key("stream").boolean(true);
  out_.key("store").boolean(false);
  write_tools();
  if (from_.max_output_tokens)
    out_.key("max_output_tokens").integer(std::max(*from_.max_output_tokens, output_tokens_min));
  if (asks_reasoning(from_))
    write_reasoning();
  else if (from_.temperature)
    out_.key("temperature").number(*from_.temperature);
  out_.end_object();
  return out_.take();
}

void body_writer::write_field(std::string_view name, std::string_view text) {
  out_.key(name).string(text);
}

void body_writer::write_system() {
  std::string joined;
  for (const auto& part : from_.system) {
    if (is_blank(part))
      continue;
    if (!joined.empty())
      joined += "\n\n";
    joined += part;
  }
  if (!joined.empty())
    write_field("instructions", joined);
}

void body_writer::write_input() {
  out_.key("input").begin_array();
  layout_rules by;
  by.images = usual_images();
  for (const auto& message : lay_out(from_, by)) {
    if (message.role == chat_role::user)
      write_user(message);
    else
      write_assistant(message);
  }
  out_.end_array();
}

void body_writer::write_user(const chat_message& message) {
  std::vector<const chat_part*> rest;
  for (const auto& part : message.parts) {
    if (part.kind == chat_part_kind::tool_result)
      write_result(part);
    else
      rest.push_back(&part);
  }
  if (rest.empty())
    return;
  out_.begin_object();
  write_field("role", "user");
  out_.key("content").begin_array();
  for (const auto* part : rest)
    write_content(*part);
  out_.end_array().end_object();
}

void body_writer::write_result(const chat_part& part) {
  out_.begin_object();
  write_field("type", "function_call_output");
  write_field("call_id", part.call_id);
  write_field("output", part.text);
  out_.end_object();
}

void body_writer::write_content(const chat_part& part) {
  out_.begin_object();
  if (part.kind == chat_part_kind::text) {
    write_field("type", "input_text");
    write_field("text", part.text);
  } else if (is_image(part.mime_type)) {
    write_field("type", "input_image");
    write_field("image_url", data_url(part));
  } else {
    write_field("type", "input_file");
    write_field("filename", part.name.empty() ? "file.pdf" : part.name);
    write_field("file_data", data_url(part));
  }
  out_.end_object();
}

/// Texts come before calls: some servers refuse what stands between a call and its output. Each
/// takes the reasoning in front of it along; reasoning that leads to nothing is refused.
void body_writer::write_assistant(const chat_message& message) {
  for (auto kind : {chat_part_kind::text, chat_part_kind::tool_call}) {
    auto reasoning = message.parts.begin();
    for (auto part = message.parts.begin(); part != message.parts.end(); ++part) {
      if (part->kind == chat_part_kind::reasoning)
        continue;
      if (part->kind == kind)
        for (; reasoning != part; ++reasoning)
          write_reasoning_item(*reasoning);
      if (part->kind == kind)
        kind == chat_part_kind::text ? write_text_item(*part) : write_call(*part);
      reasoning = part + 1;
    }
  }
}

std::optional<json::object> body_writer::read_opaque(const chat_part& part) {
  if (part.opaque.text.empty())
    return std::nullopt;
  auto opaque = parse_.parse_object(part.opaque.text);
  return opaque ? std::optional(*opaque) : std::nullopt;
}

void body_writer::write_reasoning_item(const chat_part& part) {
  auto opaque = read_opaque(part);
  auto sealed = opaque ? json::find_string(*opaque, "encrypted_content") : std::nullopt;
  if (!sealed || json::find_string(*opaque, "type") != "reasoning")
    return;
  out_.begin_object();
  write_field("type", "reasoning");
  auto summary = json::find(*opaque, "summary");
  out_.key("summary").raw(summary && summary->is_array() ? json::to_text(*summary) : "[]");
  write_field("encrypted_content", *sealed);
  out_.end_object();
}

void body_writer::write_text_item(const chat_part& part) {
  out_.begin_object();
  write_field("type", "message");
  write_field("role", "assistant");
  out_.key("content").begin_array().begin_object();
  write_field("type", "output_text");
  write_field("text", part.text);
  out_.end_object().end_array();
  if (auto opaque = read_opaque(part))
    if (auto phase = json::find_string(*opaque, "phase"))
      write_field("phase", *phase);
  out_.end_object();
}

void body_writer::write_call(const chat_part& part) {
  out_.begin_object();
  write_field("type", "function_call");
  write_field("call_id", part.call_id);
  write_field("name", part.tool);
  write_field("arguments", part.input);
  out_.end_object();
}

void body_writer::write_tools() {
  if (from_.tools.empty())
    return;
  out_.key("tools").begin_array();
  for (const auto& tool : from_.tools) {
    out_.begin_object();
    write_field("type", "function");
    write_field("name", fitting_tool_name(tool.name));
    write_field("description", tool.description);
    write_parameters(tool);
    // Strict schemas must list every property as required, which ours do not.
    out_.key("strict").boolean(false);
    out_.end_object();
  }
  out_.end_array();
  out_.key("parallel_tool_calls").boolean(true);
}

void body_writer::write_parameters(const tool_spec& tool) {
  out_.key("parameters");
  auto schema = parse_.parse_object(tool.schema.text);
  if (schema && json::find(*schema, "properties")) {
    out_.raw(tool.schema.text);
    return;
  }
  // Tools without arguments may leave the properties out; the API refuses that.
  out_.begin_object();
  bool typed = schema && json::find(*schema, "type");
  if (!typed)
    write_field("type", "object");
  if (schema)
    for (auto [key, node] : *schema)
      if (key != "properties" && (key != "type" || typed))
        out_.key(key).raw(json::to_text(node));
  out_.key("properties").begin_object().end_object();
  out_.end_object();
}

void body_writer::write_reasoning() {
  auto effort = openai_effort(from_);
  out_.key("reasoning").begin_object();
  if (!effort.empty())
    write_field("effort", effort);
  if (from_.reasoning_budget != 0)
    write_field("summary", "auto");
  out_.end_object();
  out_.key("include").begin_array().string("reasoning.encrypted_content").end_array();
}

} // namespace

std::string write_openai_responses(const chat_request& from) {
  return body_writer(from).write();
}

} // namespace kodad::proto::provider
