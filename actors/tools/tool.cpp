#include "actors/tools/tool.hpp"

#include <charconv>

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

proto::error missing(std::string_view argument) {
  return proto::make_error(ec::tool_invalid_args,
                           "the argument " + std::string(argument) + " is missing");
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

std::optional<std::string> tool_arguments::text(std::string_view name) const {
  for (auto one = all_.rbegin(); one != all_.rend(); ++one)
    if (one->name == name)
      return one->text;
  return std::nullopt;
}

std::vector<std::string> tool_arguments::texts(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& one : all_)
    if (one.name == name)
      out.push_back(one.text);
  return out;
}

std::optional<size_t> tool_arguments::count(std::string_view name) const {
  auto given = text(name);
  size_t number = 0;
  if (!given ||
      std::from_chars(given->data(), given->data() + given->size(), number).ec != std::errc() ||
      number == 0)
    return std::nullopt;
  return number;
}

bool tool_arguments::flag(std::string_view name, bool usual) const {
  auto given = text(name);
  return given ? *given == "true" : usual;
}

} // namespace kodad::actors
