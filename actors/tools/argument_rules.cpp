#include "actors/tools/argument_rules.hpp"

#include "actors/tools/argument_values.hpp"
#include "proto/text/ascii.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;

namespace {

using kind = argument_kind;
using spellings = std::vector<std::string_view>;

struct rule {
  std::string_view name;
  kind is = kind::text;
  bool required = false;
  spellings also = {};
};

const spellings file_names{"file_path", "path",          "file",       "filename",
                           "filepath",  "absolute_path", "target_file"};
const spellings folder_names{"directory", "dir", "folder", "dir_path", "target_directory"};

const rule expected_version{"expectedVersion"};

const std::vector<rule> bash_rules{
    {"command", kind::command, true, {"cmd", "commands", "script"}},
    {"description"},
    {"timeout", kind::count, false, {"timeout_ms"}},
    {"workdir",
     kind::place,
     false,
     {"workingDir", "working_directory", "cwd", "directory", "dir_path"}},
    {"purpose"},
};

const std::vector<rule> edit_rules{
    {"filePath", kind::filled, true, file_names},
    {"oldString", kind::text, true, {"old_str", "old_text"}},
    {"newString", kind::text, true, {"new_str", "new_text"}},
    {"replaceAll", kind::flag, false, {"allow_multiple"}},
    {"expectedReplacements", kind::count, false, {"expected_occurrences"}},
    {"startLine", kind::count},
    {"endLine", kind::count},
    expected_version,
};

const std::vector<rule> glob_rules{
    {"pattern", kind::filled, true, {"glob", "filePattern", "glob_pattern"}},
    {"path", kind::place, false, folder_names},
    {"limit", kind::count, false, {"head_limit", "max_results"}},
    {"offset", kind::count},
    {"caseSensitive", kind::flag},
    {"-i", kind::flag, false, {"i", "ignoreCase", "case_insensitive"}},
    {"includeIgnored", kind::flag, false, {"no_ignore"}},
    {"respectGitIgnore", kind::flag},
};

const std::vector<rule> grep_rules{
    {"pattern", kind::filled, true, {"query", "regex"}},
    {"path", kind::place, false, folder_names},
    {"include", kind::globs, false, {"glob", "filePattern", "include_pattern"}},
    {"type", kind::filled, false, {"file_type"}},
    {"-i", kind::flag, false, {"i", "ignoreCase", "case_insensitive"}},
    {"caseSensitive", kind::flag},
    {"-A", kind::count, false, {"A", "after_context", "after"}},
    {"-B", kind::count, false, {"B", "before_context", "before"}},
    {"-C", kind::count, false, {"C", "context", "context_lines"}},
    {"-n", kind::flag, false, {"n", "lineNumber", "lineNumbers", "show_line_numbers"}},
    {"outputMode", kind::filled},
    {"headLimit", kind::count, false, {"limit", "max_results", "maxCount", "-m"}},
    {"offset", kind::count},
    {"multiline", kind::flag, false, {"-U"}},
    {"fixedStrings", kind::flag, false, {"-F", "literal", "fixed_string"}},
    {"wordRegexp", kind::flag, false, {"-w", "whole_word"}},
    {"onlyMatching", kind::flag, false, {"-o"}},
    {"invertMatch", kind::flag, false, {"-v"}},
    {"includeIgnored", kind::flag, false, {"no_ignore"}},
    {"respectGitIgnore", kind::flag},
};

const std::vector<rule> question_rules{
    {"question", kind::any},
    {"questions", kind::any},
    {"options", kind::any},
    {"multiple", kind::flag, false, {"multiSelect"}},
    {"header"},
    {"custom", kind::flag},
    {"purpose"},
};

const std::vector<rule> read_rules{
    {"filePath", kind::filled, true, file_names},
    {"offset", kind::count},
    {"limit", kind::count, false, {"lines"}},
    {"startLine", kind::count},
    {"endLine", kind::count},
};

const std::vector<rule> write_rules{
    {"filePath", kind::filled, true, file_names},
    {"content", kind::text, true, {"contents", "text", "file_text"}},
    expected_version,
};

const std::vector<rule>* rules_of(std::string_view tool) {
  const struct {
    std::string_view tool;
    const std::vector<rule>& rules;
  } all[] = {{"bash", bash_rules},        {"edit", edit_rules}, {"glob", glob_rules},
             {"grep", grep_rules},        {"read", read_rules}, {"write", write_rules},
             {"question", question_rules}};
  for (const auto& each : all)
    if (each.tool == tool)
      return &each.rules;
  return nullptr;
}

/// In lower case and without what stands between words.
std::string fold(std::string_view name) {
  std::string out;
  for (char c : name)
    if (c != '-' && c != '_' && c != ' ')
      out.push_back(proto::text::to_lower(c));
  return out;
}

/// The letters of flags are told apart by their case, words are not.
bool fits(std::string_view name, std::string_view spelling) {
  if (name == spelling)
    return true;
  constexpr size_t word = 3;
  auto folded = fold(name);
  return folded.size() >= word && folded == fold(spelling);
}

const rule* find_rule(const std::vector<rule>& rules, std::string_view name) {
  for (const auto& each : rules)
    if (each.name == name)
      return &each;
  for (const auto& each : rules)
    if (fits(name, each.name) ||
        std::ranges::any_of(each.also, [name](auto one) { return fits(name, one); }))
      return &each;
  return nullptr;
}

/// What other hosts have and this one has not: taken where it asks for what is so anyway.
struct foreign_argument {
  std::string_view tool;
  spellings names;
  std::string_view way_out;
  spellings harmless = {}; ///< Values beside false and nothing.
};

constexpr std::string_view no_escalation =
    "there is no escalation: every command runs in the sandbox, or without one, as the user has "
    "configured it, and the user is asked where a permission rule says so; leave the argument away";

const std::vector<foreign_argument> foreign_arguments{
    {"bash",
     {"run_in_background", "background", "is_background", "async"},
     "a command ends with its call, and what it leaves running is ended with it; run it in the "
     "foreground with a timeout, or start, use and stop a server within one command"},
    {"bash", {"dangerouslyDisableSandbox"}, "the sandbox is the user's to configure"},
    {"bash", {"with_escalated_permissions"}, no_escalation},
    {"bash", {"sandbox_permissions"}, no_escalation, {"use_default"}},
    {"bash", {"login"}, "commands run in a bash that reads no profile"},
    {"bash", {"tty", "pty"}, "a command has no terminal"},
    {"bash", {"shell"}, "commands are run by bash", {"bash", "/bin/bash", "/usr/bin/bash"}},
    {"edit", {"modified_by_user"}, "what is written is what the call gives"},
    {"edit", {"ai_proposed_content"}, "what is written is newString"},
    {"write", {"modified_by_user"}, "what is written is what the call gives"},
    {"write", {"ai_proposed_content"}, "what is written is content"},
    {"glob", {"respect_gemini_ignore"}, ".gitignore, .ignore and .rgignore are what counts"},
    {"grep", {"respect_gemini_ignore"}, ".gitignore, .ignore and .rgignore are what counts"},
};

const foreign_argument* find_foreign(std::string_view tool, std::string_view name) {
  for (const auto& each : foreign_arguments)
    if (each.tool == tool &&
        std::ranges::any_of(each.names, [name](auto one) { return fits(name, one); }))
      return &each;
  return nullptr;
}

bool is_harmless(const foreign_argument& about, const proto::json::value& given) {
  proto::json::array list;
  if (given.get(list) == simdjson::SUCCESS)
    return list.size() == 0;
  std::string_view text;
  if (given.get(text) == simdjson::SUCCESS &&
      (text.empty() || std::ranges::find(about.harmless, text) != about.harmless.end()))
    return true;
  auto read = read_value_as(kind::flag, given);
  return read && read->front() == "false";
}

/// Words about a call, which change nothing in it.
bool is_remark(std::string_view name) {
  auto folded = fold(name);
  return folded == "description" || folded == "explanation" || folded == "instruction" ||
         folded == "justification";
}

std::string shown(std::string_view name) {
  constexpr size_t most = 64;
  return std::string(proto::text::prefix(name, most)) + (name.size() > most ? "…" : "");
}

proto::error unknown(std::string_view tool, std::string_view name, const std::vector<rule>& rules) {
  std::string known;
  for (const auto& each : rules)
    known.append(known.empty() ? "" : ", ").append(each.name);
  if (const auto* foreign = find_foreign(tool, name))
    return proto::make_error(ec::tool_invalid_args,
                             "the argument " + shown(name) +
                                 " is not offered: " + std::string(foreign->way_out));
  return proto::make_error(ec::tool_invalid_args, "there is no argument '" + shown(name) + "'; " +
                                                      std::string(tool) + " takes " + known);
}

proto::error twice(const rule& one) {
  return proto::make_error(ec::tool_invalid_args,
                           "the argument " + std::string(one.name) +
                               " is given twice, in two spellings with different values");
}

/// Who has given an argument, and what.
struct given_argument {
  const rule* by = nullptr;
  std::string spelling;
  std::vector<std::string> values;
};

} // namespace

proto::result<tool_arguments> read_arguments(std::string_view tool, std::string_view input) {
  const auto* rules = rules_of(tool);
  if (!rules)
    return tool_arguments::parse(input);
  proto::json::parser reading;
  auto root = reading.parse_object(input.empty() ? "{}" : input);
  if (!root)
    return proto::make_error(ec::tool_invalid_args,
                             "the arguments are no JSON object: " + root.failure().context);
  std::vector<given_argument> given;
  for (auto entry : *root) {
    if (entry.value.is_null())
      continue;
    const auto* by = find_rule(*rules, entry.key);
    const auto* foreign = find_foreign(tool, entry.key);
    if (!by && foreign && is_harmless(*foreign, entry.value))
      continue;
    if (!by && is_remark(entry.key) && read_value_as(kind::text, entry.value))
      continue;
    if (!by)
      return unknown(tool, entry.key, *rules);
    auto values = read_value_as(by->is, entry.value);
    if (!values)
      return proto::make_error(ec::tool_invalid_args, "the argument " + std::string(by->name) +
                                                          " " + values.failure().context);
    auto known = std::ranges::find(given, by, &given_argument::by);
    if (known == given.end())
      given.push_back({by, std::string(entry.key), std::move(*values)});
    else if (known->spelling == entry.key)
      known->values = std::move(*values); // Of equal keys the last counts.
    else if (known->values != *values)
      return twice(*by);
  }
  tool_arguments out;
  for (const auto& each : *rules) {
    auto known = std::ranges::find(given, &each, &given_argument::by);
    if (each.required && (known == given.end() || known->values.empty()))
      return missing(each.name);
    if (known != given.end())
      for (auto& value : known->values)
        out.add(each.name, std::move(value));
  }
  return out;
}

} // namespace kodad::actors
