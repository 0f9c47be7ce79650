#include "actors/tools/catalog.hpp"

#include "actors/tools/tool.hpp"
#include "storage/host/relative_path.hpp"

namespace kodad::actors {

namespace {

constexpr std::string_view bash_schema = R"({"type":"object","properties":{
"command":{"type":"string","description":"The command line, run by bash."},
"description":{"type":"string","description":"What it is for, in a few words."},
"timeout":{"type":"integer","description":"Milliseconds, at most 600000; 120000 if not given."},
"workdir":{"type":"string","description":"A folder in the workspace; its root if not given."}},
"required":["command"]})";

constexpr std::string_view edit_schema = R"({"type":"object","properties":{
"filePath":{"type":"string","description":"The file, relative to the workspace."},
"oldString":{"type":"string","description":"The text to replace, exactly as it stands there."},
"newString":{"type":"string","description":"What takes its place."},
"replaceAll":{"type":"boolean","description":"Replace every occurrence, not the only one."},
"expectedVersion":{"type":"string","description":"The version that read showed, to be sure."}},
"required":["filePath","oldString","newString"]})";

constexpr std::string_view glob_schema = R"({"type":"object","properties":{
"pattern":{"type":"string","description":"A glob such as **/*.cpp or src/*.{h,c}."},
"path":{"type":"string","description":"The folder to look in; the workspace if not given."}},
"required":["pattern"]})";

constexpr std::string_view grep_schema = R"({"type":"object","properties":{
"pattern":{"type":"string","description":"A regular expression (Rust syntax)."},
"path":{"type":"string","description":"A file or folder; the workspace if not given."},
"include":{"type":"string","description":"Only files that fit this glob."}},
"required":["pattern"]})";

constexpr std::string_view question_schema = R"({"type":"object","properties":{
"question":{"type":"string","description":"What you need to know."},
"options":{"type":"array","items":{"type":"string"},"description":"Answers to choose from."},
"multiple":{"type":"boolean","description":"May several options be chosen?"}},
"required":["question"]})";

constexpr std::string_view read_schema = R"({"type":"object","properties":{
"filePath":{"type":"string","description":"A file or folder, relative to the workspace."},
"offset":{"type":"integer","description":"The first line to show, from 1."},
"limit":{"type":"integer","description":"How many lines, at most 2000."}},
"required":["filePath"]})";

constexpr std::string_view write_schema = R"({"type":"object","properties":{
"filePath":{"type":"string","description":"The file, relative to the workspace."},
"content":{"type":"string","description":"Its whole new content."},
"expectedVersion":{"type":"string","description":"The version that read showed, to be sure."}},
"required":["filePath","content"]})";

/// A schema on one line, as a request carries it.
proto::raw_json schema(std::string_view text) {
  std::string out;
  for (char c : text)
    if (c != '\n')
      out.push_back(c);
  return {out};
}

enum class effect_kind { reads, changes };

proto::tool_spec spec(std::string name, std::string description, std::string_view arguments,
                      effect_kind effect) {
  return {std::move(name), std::move(description), schema(arguments), effect == effect_kind::reads};
}

/// The path as the tool resolves it, so that "a/../b" and "./b" meet the rules of "b". What leads
/// out stays as it is: the tool will refuse it anyway.
std::string plain_path(const std::string& path, std::string_view workspace) {
  if (path.starts_with('/') && workspace.empty())
    return path;
  auto inside = storage::host::relative_path(workspace, path);
  return inside ? *inside : path;
}

} // namespace

const std::vector<proto::tool_spec>& tool_specs() {
  static const std::vector<proto::tool_spec> all{
      spec("bash",
           "Runs a command line in the workspace and shows its output and exit code. The command "
           "has no network and can change nothing outside the workspace where a sandbox is in use.",
           bash_schema, effect_kind::changes),
      spec("edit",
           "Replaces text in a file. oldString must occur exactly once, unless replaceAll is set. "
           "Read the file first.",
           edit_schema, effect_kind::changes),
      spec("glob",
           "Finds files by name, newest first. Files that the project ignores are left out.",
           glob_schema, effect_kind::reads),
      spec("grep",
           "Finds lines by regular expression, grouped by file. Files that the project ignores are "
           "left out.",
           grep_schema, effect_kind::reads),
      spec("question",
           "Asks the user and waits for the answer. Use it when a decision is the user's to make.",
           question_schema, effect_kind::reads),
      spec("read", "Shows a file with line numbers, up to 2000 lines at a time, or lists a folder.",
           read_schema, effect_kind::reads),
      spec("write", "Creates a file or replaces all of its content.", write_schema,
           effect_kind::changes),
  };
  return all;
}

bool runs_a_program(std::string_view tool) {
  return tool == "bash" || tool == "grep" || tool == "glob";
}

std::string subject_of(std::string_view tool, std::string_view input, std::string_view workspace) {
  auto given = tool_arguments::parse(input);
  if (!given)
    return "";
  if (tool == "bash")
    return given->text({"command", "cmd"}).value_or("");
  if (tool == "glob" || tool == "grep")
    return plain_path(given->text({"path", "directory", "dir", "folder"}).value_or("."), workspace);
  if (tool == "question")
    return given->text({"question"}).value_or("");
  return plain_path(
      given->text({"filePath", "file_path", "path", "file", "filename", "filepath"}).value_or(""),
      workspace);
}

} // namespace kodad::actors
