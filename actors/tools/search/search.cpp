// GLOB and GREP: both are ripgrep, which knows ignore rules, binary files and speed.
#include "actors/tools/command.hpp"
#include "actors/tools/exec/ending.hpp"
#include "proto/limits.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;
namespace host = storage::host;
namespace limits = proto::limits;

namespace {

constexpr int nothing_found = 1; // ripgrep's exit codes
constexpr int search_failed = 2;

/// How ripgrep says that it does not understand a pattern or a glob.
constexpr std::string_view complaints[] = {
    "error parsing", "regex parse error", "error: ", "rg: ", "Compiled regex", "the literal"};

/// Of globs the last one counts, so this one stands behind the call's own.
constexpr const char* not_git = "--glob=!.git";

/// What both searches share.
command search_in(const host::folder& workspace, std::vector<std::string> argv) {
  command out;
  out.spec.argv = {"rg", "--no-config", "--no-messages", "--color=never", "--hidden"};
  out.spec.argv.insert(out.spec.argv.end(), argv.begin(), argv.end());
  out.spec.cwd = workspace.root();
  out.spec.environment = host::base_environment();
  out.spec.timeout = limits::search_deadline;
  out.spec.output_bytes_max = limits::search_output_bytes;
  return out;
}

/// Where to search, relative to the workspace.
proto::result<std::string> place_of(const host::folder& workspace, const tool_arguments& given) {
  auto path = given.text({"path", "directory", "dir", "folder"});
  if (!path || path->empty())
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
  return inside;
}

std::optional<tool_output> problem_of(const host::exit_status& status, const host::child_spec& spec,
                                      std::string_view said) {
  if (status.failure)
    return failed(*status.failure);
  if (status.cancelled)
    return failed(ec::cancelled, "the search was cancelled");
  if (status.timed_out)
    return failed(ec::tool_timeout, "the search took too long; narrow the path or the pattern");
  // Of a flood the first results are as good as those of any other search.
  if (auto why = failure_of(status, spec); why && !status.flooded)
    return failed(std::move(*why));
  // The same code tells of a file that could not be read; then there is no complaint, or there
  // are results beside it.
  bool complains = std::ranges::any_of(complaints, [&](auto c) { return said.starts_with(c); });
  if (status.code == search_failed && (said.empty() || complains))
    return failed(ec::tool_invalid_args,
                  said.empty() ? "the search failed; does the path exist?"
                               : std::string(proto::text::prefix(said, limits::line_bytes)));
  return std::nullopt;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string_view without_dot(std::string_view path) {
  return path.starts_with("./") ? path.substr(2) : path;
}

tool_output finish_glob(const output_keeper& kept, const host::exit_status& status,
                        const host::child_spec& spec) {
  auto text = kept.unbroken();
  if (auto problem = problem_of(status, spec, text))
    return *problem;
  auto found = lines_of(text);
  tool_output out;
  for (size_t i = 0; i < std::min(found.size(), limits::glob_results); ++i)
    out.text.append(without_dot(found[i])).append("\n");
  if (found.size() > limits::glob_results)
    out.text += "(more than " + std::to_string(limits::glob_results) +
                " files match; the newest are shown)\n";
  if (status.code == nothing_found || found.empty())
    out.text = "(no file matches)\n";
  return out;
}

/// ripgrep's lines are path, line number and text, set apart by tabs: colons are common in paths.
tool_output finish_grep(const output_keeper& kept, const host::exit_status& status,
                        const host::child_spec& spec) {
  auto text = kept.unbroken();
  if (auto problem = problem_of(status, spec, text))
    return *problem;
  tool_output out;
  std::string_view file;
  size_t shown = 0;
  auto found = lines_of(text);
  for (auto line : found) {
    auto tab = line.find('\t');
    if (tab == std::string_view::npos)
      continue;
    if (++shown > limits::grep_results)
      break;
    if (line.substr(0, tab) != file) {
      file = line.substr(0, tab);
      out.text.append(without_dot(file)).append("\n");
    }
    auto rest = line.substr(tab + 1);
    auto second = std::min(rest.find('\t'), rest.size());
    out.text.append("  ").append(rest.substr(0, second)).append(": ");
    out.text.append(rest.substr(std::min(second + 1, rest.size()))).append("\n");
  }
  if (shown > limits::grep_results || text.size() < kept.bytes_seen())
    out.text += "(more lines match than the " +
                std::to_string(std::min(shown, limits::grep_results)) +
                " shown; narrow the pattern)\n";
  if (shown == 0)
    out.text = "(nothing matches)\n";
  return out;
}

} // namespace

proto::result<command> glob_command(const host::folder& workspace, const tool_arguments& given) {
  auto pattern = given.text({"pattern", "glob", "filePattern", "file_pattern"});
  if (!pattern || pattern->empty())
    return proto::make_error(ec::tool_invalid_args, "the argument pattern is missing");
  auto place = place_of(workspace, given);
  if (!place)
    return place.failure();
  auto out = search_in(
      workspace, {"--files", "--sortr=modified", "--glob=" + *pattern, not_git, "--", *place});
  out.finish = finish_glob;
  return out;
}

proto::result<command> grep_command(const host::folder& workspace, const tool_arguments& given) {
  auto pattern = given.text({"pattern", "query", "regex"});
  if (!pattern || pattern->empty())
    return proto::make_error(ec::tool_invalid_args, "the argument pattern is missing");
  auto place = place_of(workspace, given);
  if (!place)
    return place.failure();
  std::vector<std::string> argv{
      "--line-number",         "--with-filename",
      "--no-heading",          "--field-match-separator=\t",
      "--sort=path",           "--max-columns=" + std::to_string(limits::grep_line_bytes),
      "--max-columns-preview", "--max-count=" + std::to_string(limits::grep_results + 1)};
  if (auto include = given.text({"include", "glob", "filePattern", "file_pattern"}))
    argv.push_back("--glob=" + *include);
  argv.insert(argv.end(), {not_git, "--regexp=" + *pattern, "--", *place});
  auto out = search_in(workspace, std::move(argv));
  out.finish = finish_grep;
  return out;
}

} // namespace kodad::actors
