#include "tests/proto/provider/strict_rules.hpp"

#include <algorithm>

namespace kodad::test {

namespace {

class gemini_check {
public:
  explicit gemini_check(const strictness& by) : by_(by) {}

  std::string run(std::string_view body);

private:
  void look(const json::object& content);
  void look_at_part(const json::object& part, bool model);
  void look_at_call(const json::object& part, const json::object& call);
  void look_at_response(const json::object& response);

  strictness by_;
  complaint_book book_;
  std::string last_role_;
  std::vector<open_call> open_;
  bool responses_over_ = false;
};

std::string gemini_check::run(std::string_view body) {
  json::parser parse;
  auto root = read_body(parse, body, book_);
  auto contents = root ? json::find_array(*root, "contents") : std::nullopt;
  if (!book_.expect(contents && contents->size() > 0, "contents is not specified"))
    return book_.first();
  for (auto content : *contents)
    look(content);
  book_.expect(last_role_ == "user", "Please ensure that the last turn is the user's");
  book_.expect(open_.empty(), "function calls without responses at the end");
  return book_.first();
}

void gemini_check::look(const json::object& content) {
  std::string role(text_at(content, "role"));
  bool model = role == "model";
  book_.expect(model ? last_role_ == "user" : last_role_ != "user",
               "Please ensure that roles alternate between user and model");
  auto parts = json::find_array(content, "parts");
  if (!book_.expect(parts && parts->size() > 0, "contents.parts must not be empty"))
    return;
  responses_over_ = false;
  for (auto part : *parts)
    look_at_part(part, model);
  book_.expect(model || open_.empty(), "Please ensure that the number of function response parts "
                                       "is equal to the number of function call parts");
  last_role_ = role;
}

void gemini_check::look_at_part(const json::object& part, bool model) {
  if (auto seal = json::find_string(part, "thoughtSignature"))
    book_.expect(seal->find("seal of " + std::string(by_.model)) != std::string_view::npos ||
                     *seal == "skip_thought_signature_validator",
                 "Thought signature is not valid");
  if (auto call = json::find_object(part, "functionCall")) {
    book_.expect(model, "a function call of the user");
    return look_at_call(part, *call);
  }
  if (auto response = json::find_object(part, "functionResponse")) {
    book_.expect(!model && !responses_over_, "function response turn comes not right after a call");
    return look_at_response(*response);
  }
  responses_over_ = true;
  if (auto file = json::find_object(part, "inlineData")) {
    bool pdf = text_at(*file, "mimeType") == "application/pdf";
    book_.expect(!model && !text_at(*file, "data").empty(), "an empty file");
    book_.expect(pdf ? by_.reads_pdfs : by_.sees, "Unsupported MIME type");
    return;
  }
  auto text = json::find_string(part, "text");
  book_.expect(text && (!blank(*text) || json::find(part, "thoughtSignature")),
               "part.data: required oneof field must have one initialized field");
}

void gemini_check::look_at_call(const json::object& part, const json::object& call) {
  std::string name(text_at(call, "name"));
  book_.expect(is_name(name), "Invalid function name " + name);
  book_.expect(json::find_object(call, "args").has_value(), "args: not an object");
  bool checked = by_.model.find("gemini-3") != std::string_view::npos;
  book_.expect(!checked || !open_.empty() || json::find(part, "thoughtSignature"),
               "Function call is missing a thought_signature");
  open_.push_back({std::string(text_at(call, "id")), name});
}

void gemini_check::look_at_response(const json::object& response) {
  std::string name(text_at(response, "name"));
  if (!book_.expect(!open_.empty() && open_.front().name == name &&
                        open_.front().id == text_at(response, "id"),
                    "a function response that answers no call: " + name))
    return;
  open_.erase(open_.begin());
  auto content = json::find_object(response, "response");
  book_.expect(content && content->size() > 0, "function_response.response: empty");
}

} // namespace

std::string refuse_gemini(std::string_view body, const strictness& by) {
  return gemini_check(by).run(body);
}

} // namespace kodad::test
