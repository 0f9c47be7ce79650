#include "proto/provider/openai_chat_request.hpp"

#include "proto/json/reader.hpp"
#include "proto/json/writer.hpp"
#include "proto/model.hpp"
#include "proto/provider/call_names.hpp"
#include "proto/provider/file_parts.hpp"
#include "proto/provider/layout.hpp"
#include "proto/provider/openai_reasoning.hpp"

namespace kodad::proto::provider {

namespace {

constexpr std::string_view no_arguments = R"({"type":"object","properties":{}})";

// Where a call must have reasoning, but another model made it.
constexpr std::string_view not_known = "(not recorded)";

void write_field(json::writer& out, std::string_view name, std::string_view text) {
  out.key(name).string(text);
}

void append_paragraph(std::string& to, std::string_view text) {
  if (text.empty())
    return;
  if (!to.empty())
    to += "\n\n";
  to += text;
}

/// What an assistant message asks to get back beside its text and calls.
struct replayed {
  bool content = false;             ///< `reasoning` goes out as `reasoning_content`.
  std::string reasoning;            ///< The text of all its reasoning.
  std::vector<std::string> details; ///< Items of `reasoning_details`, as JSON.
  std::string reasoning_opaque;     ///< Goes out beside `reasoning` as `reasoning_text`.
};

class body_writer {
public:
  body_writer(const chat_request& from, const openai_dialect& dialect)
      : from_(from), dialect_(dialect) {}

  std::string write();

private:
  void write_messages();
  void write_user(const chat_message& message);
  void write_user_parts(const std::vector<const chat_part*>& parts);
  void write_file(const chat_part& part);
  void write_assistant(const chat_message& message);
  void write_replayed(const replayed& back, bool has_calls);
  void write_call(const chat_part& call);
  void write_tools();
  void write_reasoning();
  void write_thinking();
  void write_openrouter_reasoning();
  replayed read_replayed(const chat_message& message);
  void read_opaque(const chat_part& part, replayed& into);
  layout_rules rules() const;

  const chat_request& from_;
  const openai_dialect& dialect_;
  json::writer out_;
  json::parser parse_;
};

std::string body_writer::write() {
  out_.begin_object();
  write_field(out_, "model", name_of(from_.model));
  write_messages();
  out_.key("stream").boolean(true);
  if (dialect_.asks_usage)
    out_.key("stream_options").begin_object().key("include_usage").boolean(true).end_object();
  write_tools();
  bool refuses = dialect_.efforts == effort_scale::openai && asks_reasoning(from_);
  if (from_.temperature && !refuses)
    out_.key("temperature").number(*from_.temperature);
  if (from_.max_output_tokens)
    out_.key(dialect_.token_limit).integer(*from_.max_output_tokens);
  write_reasoning();
  out_.end_object();
  return out_.take();
}

void body_writer::write_messages() {
  out_.key("messages").begin_array();
  // One system message: many chat templates know only a first one.
  std::string system;
  for (const auto& part : from_.system)
    if (!is_blank(part))
      append_paragraph(system, part);
  if (!system.empty()) {
    out_.begin_object();
    write_field(out_, "role", "system");
    write_field(out_, "content", system);
    out_.end_object();
  }
  for (const auto& message : lay_out(from_, rules())) {
    if (message.role == chat_role::user)
      write_user(message);
    else
      write_assistant(message);
  }
  out_.end_array();
}

layout_rules body_writer::rules() const {
  layout_rules out;
  out.ids = call_ids_for(dialect_, name_of(from_.model));
  out.bridges_results = true; // Mistral's order, which many a server's template checks.
  out.takes_pdfs = dialect_.takes_files;
  out.images = usual_images();
  return out;
}

void body_writer::write_user(const chat_message& message) {
  std::vector<const chat_part*> rest;
  for (const auto& part : message.parts) {
    if (part.kind == chat_part_kind::text || part.kind == chat_part_kind::file)
      rest.push_back(&part);
    if (part.kind != chat_part_kind::tool_result)
      continue;
    out_.begin_object();
    write_field(out_, "role", "tool");
    write_field(out_, "tool_call_id", part.call_id);
    write_field(out_, "content", part.text);
    out_.end_object();
  }
  if (!rest.empty())
    write_user_parts(rest);
}

void body_writer::write_user_parts(const std::vector<const chat_part*>& parts) {
  std::string text;
  std::vector<const chat_part*> files;
  for (const auto* part : parts) {
    if (part->kind == chat_part_kind::file)
      files.push_back(part);
    else
      append_paragraph(text, part->text);
  }
  out_.begin_object();
  write_field(out_, "role", "user");
  out_.key("content");
  if (files.empty()) {
    out_.string(text).end_object(); // Every server reads a string; not every one reads parts.
    return;
  }
  out_.begin_array();
  if (!text.empty()) {
    out_.begin_object();
    write_field(out_, "type", "text");
    write_field(out_, "text", text);
    out_.end_object();
  }
  for (const auto* file : files)
    write_file(*file);
  out_.end_array().end_object();
}

void body_writer::write_file(const chat_part& part) {
  bool image = is_image(part.mime_type);
  out_.begin_object();
  write_field(out_, "type", image ? "image_url" : "file");
  out_.key(image ? "image_url" : "file").begin_object();
  if (image) {
    write_field(out_, "url", data_url(part));
  } else {
    write_field(out_, "filename", part.name.empty() ? "file.pdf" : part.name);
    write_field(out_, "file_data", data_url(part));
  }
  out_.end_object().end_object();
}

void body_writer::write_assistant(const chat_message& message) {
  std::string text;
  bool has_calls = false;
  for (const auto& part : message.parts) {
    has_calls = has_calls || part.kind == chat_part_kind::tool_call;
    if (part.kind == chat_part_kind::text)
      append_paragraph(text, part.text);
  }
  auto back = read_replayed(message);
  out_.begin_object();
  write_field(out_, "role", "assistant");
  out_.key("content");
  if (text.empty() && has_calls)
    out_.null();
  else
    out_.string(text);
  write_replayed(back, has_calls);
  if (has_calls) {
    out_.key("tool_calls").begin_array();
    for (const auto& part : message.parts)
      if (part.kind == chat_part_kind::tool_call)
        write_call(part);
    out_.end_array();
  }
  out_.end_object();
}

void body_writer::write_replayed(const replayed& back, bool has_calls) {
  if (has_calls && (back.content || dialect_.wants_reasoning))
    write_field(out_, "reasoning_content",
                is_blank(back.reasoning) ? not_known : std::string_view(back.reasoning));
  if (!back.reasoning_opaque.empty()) {
    if (!back.reasoning.empty())
      write_field(out_, "reasoning_text", back.reasoning);
    write_field(out_, "reasoning_opaque", back.reasoning_opaque);
  }
  if (back.details.empty())
    return;
  out_.key("reasoning_details").begin_array();
  for (const auto& item : back.details)
    out_.raw(item);
  out_.end_array();
}

void body_writer::write_call(const chat_part& call) {
  out_.begin_object();
  write_field(out_, "id", call.call_id);
  write_field(out_, "type", "function");
  out_.key("function").begin_object();
  write_field(out_, "name", call.tool);
  write_field(out_, "arguments", call.input);
  out_.end_object().end_object();
}

void body_writer::write_tools() {
  if (from_.tools.empty())
    return;
  out_.key("tools").begin_array();
  for (const auto& tool : from_.tools) {
    out_.begin_object();
    write_field(out_, "type", "function");
    out_.key("function").begin_object();
    write_field(out_, "name", fitting_tool_name(tool.name));
    write_field(out_, "description", tool.description);
    out_.key("parameters").raw(tool.schema.text.empty() ? no_arguments : tool.schema.text);
    out_.end_object().end_object();
  }
  out_.end_array();
  if (dialect_.says_parallel)
    out_.key("parallel_tool_calls").boolean(true);
}

void body_writer::write_reasoning() {
  if (dialect_.reasoning == reasoning_form::openrouter)
    return write_openrouter_reasoning();
  if (dialect_.reasoning == reasoning_form::thinking)
    write_thinking();
  if (auto effort = effort_for(dialect_, from_); !effort.empty())
    write_field(out_, "reasoning_effort", effort);
}

void body_writer::write_thinking() {
  bool off = from_.reasoning_budget == 0;
  if (!off && !from_.reasoning_budget && from_.reasoning_effort.empty())
    return;
  out_.key("thinking").begin_object();
  write_field(out_, "type", off ? "disabled" : "enabled");
  out_.end_object();
}

void body_writer::write_openrouter_reasoning() {
  if (!from_.reasoning_budget && from_.reasoning_effort.empty())
    return;
  out_.key("reasoning").begin_object();
  if (from_.reasoning_budget == 0)
    out_.key("enabled").boolean(false);
  else if (from_.reasoning_budget)
    out_.key("max_tokens").integer(*from_.reasoning_budget);
  else
    write_field(out_, "effort", effort_for(dialect_, from_));
  out_.end_object();
}

replayed body_writer::read_replayed(const chat_message& message) {
  replayed back;
  for (const auto& part : message.parts) {
    if (part.kind != chat_part_kind::reasoning)
      continue;
    back.reasoning += part.text;
    read_opaque(part, back);
  }
  return back;
}

void body_writer::read_opaque(const chat_part& part, replayed& into) {
  auto opaque = parse_.parse_object(part.opaque.text);
  if (!opaque)
    return;
  into.content = into.content || json::find_string(*opaque, "replay") == "reasoning_content";
  if (auto sealed = json::find_string(*opaque, "reasoning_opaque"))
    into.reasoning_opaque = *sealed;
  auto details = json::find_array(*opaque, "reasoning_details");
  if (!details)
    return;
  for (auto item : *details)
    into.details.push_back(json::to_text(item));
}

} // namespace

std::string write_openai_chat(const chat_request& from, const openai_dialect& dialect) {
  return body_writer(from, dialect).write();
}

} // namespace kodad::proto::provider
