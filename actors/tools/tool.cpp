#include "actors/tools/tool.hpp"

#include <charconv>
#include <cmath>

namespace kodad::actors {

using proto::ec;

tool_output failed(proto::error why) {
  tool_output out;
  out.text = std::string(to_word(why.code)) + ": " + why.context;
  out.failure = std::move(why);
  return out;
}

tool_output failed(ec code, std::string why) {
  return failed(proto::make_error(code, std::move(why)));
}

tool_output missing(std::string_view argument) {
  return failed(ec::tool_invalid_args, "the argument " + std::string(argument) + " is missing");
}

proto::result<tool_arguments> tool_arguments::parse(std::string_view text) {
  proto::json::parser reading;
  auto root = reading.parse_object(text.empty() ? "{}" : text);
  if (!root)
    return proto::make_error(ec::tool_invalid_args,
                             "the arguments are no JSON object: " + root.failure().context);
  tool_arguments out;
  for (auto entry : *root) {
    if (entry.value.is_null())
      continue;
    std::string_view plain;
    bool is_text = entry.value.get(plain) == simdjson::SUCCESS;
    out.all_.push_back(
        {std::string(entry.key), is_text ? std::string(plain) : proto::json::to_text(entry.value)});
  }
  return out;
}

std::optional<std::string> tool_arguments::text(names any_of) const {
  for (auto name : any_of)
    for (auto one = all_.rbegin(); one != all_.rend(); ++one)
      if (one->name == name)
        return one->text;
  return std::nullopt;
}

proto::result<std::optional<int64_t>> tool_arguments::number(names any_of) const {
  auto given = text(any_of);
  if (!given)
    return std::optional<int64_t>();
  // "1.0" counts as 1: some models write every number so.
  double number = 0;
  auto end = given->data() + given->size();
  auto read = std::from_chars(given->data(), end, number);
  if (read.ptr != end || read.ec != std::errc() || !(std::abs(number) < 1e15))
    return proto::make_error(ec::tool_invalid_args, "the argument " + std::string(*any_of.begin()) +
                                                        " must be a whole number");
  return std::optional(static_cast<int64_t>(number));
}

bool tool_arguments::flag(names any_of) const {
  auto given = text(any_of);
  return given && (*given == "true" || *given == "1" || *given == "yes");
}

} // namespace kodad::actors
