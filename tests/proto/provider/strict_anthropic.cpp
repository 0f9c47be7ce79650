#include "tests/proto/provider/strict_rules.hpp"

#include <algorithm>

namespace kodad::test {

namespace {

class anthropic_check {
public:
  explicit anthropic_check(const strictness& by) : by_(by) {}

  std::string run(std::string_view body);

private:
  void look(const json::object& message);
  void look_at_user_block(const json::object& block, bool& after_results);
  void look_at_assistant_block(const json::object& block);
  void look_at_call(const json::object& block);
  void look_at_result(const json::object& block);
  void look_at_seal(const json::object& block, std::string_view key);

  strictness by_;
  complaint_book book_;
  std::string last_role_;
  std::vector<open_call> open_;
  std::set<std::string> ids_;
  size_t marks_ = 0;
  bool has_calls_ = false;
};

std::string anthropic_check::run(std::string_view body) {
  json::parser parse;
  auto root = read_body(parse, body, book_);
  auto messages = root ? json::find_array(*root, "messages") : std::nullopt;
  if (!book_.expect(messages && messages->size() > 0, "messages: at least one is required"))
    return book_.first();
  for (auto message : *messages)
    look(message);
  book_.expect(open_.empty(), "tool_use ids were found without tool_result blocks at the end");
  book_.expect(last_role_ == "user", "This model does not support assistant message prefill");
  book_.expect(marks_ <= 2, "too many blocks with cache_control");
  auto tools = json::find_array(*root, "tools");
  book_.expect(!has_calls_ || (tools && tools->size() > 0),
               "Requests which include tool_use blocks must define tools");
  return book_.first();
}

void anthropic_check::look(const json::object& message) {
  std::string role(text_at(message, "role"));
  book_.expect(last_role_.empty() ? role == "user" : role != last_role_,
               "roles must alternate: " + role + " after " + last_role_);
  auto blocks = json::find_array(message, "content");
  if (!book_.expect(blocks && blocks->size() > 0, role + ": no content"))
    return;
  bool after_results = false;
  std::string_view last_type;
  for (auto node : *blocks) {
    auto block = json::object(node);
    last_type = text_at(block, "type");
    bool marked = json::find(block, "cache_control").has_value();
    marks_ += marked ? 1 : 0;
    book_.expect(!marked || last_type != "thinking", "cache_control on thinking");
    if (role == "user")
      look_at_user_block(block, after_results);
    else
      look_at_assistant_block(block);
  }
  if (role == "user")
    book_.expect(open_.empty(), "tool_use ids were found without tool_result blocks");
  else
    book_.expect(!last_type.ends_with("thinking"), "The final block cannot be thinking");
  last_role_ = role;
}

void anthropic_check::look_at_user_block(const json::object& block, bool& after_results) {
  auto type = text_at(block, "type");
  if (type == "tool_result") {
    book_.expect(!after_results, "tool_result blocks must come first");
    return look_at_result(block);
  }
  after_results = true;
  if (type == "text")
    book_.expect(!blank(text_at(block, "text")),
                 "text content blocks must contain non-whitespace text");
  else if (type == "image")
    book_.expect(by_.sees, "this model takes no images");
  else
    book_.expect(type == "document" && by_.reads_pdfs, "unexpected block in a user message");
  auto source = json::find_object(block, "source");
  book_.expect(type == "text" || (source && !text_at(*source, "data").empty()), "empty file");
  if (type == "image" && source)
    book_.expect(text_at(*source, "media_type") == "image/png",
                 "the image appears to be a image/png image");
}

void anthropic_check::look_at_assistant_block(const json::object& block) {
  auto type = text_at(block, "type");
  if (type == "text")
    book_.expect(!blank(text_at(block, "text")),
                 "text content blocks must contain non-whitespace text");
  else if (type == "thinking")
    look_at_seal(block, "signature");
  else if (type == "redacted_thinking")
    look_at_seal(block, "data");
  else if (book_.expect(type == "tool_use", "unexpected block in an assistant message"))
    look_at_call(block);
}

void anthropic_check::look_at_seal(const json::object& block, std::string_view key) {
  book_.expect(text_at(block, key).find("seal of " + std::string(by_.model)) !=
                   std::string_view::npos,
               "Invalid `signature` in `thinking` block");
}

void anthropic_check::look_at_call(const json::object& block) {
  std::string id(text_at(block, "id"));
  book_.expect(is_word(id, 64), "tool_use.id: String should match pattern: " + id);
  book_.expect(ids_.insert(id).second, "tool_use ids must be unique");
  book_.expect(is_name(text_at(block, "name")), "tool_use.name: String should match pattern");
  book_.expect(json::find_object(block, "input").has_value(), "tool_use.input: not a dictionary");
  open_.push_back({id, ""});
  has_calls_ = true;
}

void anthropic_check::look_at_result(const json::object& block) {
  std::string id(text_at(block, "tool_use_id"));
  auto found = std::ranges::find(open_, id, &open_call::id);
  if (!book_.expect(found != open_.end(), "unexpected tool_use_id found: " + id))
    return;
  open_.erase(found);
  book_.expect(!blank(text_at(block, "content")), "tool_result: content cannot be empty");
}

} // namespace

std::string refuse_anthropic(std::string_view body, const strictness& by) {
  return anthropic_check(by).run(body);
}

} // namespace kodad::test
