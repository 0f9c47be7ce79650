#include "storage/config/expand_variables.hpp"

#include <algorithm>
#include <vector>

namespace kodad::storage {

namespace {

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_name_letter);
}

} // namespace

namespace {

/// "the environment variable A", "the environment variables A, B and C"
std::string variables_text(const std::vector<std::string>& names) {
  std::string out = names.size() == 1 ? "the environment variable " : "the environment variables ";
  for (size_t at = 0; at < names.size(); ++at)
    out += (at == 0 ? "" : at + 1 == names.size() ? " and " : ", ") + names[at];
  return out;
}

proto::result<std::string> fault(std::string text) {
  return proto::make_error(proto::ec::invalid_value, std::move(text));
}

void add_once(std::vector<std::string>& all, const std::string& one) {
  if (std::ranges::find(all, one) == all.end())
    all.push_back(one);
}

/// Why a text between ${ and } is no variable's name; empty when it is one.
std::string name_fault(const std::string& name) {
  if (name.empty())
    return "expected a name between ${ and }";
  return is_name(name) ? ""
                       : "expected letters, digits and _ between ${ and }: a variable's name "
                         "alone, nothing to take in its place";
}

} // namespace

proto::result<std::string>
expand_variables(std::string_view text, const host::environment& variables, empty_variable empty) {
  std::string out;
  std::vector<std::string> missing;
  std::vector<std::string> without;
  for (;;) {
    auto start = text.find("${");
    out += text.substr(0, start);
    if (start == std::string_view::npos)
      break;
    auto end = text.find('}', start);
    if (end == std::string_view::npos)
      return fault("expected a } after ${");
    std::string name(text.substr(start + 2, end - start - 2));
    if (auto wrong = name_fault(name); !wrong.empty())
      return fault(std::move(wrong));
    auto value = variables(name);
    if (!value)
      add_once(missing, name);
    else if (value->empty() && empty == empty_variable::refused)
      add_once(without, name);
    out += value.value_or("");
    text.remove_prefix(end + 1);
  }
  auto told = missing.empty() ? "" : "expected " + variables_text(missing) + " to be set";
  if (!without.empty())
    told += (told.empty() ? "expected " : ", and ") + variables_text(without) +
            (without.size() == 1 ? " to hold something; it is set, but empty"
                                 : " to hold something; they are set, but empty");
  return told.empty() ? proto::result<std::string>(std::move(out)) : fault(std::move(told));
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
