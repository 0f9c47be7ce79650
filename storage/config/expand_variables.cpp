#include "storage/config/expand_variables.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_name_letter);
}

} // namespace

proto::result<std::string>
expand_variables(std::string_view text, const host::environment& variables, empty_variable empty) {
  std::string out;
  for (;;) {
    auto start = text.find("${");
    out += text.substr(0, start);
    if (start == std::string_view::npos)
      return out;
    auto end = text.find('}', start);
    if (end == std::string_view::npos)
      return proto::make_error(proto::ec::invalid_value, "expected a } after ${");
    std::string name(text.substr(start + 2, end - start - 2));
    if (name.empty())
      return proto::make_error(proto::ec::invalid_value, "expected a name between ${ and }");
    if (!is_name(name))
      return proto::make_error(proto::ec::invalid_value,
                               "expected letters, digits and _ between ${ and }: a variable's name "
                               "alone, nothing to take in its place");
    auto value = variables(name);
    if (!value)
      return proto::make_error(proto::ec::invalid_value,
                               "expected the environment variable " + name + " to be set");
    if (value->empty() && empty == empty_variable::refused)
      return proto::make_error(proto::ec::invalid_value,
                               "expected the environment variable " + name +
                                   " to hold something; it is set, but empty");
    out += *value;
    text.remove_prefix(end + 1);
  }
}

bool is_bare_variable(std::string_view text) {
  return text.size() > 1 && text.front() == '$' && !(text[1] >= '0' && text[1] <= '9') &&
         is_name(text.substr(1));
}

bool is_foreign_variable(std::string_view text) {
  struct spelling {
    std::string_view begin;
    std::string_view end;
  };
  constexpr spelling all[] = {{"{env:", "}"},      {"{file:", "}"}, {"{{", "}}"}, {"$(", ")"},
                              {"os.environ/", ""}, {"env:", ""},    {"%", "%"}};
  return std::ranges::any_of(all, [text](const spelling& one) {
    return text.size() > one.begin.size() + one.end.size() && text.starts_with(one.begin) &&
           text.ends_with(one.end);
  });
}

} // namespace kodad::storage
