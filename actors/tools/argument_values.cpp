#include "actors/tools/argument_values.hpp"

#include "proto/text/ascii.hpp"
#include "proto/text/shell_word.hpp"

#include <charconv>
#include <cmath>

namespace kodad::actors {

namespace {

using values = proto::result<std::vector<std::string>>;
using proto::json::value;

proto::error wrong(std::string context) {
  return proto::make_error(proto::ec::tool_invalid_args, std::move(context));
}

std::string_view name_of(const value& given) {
  switch (given.type()) {
  case simdjson::dom::element_type::ARRAY:
    return "a list";
  case simdjson::dom::element_type::OBJECT:
    return "an object";
  case simdjson::dom::element_type::BOOL:
    return "true or false";
  case simdjson::dom::element_type::STRING:
    return "a string";
  default:
    return "a number";
  }
}

std::optional<std::string_view> string_of(const value& given) {
  std::string_view out;
  return given.get(out) == simdjson::SUCCESS ? std::optional(out) : std::nullopt;
}

values text_of(const value& given, bool may_be_empty) {
  auto text = string_of(given);
  if (!text)
    return wrong("must be a string, not " + std::string(name_of(given)));
  if (text->empty() && !may_be_empty)
    return wrong("is empty");
  return std::vector{std::string(*text)};
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// "1.0" counts as 1: some models write every number so.
values count_of(const value& given) {
  auto text = string_of(given);
  auto digits = text ? std::string(trim(*text)) : proto::json::to_text(given);
  bool is_number = text || given.is_number();
  double number = 0;
  auto end = digits.data() + digits.size();
  auto read = std::from_chars(digits.data(), end, number);
  if (!is_number || read.ptr != end || read.ec != std::errc() || std::trunc(number) != number ||
      !(number >= 0 && number < 1e15))
    return wrong("must be a whole number from 0, not " +
                 (digits.size() <= 40 ? digits : std::string(name_of(given))));
  return std::vector{std::to_string(static_cast<int64_t>(number))};
}

values flag_of(const value& given) {
  auto text = string_of(given);
  auto word = proto::text::to_lower(text ? std::string(trim(*text)) : proto::json::to_text(given));
  for (auto yes : {"true", "1", "yes", "on"})
    if (word == yes)
      return std::vector{std::string("true")};
  for (auto no : {"false", "0", "no", "off"})
    if (word == no)
      return std::vector{std::string("false")};
  return wrong("must be true or false" + (text ? ", not '" + word.substr(0, 40) + "'"
                                               : ", not " + std::string(name_of(given))));
}

values words_of(const proto::json::array& list) {
  std::vector<std::string> out;
  for (auto word : list) {
    auto text = string_of(word);
    if (!text && !word.is_number() && !word.is_bool())
      return wrong("must be a string or a list of strings; the list holds " +
                   std::string(word.is_null() ? "null" : name_of(word)));
    out.push_back(text ? std::string(*text) : proto::json::to_text(word));
  }
  return out;
}

values line_of(const proto::json::array& list) {
  auto words = words_of(list);
  if (!words)
    return words.failure();
  if (words->empty() || words->front().empty())
    return wrong("is empty");
  return std::vector{shell_line(*words)};
}

values command_of(const value& given) {
  proto::json::array list;
  if (given.get(list) == simdjson::SUCCESS)
    return line_of(list);
  auto text = string_of(given);
  if (!text)
    return wrong("must be a string or a list of strings, not " + std::string(name_of(given)));
  if (trim(*text).empty())
    return wrong("is empty");
  // A list written as text: no command's name begins so.
  if (trim(*text).starts_with("[\"")) {
    proto::json::parser reading;
    auto inner = reading.parse(*text);
    if (inner && inner->get(list) == simdjson::SUCCESS)
      return line_of(list);
  }
  return std::vector{std::string(*text)};
}

values globs_of(const value& given) {
  proto::json::array list;
  if (given.get(list) != simdjson::SUCCESS) {
    auto one = text_of(given, true);
    if (one && one->front().empty())
      one->clear();
    return one;
  }
  std::vector<std::string> out;
  for (auto each : list) {
    auto one = text_of(each, false);
    if (!one)
      return one;
    out.push_back(std::move(one->front()));
  }
  return out;
}

} // namespace

values read_value_as(argument_kind kind, const value& given) {
  switch (kind) {
  case argument_kind::text:
    return text_of(given, true);
  case argument_kind::filled:
    return text_of(given, false);
  case argument_kind::place: {
    auto path = text_of(given, true);
    if (path && path->front().empty())
      path->clear();
    return path;
  }
  case argument_kind::count:
    return count_of(given);
  case argument_kind::flag:
    return flag_of(given);
  case argument_kind::command:
    return command_of(given);
  case argument_kind::globs:
    return globs_of(given);
  case argument_kind::any:
    break;
  }
  auto plain = string_of(given);
  return std::vector{plain ? std::string(*plain) : proto::json::to_text(given)};
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words)
    out.append(out.empty() ? "" : " ").append(proto::text::shell_word(word));
  return out;
}

} // namespace kodad::actors
