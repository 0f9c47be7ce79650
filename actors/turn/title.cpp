#include "actors/turn/title.hpp"

#include "proto/text/control_signs.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>

namespace kodad::actors {

namespace {

constexpr size_t words_max = 8;
constexpr size_t bytes_max = 60;
constexpr std::string_view blanks = " \t\r\n";

} // namespace

std::string make_title(std::string_view content) {
  auto start = content.find_first_not_of(blanks);
  if (start == std::string_view::npos)
    return "";
  auto line = content.substr(start, content.find('\n', start) - start);
  std::string out;
  size_t words = 0;
  for (size_t at = 0; at < line.size();) {
    auto first = line.find_first_not_of(blanks, at);
    if (first == std::string_view::npos)
      break;
    auto last = std::min(line.find_first_of(blanks, first), line.size());
    auto word = line.substr(first, last - first);
    if (++words > words_max || out.size() + 1 + word.size() > bytes_max) {
      if (out.empty())
        out = proto::text::prefix(word, bytes_max);
      return proto::text::show_controls(std::move(out)) + "…";
    }
    out += (out.empty() ? "" : " ") + std::string(word);
    at = last;
  }
  return proto::text::show_controls(std::move(out));
}

std::string title_of_answer(std::string_view answer) {
  constexpr std::string_view wrapping = " \t\r\n\"'`*#.";
  auto first = answer.find_first_not_of(wrapping);
  if (first == std::string_view::npos)
    return "";
  auto line = answer.substr(first, answer.find('\n', first) - first);
  return make_title(line.substr(0, line.find_last_not_of(wrapping) + 1));
}

proto::chat_request title_request(const proto::model& by, std::string_view content) {
  constexpr size_t content_max = 4000; // A title needs no more of it.
  constexpr int64_t answer_max = 1000; // Room for a model that cannot but reason.
  proto::chat_request out;
  out.model = by.id;
  out.system = {
      "You name conversations. Answer with a title of at most six words for the message "
      "you are given, in its language, and with nothing else: no quotes, no full stop. Do "
      "not answer the message itself."};
  proto::chat_part said;
  said.text = proto::text::prefix(content, content_max);
  out.messages.push_back({proto::chat_role::user, {std::move(said)}});
  out.max_output_tokens = std::min(answer_max, by.max_output_tokens.value_or(answer_max));
  out.model_reasons = by.reasoning;
  if (by.reasoning)
    out.reasoning_effort = "low";
  out.model_output_max = by.max_output_tokens;
  out.only_responses = by.only_responses;
  return out;
}

} // namespace kodad::actors
