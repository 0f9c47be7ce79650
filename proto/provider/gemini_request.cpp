#include "proto/provider/gemini_request.hpp"

#include "proto/json/reader.hpp"
#include "proto/json/writer.hpp"
#include "proto/model.hpp"
#include "proto/provider/file_parts.hpp"
#include "proto/provider/gemini_dialect.hpp"
#include "proto/text/base64.hpp"

#include <algorithm>
#include <array>

namespace kodad::proto::provider {

namespace {

// Google's documented stand-in for calls that another model made: the check is skipped.
constexpr std::string_view no_signature = "skip_thought_signature_validator";

constexpr std::string_view lost_beginning = "[The beginning of the conversation is left out.]";

constexpr std::array<std::string_view, 6> files_read{"application/pdf", "image/png",  "image/jpeg",
                                                     "image/webp",      "image/heic", "image/heif"};

/// What came with a part and goes back with it.
struct replayed {
  std::string signature;
  std::string id;
};

/// A call of the content written last, whose result is still to come.
struct sent_call {
  std::string call_id;
  std::string id; ///< Gemini's own.
  std::string tool;
};

struct content {
  chat_role role;
  std::vector<std::string> parts; ///< As JSON.
};

class body_writer {
public:
  explicit body_writer(const chat_request& from) : from_(from) {}

  std::string write();

private:
  void write_system();
  void write_contents();
  void write_tools();
  void write_config();

  void add(chat_role role, std::string part);
  void add_user(const chat_message& message);
  void add_assistant(const chat_message& message);
  void add_call(const chat_part& call);
  void add_result(const chat_part& result);
  void add_file(const chat_part& file);
  void add_text(chat_role role, std::string_view text, std::string_view signature);
  replayed read_opaque(const chat_part& part);
  size_t place_of(const chat_part& result) const;

  const chat_request& from_;
  json::writer out_;
  json::parser parse_;
  std::vector<content> contents_;
  std::vector<sent_call> calls_;
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
                              [](const std::string& part) { return !part.empty(); });
  if (!has_text)
    return;
  out_.key("systemInstruction").begin_object().key("parts").begin_array();
  for (const auto& part : from_.system)
    if (!part.empty())
      out_.begin_object().key("text").string(part).end_object();
  out_.end_array().end_object();
}

void body_writer::write_contents() {
  for (const auto& message : from_.messages) {
    if (message.role == chat_role::user)
      add_user(message);
    else
      add_assistant(message);
  }
  out_.key("contents").begin_array();
  for (const auto& one : contents_) {
    out_.begin_object().key("role").string(one.role == chat_role::user ? "user" : "model");
    out_.key("parts").begin_array();
    for (const auto& part : one.parts)
      out_.raw(part);
    out_.end_array().end_object();
  }
  out_.end_array();
}

void body_writer::add(chat_role role, std::string part) {
  if (contents_.empty() && role == chat_role::assistant)
    add_text(chat_role::user, lost_beginning, "");
  if (contents_.empty() || contents_.back().role != role)
    contents_.push_back({role, {}});
  contents_.back().parts.push_back(std::move(part));
}

void body_writer::add_user(const chat_message& message) {
  std::vector<const chat_part*> results;
  for (const auto& part : message.parts)
    if (part.kind == chat_part_kind::tool_result)
      results.push_back(&part);
  // Without ids only the order tells which result is whose.
  std::stable_sort(results.begin(), results.end(), [this](const auto* left, const auto* right) {
    return place_of(*left) < place_of(*right);
  });
  for (const auto* result : results)
    add_result(*result);
  for (const auto& part : message.parts) {
    if (part.kind == chat_part_kind::text && !part.text.empty())
      add_text(chat_role::user, part.text, "");
    else if (part.kind == chat_part_kind::file)
      add_file(part);
  }
}

size_t body_writer::place_of(const chat_part& result) const {
  auto at = std::find_if(calls_.begin(), calls_.end(), [&result](const sent_call& call) {
    return call.call_id == result.call_id;
  });
  return static_cast<size_t>(at - calls_.begin());
}

void body_writer::add_result(const chat_part& result) {
  auto place = place_of(result);
  bool known = place < calls_.size();
  json::writer part;
  part.begin_object().key("functionResponse").begin_object();
  if (known && !calls_[place].id.empty())
    part.key("id").string(calls_[place].id);
  part.key("name").string(result.tool.empty() && known ? calls_[place].tool : result.tool);
  part.key("response").begin_object();
  part.key(result.failed ? "error" : "output").string(result.text);
  part.end_object().end_object().end_object();
  add(chat_role::user, part.take());
}

void body_writer::add_file(const chat_part& file) {
  bool taken = std::find(files_read.begin(), files_read.end(), file.mime_type) != files_read.end();
  if (!taken || (is_image(file.mime_type) && !from_.model_sees))
    return add_text(chat_role::user, file_as_text(file), "");
  json::writer part;
  part.begin_object().key("inlineData").begin_object();
  part.key("mimeType").string(file.mime_type);
  part.key("data").string(text::to_base64(file.text));
  part.end_object().end_object();
  add(chat_role::user, part.take());
}

void body_writer::add_text(chat_role role, std::string_view text, std::string_view signature) {
  json::writer part;
  part.begin_object().key("text").string(text);
  if (!signature.empty())
    part.key("thoughtSignature").string(signature);
  part.end_object();
  add(role, part.take());
}

void body_writer::add_assistant(const chat_message& message) {
  if (contents_.empty() || contents_.back().role == chat_role::user)
    calls_.clear();
  for (const auto& part : message.parts) {
    if (part.kind == chat_part_kind::tool_call) {
      add_call(part);
      continue;
    }
    auto signature = read_opaque(part).signature;
    if (part.kind == chat_part_kind::text && (!part.text.empty() || !signature.empty()))
      add_text(chat_role::assistant, part.text, signature);
    if (part.kind != chat_part_kind::reasoning || signature.empty())
      continue;
    json::writer thought;
    thought.begin_object().key("text").string(part.text).key("thought").boolean(true);
    thought.key("thoughtSignature").string(signature).end_object();
    add(chat_role::assistant, thought.take());
  }
}

void body_writer::add_call(const chat_part& call) {
  auto back = read_opaque(call);
  // Of calls made at once only the first is signed, and only that one is checked.
  bool first = calls_.empty();
  if (first && back.signature.empty() && checks_signatures(name_of(from_.model)))
    back.signature = no_signature;
  bool whole = parse_.parse_object(call.input).ok();
  json::writer part;
  part.begin_object().key("functionCall").begin_object();
  if (!back.id.empty())
    part.key("id").string(back.id);
  part.key("name").string(call.tool);
  part.key("args").raw(whole ? std::string_view(call.input) : "{}");
  part.end_object();
  if (!back.signature.empty())
    part.key("thoughtSignature").string(back.signature);
  part.end_object();
  add(chat_role::assistant, part.take());
  calls_.push_back({call.call_id, std::move(back.id), call.tool});
}

replayed body_writer::read_opaque(const chat_part& part) {
  if (part.opaque.text.empty() || part.opaque_model != from_.model)
    return {};
  auto opaque = parse_.parse_object(part.opaque.text);
  if (!opaque)
    return {};
  return {std::string(json::find_string(*opaque, "thoughtSignature").value_or("")),
          std::string(json::find_string(*opaque, "id").value_or(""))};
}

void body_writer::write_tools() {
  if (from_.tools.empty())
    return;
  out_.key("tools").begin_array().begin_object().key("functionDeclarations").begin_array();
  for (const auto& tool : from_.tools) {
    out_.begin_object().key("name").string(tool.name);
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
