#include "tests/proto/provider/strict_rules.hpp"

#include <algorithm>

namespace kodad::test {

namespace {

class chat_check {
public:
  explicit chat_check(const strictness& by) : by_(by) {}

  std::string run(std::string_view body);

private:
  void look(const json::object& message);
  void look_at_user(const json::object& message);
  void look_at_assistant(const json::object& message);
  void look_at_call(const json::object& call);
  void look_at_result(const json::object& message);
  void look_at_part(const json::object& part);
  bool is_id(std::string_view id) const;

  strictness by_;
  complaint_book book_;
  std::string last_ = "system";
  std::vector<open_call> open_;
  std::set<std::string> ids_;
  bool has_calls_ = false;
};

std::string chat_check::run(std::string_view body) {
  json::parser parse;
  auto root = read_body(parse, body, book_);
  auto messages = root ? json::find_array(*root, "messages") : std::nullopt;
  if (!book_.expect(messages && messages->size() > 0, "no messages"))
    return book_.first();
  bool first = true;
  for (auto node : *messages) {
    auto message = json::object(node);
    if (!first || text_at(message, "role") != "system")
      look(message);
    else
      book_.expect(!blank(text_at(message, "content")), "blank system message");
    first = false;
  }
  book_.expect(open_.empty(), "Not the same number of function calls and responses");
  book_.expect(last_ == "user" || last_ == "tool",
               "Expected last role User or Tool for serving but got " + last_);
  auto tools = json::find_array(*root, "tools");
  book_.expect(!has_calls_ || (tools && tools->size() > 0),
               "toolConfig must be defined when using toolUse and toolResult");
  return book_.first();
}

void chat_check::look(const json::object& message) {
  std::string role(text_at(message, "role"));
  bool follows = role == "user"        ? last_ == "system" || last_ == "assistant"
                 : role == "assistant" ? last_ == "user" || last_ == "tool"
                 : role == "tool"      ? last_ == "tool" || last_ == "assistant"
                                       : false;
  book_.expect(follows, "Unexpected role '" + role + "' after role '" + last_ + "'");
  if (role == "user")
    look_at_user(message);
  if (role == "assistant")
    look_at_assistant(message);
  if (role == "tool")
    look_at_result(message);
  last_ = role;
}

void chat_check::look_at_user(const json::object& message) {
  book_.expect(open_.empty(), "Not the same number of function calls and responses");
  book_.expect(has_only(message, {"role", "content"}), "user: extra field");
  auto parts = json::find_array(message, "content");
  if (!parts) {
    book_.expect(!blank(text_at(message, "content")), "user: blank content");
    return;
  }
  book_.expect(parts->size() > 0, "user: no parts");
  for (auto part : *parts)
    look_at_part(part);
}

void chat_check::look_at_part(const json::object& part) {
  auto type = text_at(part, "type");
  if (type == "text")
    book_.expect(!blank(text_at(part, "text")), "user: blank text part");
  else if (type == "image_url")
    book_.expect(by_.sees, "unknown variant `image_url`, expected `text`");
  else
    book_.expect(type == "file" && by_.reads_pdfs, "unknown part type");
}

void chat_check::look_at_assistant(const json::object& message) {
  book_.expect(open_.empty(), "Not the same number of function calls and responses");
  book_.expect(has_only(message, {"role", "content", "tool_calls", "reasoning_content"}),
               "assistant: extra field");
  auto content = json::find(message, "content");
  auto calls = json::find_array(message, "tool_calls");
  bool speaks = content && content->is_string();
  book_.expect(speaks ? !blank(text_at(message, "content")) : calls.has_value(),
               "Assistant message must have either content or tool_calls, but not none");
  auto reasoning = json::find_string(message, "reasoning_content");
  book_.expect(!reasoning || !blank(*reasoning), "blank reasoning_content");
  if (!calls) {
    book_.expect(!reasoning, "property 'reasoning_content' is unsupported");
    return;
  }
  book_.expect(calls->size() > 0, "tool_calls: empty array");
  book_.expect(reasoning.has_value() || !by_.wants_reasoning, "Missing `reasoning_content` field");
  book_.expect(!reasoning || by_.wants_reasoning || *reasoning == "(not recorded)" ||
                   reasoning->find("of " + std::string(by_.model)) != std::string_view::npos,
               "reasoning of another model");
  has_calls_ = true;
  for (auto call : *calls)
    look_at_call(call);
}

bool chat_check::is_id(std::string_view id) const {
  if (by_.nine_digit_ids)
    return id.size() == 9 && is_word(id, 9, "");
  return is_word(id, 40, by_.dotted_ids ? "_-.:" : "_-");
}

void chat_check::look_at_call(const json::object& call) {
  std::string id(text_at(call, "id"));
  book_.expect(is_id(id), "bad call id " + id);
  book_.expect(ids_.insert(id).second, "Duplicate tool call id " + id);
  auto function = json::find_object(call, "function");
  if (!book_.expect(function.has_value(), "a call without a function"))
    return;
  std::string name(text_at(*function, "name"));
  book_.expect(is_name(name), "Function name was " + name);
  book_.expect(is_object(text_at(*function, "arguments")), "arguments are no object");
  open_.push_back({id, name});
}

void chat_check::look_at_result(const json::object& message) {
  std::string id(text_at(message, "tool_call_id"));
  if (!book_.expect(!open_.empty() && open_.front().id == id,
                    "Unexpected tool call id " + id + " in tool results"))
    return;
  open_.erase(open_.begin());
  book_.expect(!blank(text_at(message, "content")), "tool: blank content");
}

} // namespace

std::string refuse_chat(std::string_view body, const strictness& by) {
  return chat_check(by).run(body);
}

} // namespace kodad::test
