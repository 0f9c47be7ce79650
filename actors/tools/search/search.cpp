// GLOB and GREP: both are ripgrep, which knows ignore rules, binary files and speed.
#include "proto/limits/search.hpp"
#include "actors/tools/command.hpp"
#include "actors/tools/exec/ending.hpp"
#include "actors/tools/search/glob_regex.hpp"
#include "actors/tools/search/search_result.hpp"
#include "proto/limits.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>
#include <cctype>

namespace kodad::actors {

using proto::ec;
namespace host = storage::host;
namespace limits = proto::limits;

namespace {

proto::error wrong(std::string why) {
  return proto::make_error(ec::tool_invalid_args, std::move(why));
}

/// Where to search, relative to the workspace and without links.
proto::result<std::string> place_of(const host::folder& workspace, const tool_arguments& given,
                                    std::string_view tool, const std::optional<call_rules>& rules) {
  auto path = given.text("path");
  if (!path)
    return std::string(".");
  auto inside = workspace.relative_path(*path);
  if (!inside)
    return inside;
  // ripgrep follows a link that it is told to start from; this look does not go outside.
  auto about = workspace.stat(*inside);
  if (!about)
    return about.failure();
  if (!*about)
    return proto::make_error(ec::tool_failed, "there is no file or folder " + *inside);
  auto real = workspace.resolve(*inside);
  if (!real)
    return real;
  if (auto permitted = permit_real(rules, tool, *inside, *real); !permitted)
    return permitted.failure();
  return real;
}

/// Adds what the globs ask for. @param folder From where they count.
proto::result<void> choose(file_choice& files, const glob_place& from,
                           const std::vector<std::string>& globs) {
  if (globs.size() > limits::search_globs)
    return wrong("there are more than " + std::to_string(limits::search_globs) + " globs");
  for (const auto& glob : globs) {
    auto regex = glob_regex(from, glob);
    if (!regex)
      return regex.failure();
    (regex->negated ? files.unfit : files.fit).push_back(regex->text);
    if (!regex->negated)
      files.beneath.push_back(regex->beneath);
  }
  return {};
}

proto::result<bool> any_case_of(const tool_arguments& given) {
  bool ignores = given.flag("-i");
  auto sensitive = given.text("caseSensitive");
  if (ignores && sensitive && given.flag("caseSensitive"))
    return wrong("the arguments -i and caseSensitive contradict each other");
  return ignores || (sensitive && !given.flag("caseSensitive"));
}

bool wants_ignored(const tool_arguments& given) {
  return given.flag("includeIgnored") || !given.flag("respectGitIgnore", true);
}

output_page page_of(const tool_arguments& given, std::string_view limit, size_t usual) {
  constexpr size_t far = 1'000'000'000;
  bool is_all = given.text(limit) == "0"; // As it is elsewhere.
  auto most = limits::search_results_max;
  return {std::min(given.count("offset").value_or(0), far),
          std::min(given.count(limit).value_or(is_all ? most : usual), most)};
}

std::optional<tool_output> problem_of(const host::exit_status& status, const host::child_spec& spec,
                                      std::string_view said) {
  if (status.failure)
    return failed(*status.failure);
  if (status.cancelled && !status.timed_out)
    return failed(ec::cancelled, "the search was cancelled");
  if (status.timed_out)
    return failed(ec::tool_timeout, "the search took too long; narrow the path or the pattern");
  // Of a flood the first results are as good as those of any other search.
  if (auto why = failure_of(status, spec); why && !status.flooded)
    return failed(std::move(*why));
  if (status.code == no_ripgrep)
    return failed(ec::tool_failed, "ripgrep (rg) is not installed where commands run");
  if (status.code == not_understood)
    return failed(ec::tool_invalid_args,
                  std::string(proto::text::prefix(said, limits::line_bytes)));
  if (status.code != 0 && said.empty())
    return failed(ec::tool_failed, "the search ended with code " + std::to_string(status.code));
  return std::nullopt;
}

/// The script as a command in the workspace, its output told by `shape`.
proto::result<command> search_in(const host::folder& workspace, std::string script,
                                 const std::string& pattern, result_shape shape) {
  if (script.size() > limits::search_script_bytes)
    return wrong("the globs are too long together");
  command out;
  out.spec.argv = {"bash", "--norc", "--noprofile", "-c", std::move(script), "search", pattern};
  out.spec.cwd = workspace.root();
  out.spec.environment = host::base_environment();
  out.spec.timeout = limits::search_time;
  out.spec.output_bytes_max = limits::search_said_bytes;
  out.finish = [shape = std::move(shape)](const output_keeper& kept,
                                          const host::exit_status& status,
                                          const host::child_spec& spec) {
    auto text = kept.unbroken();
    if (auto problem = problem_of(status, spec, text))
      return *problem;
    return search_result(text, text.size() < kept.bytes_seen(), shape);
  };
  return out;
}

/// Can more than ASCII fit the pattern? Then text in other encodings must be looked at as such.
bool may_meet_more_than_ascii(std::string_view pattern, bool is_literal) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (static_cast<unsigned char>(c) >= 0x80)
      return true;
    if (is_literal)
      continue;
    bool is_escape = c == '\\' && i + 1 < pattern.size();
    bool is_letter = is_escape && std::isalnum(static_cast<unsigned char>(pattern[i + 1])) != 0;
    if (c == '.' || is_letter || (c == '[' && i + 1 < pattern.size() && pattern[i + 1] == '^'))
      return true;
    i += is_escape ? 1 : 0;
  }
  return false;
}

proto::result<result_kind> kind_of(const tool_arguments& given) {
  auto mode = given.text("outputMode").value_or("content");
  if (mode == "content")
    return result_kind::lines;
  if (mode == "files_with_matches")
    return result_kind::matching_files;
  if (mode == "count")
    return result_kind::counts;
  return wrong("the argument outputMode must be content, files_with_matches or count, not '" +
               std::string(proto::text::prefix(mode, 64)) + "'");
}

/// ripgrep's options for a call.
std::vector<std::string> options_of(const tool_arguments& given, result_kind kind,
                                    const output_page& page) {
  std::vector<std::string> out{"--sort=path", "--with-filename", "--crlf"};
  auto context = [&](const char* option, std::string_view name) {
    if (auto lines = given.count(name); lines && kind == result_kind::lines)
      out.push_back(option + std::to_string(std::min(*lines, limits::search_context)));
  };
  auto flag = [&](const char* option, std::string_view name) {
    if (given.flag(name))
      out.emplace_back(option);
  };
  if (kind == result_kind::matching_files) {
    out.emplace_back("--files-with-matches");
  } else if (kind == result_kind::counts) {
    out.emplace_back("--count");
  } else {
    auto most = std::to_string(page.offset + page.limit + 1);
    out.insert(out.end(), {"--line-number", "--no-heading", "--field-match-separator=\t:\t",
                           "--field-context-separator=\t-\t", "--max-columns-preview",
                           "--max-columns=" + std::to_string(limits::grep_line_bytes)});
    out.push_back("--max-count=" + most);
  }
  context("--context=", "-C");
  context("--after-context=", "-A");
  context("--before-context=", "-B");
  if (given.flag("multiline"))
    out.insert(out.end(), {"--multiline", "--multiline-dotall"});
  flag("--fixed-strings", "fixedStrings");
  flag("--word-regexp", "wordRegexp");
  flag("--only-matching", "onlyMatching");
  flag("--invert-match", "invertMatch");
  return out;
}

/// Which files a search looks into.
proto::result<file_choice> files_of(const host::folder& workspace, const tool_arguments& given,
                                    const std::optional<call_rules>& rules) {
  auto place = place_of(workspace, given, "grep", rules);
  if (!place)
    return place.failure();
  file_choice out;
  out.place = *place;
  out.ignored = wants_ignored(given);
  out.type = given.text("type").value_or("");
  std::vector<std::string> globs;
  for (const auto& several : given.texts("include"))
    for (auto& one : split_globs(several))
      globs.push_back(std::move(one));
  auto about = workspace.stat(*place);
  bool is_file = about && *about && (*about)->kind != host::file_kind::directory;
  // A glob on one file counts from where that file is.
  auto slash = place->rfind('/');
  auto above = slash == std::string::npos ? "." : place->substr(0, slash);
  if (auto chosen = choose(out, {workspace, is_file ? above : *place}, globs); !chosen)
    return chosen.failure();
  if (rules)
    out.guarded = guarded_regex(*rules, *place);
  return out;
}

} // namespace

proto::result<command> glob_command(const host::folder& workspace, const tool_arguments& given,
                                    const std::optional<call_rules>& rules) {
  auto pattern = given.text("pattern");
  if (!pattern)
    return missing("pattern");
  auto place = place_of(workspace, given, "glob", rules);
  auto any_case = any_case_of(given);
  if (!place || !any_case)
    return place ? any_case.failure() : place.failure();
  file_choice files;
  files.place = *place;
  files.ignored = wants_ignored(given);
  // The name of a folder stands for what is in it.
  auto below = *place + "/" + *pattern;
  if (is_plain_path(*pattern) && !pattern->starts_with('/') && !pattern->ends_with('/'))
    if (auto path = workspace.relative_path(below))
      if (auto about = workspace.stat(*path);
          about && *about && (*about)->kind == host::file_kind::directory)
        *pattern = "./" + *pattern + "/**";
  if (auto chosen = choose(files, {workspace, *place, *any_case}, {*pattern}); !chosen)
    return chosen.failure();
  result_shape shape;
  shape.kind = result_kind::files;
  shape.page = page_of(given, "limit", limits::glob_results);
  shape.ignored = files.ignored;
  return search_in(workspace, glob_script(files, shape.page), "", shape);
}

proto::result<command> grep_command(const host::folder& workspace, const tool_arguments& given,
                                    const std::optional<call_rules>& rules) {
  auto pattern = given.text("pattern");
  if (!pattern)
    return missing("pattern");
  if (pattern->size() > limits::search_pattern_bytes || pattern->find('\0') != pattern->npos)
    return wrong("the argument pattern is longer than 32 KiB or holds a NUL");
  auto kind = kind_of(given);
  auto any_case = any_case_of(given);
  if (!kind || !any_case)
    return kind ? any_case.failure() : kind.failure();
  auto files = files_of(workspace, given, rules);
  if (!files)
    return files.failure();
  result_shape shape;
  shape.kind = *kind;
  shape.page = page_of(given, "headLimit", limits::grep_results);
  shape.with_numbers = given.flag("-n", true);
  shape.is_repeating = given.flag("onlyMatching");
  shape.ignored = files->ignored;
  shape.place = files->place;
  shape.rules = rules;
  line_search lines;
  lines.options = options_of(given, *kind, shape.page);
  if (*any_case)
    lines.options.insert(lines.options.begin(), "--ignore-case");
  lines.any_encoding = may_meet_more_than_ascii(*pattern, given.flag("fixedStrings"));
  return search_in(workspace, grep_script(*files, lines, shape.page), *pattern, shape);
}

} // namespace kodad::actors
