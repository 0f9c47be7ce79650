#include "proto/provider/gemini_request.hpp"

#include "proto/json/reader.hpp"
#include "proto/json/writer.hpp"
#include "proto/model.hpp"
#include "proto/provider/call_names.hpp"
#include "proto/provider/gemini_dialect.hpp"
#include "proto/provider/layout.hpp"
#include "proto/text/base64.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace kodad::proto::provider {

namespace {

// Google's documented stand-in for calls that another model made: the check is skipped.
constexpr std::string_view no_signature = "skip_thought_signature_validator";

constexpr std::array<std::string_view, 5> images_read{"image/png", "image/jpeg", "image/webp",
                                                      "image/heic", "image/heif"};

/// What came with a part and goes back with it.
struct replayed {
  std::string signature;
  std::string id;
};

replayed read_opaque(json::parser& parse, const chat_part& part) {
  auto opaque = parse.parse_object(part.opaque.text);
  if (!opaque)
    return {};
  return {std::string(json::find_string(*opaque, "thoughtSignature").value_or("")),
          std::string(json::find_string(*opaque, "id").value_or(""))};
}

bool is_signed(const chat_part& part) {
  json::parser parse;
  return !read_opaque(parse, part).signature.empty();
}

class body_writer {
public:
  explicit body_writer(const chat_request& from) : from_(from) {}

  std::string write();

private:
  void write_system();
  void write_contents();
  void write_tools();
  void write_config();

  void write_content(const chat_message& message);
  void write_part(const chat_part& part);
  void write_call(const chat_part& call);
  void write_result(const chat_part& result);
  void write_file(const chat_part& file);
  void write_text(const chat_part& part);
  replayed seal_of(const chat_part& part);

  const chat_request& from_;
  json::writer out_;
  json::parser parse_;
  bool signs_next_call_ = false;           ///< The next call is the first of its content.
  std::map<std::string, std::string> ids_; ///< Gemini's own ids, by those in the layout.
};

std::string body_writer::write() {
  out_.begin_object();
  write_system();
  write_contents();
  write_tools();
  write_config();
  out_.end_object();
  return out_.take();
}

void body_writer::write_system() {
  bool has_text = std::any_of(from_.system.begin(), from_.system.end(),
                              [](const std::string& part) { return !is_blank(part); });
  if (!has_text)
    return;
  out_.key("systemInstruction").begin_object().key("parts").begin_array();
  for (const auto& part : from_.system)
    if (!is_blank(part))
      out_.begin_object().key("text").string(part).end_object();
  out_.end_array().end_object();
}

void body_writer::write_contents() {
  layout_rules by;
  by.images = images_read;
  by.keeps_blank = is_signed;
  out_.key("contents").begin_array();
  for (const auto& message : lay_out(from_, by))
    write_content(message);
  out_.end_array();
}

void body_writer::write_content(const chat_message& message) {
  signs_next_call_ = checks_signatures(name_of(from_.model));
  out_.begin_object().key("role").string(message.role == chat_role::user ? "user" : "model");
  out_.key("parts").begin_array();
  for (const auto& part : message.parts)
    write_part(part);
  out_.end_array().end_object();
}

void body_writer::write_part(const chat_part& part) {
  switch (part.kind) {
  case chat_part_kind::text:
  case chat_part_kind::reasoning:
    return write_text(part);
  case chat_part_kind::tool_call:
    return write_call(part);
  case chat_part_kind::tool_result:
    return write_result(part);
  case chat_part_kind::file:
    return write_file(part);
  }
}

void body_writer::write_text(const chat_part& part) {
  auto signature = seal_of(part).signature;
  bool thought = part.kind == chat_part_kind::reasoning;
  bool nothing = is_blank(part.text) || thought;
  if (nothing && signature.empty())
    return;
  out_.begin_object().key("text").string(part.text);
  if (thought)
    out_.key("thought").boolean(true);
  if (!signature.empty())
    out_.key("thoughtSignature").string(signature);
  out_.end_object();
}

void body_writer::write_call(const chat_part& call) {
  auto back = seal_of(call);
  // Of calls made at once only the first is signed, and only that one is checked.
  if (signs_next_call_ && back.signature.empty())
    back.signature = no_signature;
  signs_next_call_ = false;
  out_.begin_object().key("functionCall").begin_object();
  if (!back.id.empty())
    out_.key("id").string(back.id);
  out_.key("name").string(call.tool);
  out_.key("args").raw(call.input);
  out_.end_object();
  if (!back.signature.empty())
    out_.key("thoughtSignature").string(back.signature);
  out_.end_object();
  if (!back.id.empty())
    ids_[call.call_id] = std::move(back.id);
}

void body_writer::write_result(const chat_part& result) {
  out_.begin_object().key("functionResponse").begin_object();
  if (auto own = ids_.find(result.call_id); own != ids_.end())
    out_.key("id").string(own->second);
  out_.key("name").string(result.tool);
  out_.key("response").begin_object();
  out_.key(result.failed ? "error" : "output").string(result.text);
  out_.end_object().end_object().end_object();
}

void body_writer::write_file(const chat_part& file) {
  out_.begin_object().key("inlineData").begin_object();
  out_.key("mimeType").string(file.mime_type);
  out_.key("data").string(text::to_base64(file.text));
  out_.end_object().end_object();
}

replayed body_writer::seal_of(const chat_part& part) {
  return part.opaque.text.empty() ? replayed() : read_opaque(parse_, part);
}

void body_writer::write_tools() {
  if (from_.tools.empty())
    return;
  out_.key("tools").begin_array().begin_object().key("functionDeclarations").begin_array();
  for (const auto& tool : from_.tools) {
    out_.begin_object().key("name").string(fitting_tool_name(tool.name));
    if (!tool.description.empty())
      out_.key("description").string(tool.description);
    // The other field, `parameters`, takes a small part of JSON Schema only.
    if (!tool.schema.text.empty())
      out_.key("parametersJsonSchema").raw(tool.schema.text);
    out_.end_object();
  }
  out_.end_array().end_object().end_array();
}

void body_writer::write_config() {
  auto thinking = thinking_of(from_);
  if (!from_.temperature && !from_.max_output_tokens && !thinking)
    return;
  out_.key("generationConfig").begin_object();
  if (from_.temperature)
    out_.key("temperature").number(*from_.temperature);
  if (from_.max_output_tokens)
    out_.key("maxOutputTokens").integer(*from_.max_output_tokens);
  if (thinking) {
    out_.key("thinkingConfig").begin_object();
    out_.key("includeThoughts").boolean(thinking->shown);
    if (thinking->budget)
      out_.key("thinkingBudget").integer(*thinking->budget);
    if (!thinking->level.empty())
      out_.key("thinkingLevel").string(thinking->level);
    out_.end_object();
  }
  out_.end_object();
}

} // namespace

std::string write_gemini(const chat_request& from) {
  return body_writer(from).write();
}

} // namespace kodad::proto::provider
