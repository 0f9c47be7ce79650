#include "actors/turn/question_input.hpp"

#include "actors/tools/argument_values.hpp"
#include "proto/json/reader.hpp"
#include "proto/limits/answers.hpp"
#include "proto/text/ascii.hpp"

namespace kodad::actors {

namespace {

using questions = proto::result<std::vector<question_input>>;
namespace json = proto::json;

proto::error wrong(const std::string& argument, const std::string& why) {
  return proto::make_error(proto::ec::tool_invalid_args, "the argument " + argument + " " + why);
}

/// A list, also one that was written as text.
std::optional<json::array> list_of(const json::value& given, json::parser& reading) {
  json::array out;
  if (given.get(out) == simdjson::SUCCESS)
    return out;
  std::string_view text;
  if (given.get(text) != simdjson::SUCCESS || !text.starts_with('['))
    return std::nullopt;
  auto inner = reading.parse(text);
  if (!inner || inner->get(out) != simdjson::SUCCESS)
    return std::nullopt;
  return out;
}

proto::result<std::string> label_of(const json::value& option) {
  std::string_view text;
  json::object fields;
  if (option.get(fields) == simdjson::SUCCESS) {
    for (auto key : {"label", "value", "text", "title"})
      if (auto label = json::find_string(fields, key); label && !label->empty())
        return std::string(*label);
    return wrong("options", "must hold strings, or objects with a label");
  }
  if (option.get(text) != simdjson::SUCCESS || text.empty())
    return wrong("options", "must hold strings that are not empty, or objects with a label");
  return std::string(text);
}

proto::result<void> read_options(const json::value& given, question_input& out) {
  json::parser reading;
  auto list = list_of(given, reading);
  if (!list)
    return wrong("options", "must be a list");
  for (auto option : *list) {
    auto label = label_of(option);
    if (!label)
      return label.failure();
    out.options.push_back(std::move(*label));
  }
  return {};
}

/// In lower case, without what stands between words.
std::string fold(std::string_view key) {
  auto out = proto::text::to_lower(key);
  std::erase(out, '_');
  return out;
}

proto::result<void> read_field(std::string_view name, const json::value& given,
                               question_input& out) {
  std::string_view text;
  auto key = fold(name);
  if (key == "question") {
    if (given.get(text) != simdjson::SUCCESS || text.empty())
      return wrong("question", "must be a string that is not empty");
    out.question = text;
  } else if (key == "options") {
    return read_options(given, out);
  } else if (key == "multiple" || key == "multiselect") {
    auto flag = read_value_as(argument_kind::flag, given);
    if (!flag)
      return wrong("multiple", flag.failure().context);
    out.multiple = flag->front() == "true";
  } else if (key != "header" && key != "custom" && key != "purpose" && key != "questions") {
    return proto::make_error(proto::ec::tool_invalid_args,
                             "there is no argument '" + std::string(name.substr(0, 64)) +
                                 "' of a question; it takes question, options, multiple");
  }
  return {};
}

proto::result<question_input> read_one(const json::object& fields) {
  question_input out;
  for (auto field : fields)
    if (!field.value.is_null())
      if (auto read = read_field(field.key, field.value, out); !read)
        return read.failure();
  if (out.question.empty())
    return wrong("question", "is missing");
  return out;
}

questions read_list(const json::value& given) {
  json::parser reading;
  auto list = list_of(given, reading);
  if (!list || list->size() == 0)
    return wrong("questions", "must be a list of questions");
  if (list->size() > proto::limits::questions_of_call)
    return wrong("questions", "holds more than " +
                                  std::to_string(proto::limits::questions_of_call) +
                                  " questions; ask the first of them first");
  std::vector<question_input> out;
  for (auto each : *list) {
    json::object fields;
    std::string_view text;
    if (each.get(text) == simdjson::SUCCESS && !text.empty()) {
      out.push_back({std::string(text), {}, false});
      continue;
    }
    if (each.get(fields) != simdjson::SUCCESS)
      return wrong("questions", "must hold objects with a question each");
    auto one = read_one(fields);
    if (!one)
      return one.failure();
    out.push_back(std::move(*one));
  }
  return out;
}

} // namespace

questions read_questions(std::string_view input) {
  json::parser reading;
  auto root = reading.parse_object(input);
  if (!root)
    return proto::make_error(proto::ec::tool_invalid_args, root.failure().context);
  auto several = json::find(*root, "questions");
  if (several && !several->is_null()) {
    if (auto one = json::find(*root, "question"); one && !one->is_null())
      return proto::make_error(proto::ec::tool_invalid_args,
                               "the arguments question and questions are both given");
    return read_list(*several);
  }
  auto one = read_one(*root);
  if (!one)
    return one.failure();
  return std::vector{std::move(*one)};
}

} // namespace kodad::actors
