// GLOB and GREP: both are ripgrep, which knows ignore rules, binary files and speed.
#include "proto/limits/search.hpp"
#include "actors/tools/command.hpp"
#include "actors/tools/exec/ending.hpp"
#include "actors/tools/files/dead_link.hpp"
#include "actors/tools/search/glob_regex.hpp"
#include "actors/tools/search/line_pattern.hpp"
#include "actors/tools/search/search_result.hpp"
#include "proto/limits.hpp"
#include "proto/text/regex_literal.hpp"
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
  // ripgrep follows a link that it is told to start from; this look does not go outside. It would
  // wait for what a FIFO says.
  auto about = look_at(workspace, *inside, "file or folder");
  if (!about)
    return about.failure();
  bool is_file = about->kind == host::file_kind::file;
  if (about->kind != host::file_kind::directory && !(is_file && tool == "grep"))
    return wrong("the argument path must be " +
                 std::string(tool == "grep" ? "a file or folder" : "a folder") + ", and " +
                 *inside + " is " + std::string(about->kind_word));
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
  bool is_all = given.text(limit) == "0"; // As it is elsewhere.
  auto most = limits::search_results_max;
  return {given.count("offset").value_or(0),
          std::min(given.count(limit).value_or(is_all ? most : usual), most)};
}

/// Says that more was asked for than there can be; adds nothing when it was not.
void note_clipped(result_shape& shape, const tool_arguments& given, std::string_view name,
                  size_t most, std::string_view unit) {
  if (auto asked = given.count(name); asked && *asked > most)
    shape.notes.push_back(std::string(name) + ": " + std::to_string(most) + " " +
                          std::string(unit) + " at most, not " + std::to_string(*asked));
}

/// What of the context that was asked for is not shown.
void note_context(result_shape& shape, const tool_arguments& given) {
  for (auto name : {"-A", "-B", "-C"})
    if (shape.kind == result_kind::lines)
      note_clipped(shape, given, name, limits::search_context, "lines around a match");
    else if (given.count(name))
      shape.notes.push_back(std::string(name) +
                            " shows nothing with this outputMode; content does");
}

/// What helps where a glob finds nothing.
void hint_at_globs(result_shape& shape, const std::vector<std::string>& globs) {
  auto any = [&](auto is_so) { return std::ranges::any_of(globs, is_so); };
  if (any([](const auto& glob) { return has_lone_backslash(glob); }))
    shape.hints.push_back("a backslash stands for itself, but before * ? { } [ ] and another");
  if (any([](const auto& glob) { return has_lone_braces(glob); }))
    shape.hints.push_back("braces without a comma stand for themselves");
  if (any([](const auto& glob) { return ("/" + glob + "/").find("/.git/") != glob.npos; }))
    shape.hints.push_back("what is in .git is left out, unless path names it");
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
  if (status.code == not_understood) {
    // An option of ripgrep's that is none of grep's arguments.
    said = said.substr(0, said.find("\n\nConsider enabling PCRE2"));
    return failed(ec::tool_invalid_args,
                  std::string(proto::text::prefix(said, limits::line_bytes)));
  }
  if (status.code != 0 && said.empty())
    return failed(ec::tool_failed, "the search ended with code " + std::to_string(status.code));
  return std::nullopt;
}

/// As it was given, for complaints, and as it is looked for.
struct searched_pattern {
  std::string given;
  std::string used;
};

/// The script as a command in the workspace, its output told by `shape`.
proto::result<command> search_in(const host::folder& workspace, std::string script,
                                 const searched_pattern& pattern, result_shape shape) {
  if (script.size() > limits::search_script_bytes)
    return wrong("the globs are too long together");
  command out;
  out.spec.argv = {"bash",   "--norc",      "--noprofile", "-c", std::move(script),
                   "search", pattern.given, pattern.used};
  shape.root = workspace.root();
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
  // Across lines plain text is a pattern, too.
  else
    flag("--fixed-strings", "fixedStrings");
  flag("--word-regexp", "wordRegexp");
  flag("--only-matching", "onlyMatching");
  flag("--invert-match", "invertMatch");
  return out;
}

std::vector<std::string> includes_of(const tool_arguments& given) {
  std::vector<std::string> out;
  for (const auto& several : given.texts("include"))
    for (auto& one : split_globs(several))
      out.push_back(std::move(one));
  return out;
}

/// The pattern in which plain text is none any more, and line feeds are those of any file.
std::string pattern_across(const tool_arguments& given, const std::string& pattern) {
  return across_lines(given.flag("fixedStrings") ? proto::text::regex_literal(pattern) : pattern);
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
  auto about = workspace.stat(*place);
  bool is_file = about && *about && (*about)->kind != host::file_kind::directory;
  out.is_file = is_file;
  // A glob on one file counts from where that file is.
  auto slash = place->rfind('/');
  auto above = slash == std::string::npos ? "." : place->substr(0, slash);
  if (auto chosen = choose(out, {workspace, is_file ? above : *place}, includes_of(given)); !chosen)
    return chosen.failure();
  if (rules) {
    out.guarded = guarded_regex(*rules, *place);
    out.open = open_filters(*rules, *place);
  }
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
  note_clipped(shape, given, "limit", limits::search_results_max, "files");
  hint_at_globs(shape, {*pattern});
  return search_in(workspace, glob_script(files, shape.page), {}, shape);
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
  shape.ignored = files->ignored;
  shape.place = files->place;
  shape.rules = rules;
  note_clipped(shape, given, "headLimit", limits::search_results_max, "lines");
  note_context(shape, given);
  hint_at_globs(shape, includes_of(given));
  line_search lines;
  lines.options = options_of(given, *kind, shape.page);
  if (*any_case)
    lines.options.insert(lines.options.begin(), "--ignore-case");
  lines.any_encoding = may_meet_more_than_ascii(*pattern, given.flag("fixedStrings"));
  lines.inverted = given.flag("invertMatch");
  auto used = given.flag("multiline") ? pattern_across(given, *pattern) : *pattern;
  auto looked_for = searched_pattern{given.flag("fixedStrings") ? used : *pattern, used};
  return search_in(workspace, grep_script(*files, lines, shape.page), looked_for, shape);
}

} // namespace kodad::actors
