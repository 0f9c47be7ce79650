#include "tests/proto/provider/strict_rules.hpp"

#include <algorithm>

namespace kodad::test {

namespace {

class responses_check {
public:
  explicit responses_check(const strictness& by) : by_(by) {}

  std::string run(std::string_view body);

private:
  void look(const json::object& item);
  void look_at_message(const json::object& item);
  void look_at_part(const json::object& part, bool assistant);
  void look_at_call(const json::object& item);
  void look_at_output(const json::object& item);
  void look_at_reasoning(const json::object& item);

  strictness by_;
  complaint_book book_;
  std::string last_;
  std::vector<open_call> open_;
  std::set<std::string> ids_;
};

std::string responses_check::run(std::string_view body) {
  json::parser parse;
  auto root = read_body(parse, body, book_);
  auto input = root ? json::find_array(*root, "input") : std::nullopt;
  if (!book_.expect(input && input->size() > 0, "Missing required parameter: 'input'"))
    return book_.first();
  for (auto item : *input)
    look(item);
  book_.expect(open_.empty(), "No tool output found for function call");
  book_.expect(last_ == "user" || last_ == "function_call_output", "the user must have the word");
  auto tools = json::find_array(*root, "tools");
  book_.expect(ids_.empty() || (tools && tools->size() > 0), "calls of tools that are not there");
  return book_.first();
}

void responses_check::look(const json::object& item) {
  std::string type(text_at(item, "type"));
  bool message = type.empty() || type == "message";
  if (message)
    type = text_at(item, "role");
  bool leads_on = type == "assistant" || type == "function_call" || type == "reasoning";
  book_.expect(last_ != "reasoning" || leads_on,
               "Item of type 'reasoning' was provided without its required following item");
  book_.expect(!last_.empty() || type == "user", "the user must begin");
  if (message)
    look_at_message(item);
  else if (type == "function_call")
    look_at_call(item);
  else if (type == "function_call_output")
    look_at_output(item);
  else if (book_.expect(type == "reasoning", "unknown item " + type))
    look_at_reasoning(item);
  last_ = type;
}

void responses_check::look_at_message(const json::object& item) {
  book_.expect(open_.empty(), "No tool output found for function call: a message in between");
  bool assistant = text_at(item, "role") == "assistant";
  auto parts = json::find_array(item, "content");
  if (!book_.expect(parts && parts->size() > 0, "content: empty"))
    return;
  for (auto part : *parts)
    look_at_part(part, assistant);
}

void responses_check::look_at_part(const json::object& part, bool assistant) {
  auto type = text_at(part, "type");
  if (type == (assistant ? "output_text" : "input_text"))
    book_.expect(!blank(text_at(part, "text")), "blank text");
  else if (type == "input_image")
    book_.expect(!assistant && by_.sees, "this model takes no images");
  else
    book_.expect(!assistant && type == "input_file" && by_.reads_pdfs, "unexpected part");
}

void responses_check::look_at_call(const json::object& item) {
  std::string id(text_at(item, "call_id"));
  book_.expect(last_ != "function_call_output" || open_.empty(), "a call among outputs");
  book_.expect(is_word(id, 64), "Invalid 'call_id': " + id);
  book_.expect(ids_.insert(id).second, "a call id that was there before: " + id);
  book_.expect(is_name(text_at(item, "name")), "Invalid 'name': string does not match pattern");
  book_.expect(is_object(text_at(item, "arguments")), "arguments are no object");
  open_.push_back({id, ""});
}

void responses_check::look_at_output(const json::object& item) {
  std::string id(text_at(item, "call_id"));
  auto found = std::ranges::find(open_, id, &open_call::id);
  if (!book_.expect(found != open_.end(), "No tool call found for function call output " + id))
    return;
  open_.erase(found);
  book_.expect(!blank(text_at(item, "output")), "blank output");
}

void responses_check::look_at_reasoning(const json::object& item) {
  book_.expect(!json::find(item, "id"), "Item with id not found: items are not stored");
  book_.expect(text_at(item, "encrypted_content").find("seal of " + std::string(by_.model)) !=
                   std::string_view::npos,
               "The encrypted content could not be verified");
}

} // namespace

std::string refuse_responses(std::string_view body, const strictness& by) {
  return responses_check(by).run(body);
}

} // namespace kodad::test
