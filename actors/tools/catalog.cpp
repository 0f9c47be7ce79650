#include "actors/tools/catalog.hpp"

#include "actors/tools/argument_rules.hpp"
#include "storage/host/relative_path.hpp"

namespace kodad::actors {

namespace {

constexpr std::string_view bash_schema = R"({"type":"object","properties":{
"command":{"type":"string","description":"The command line, run by bash."},
"description":{"type":"string","description":"What it is for, in a few words."},
"timeout":{"type":"integer","description":"In milliseconds, at most 600000; 120000 if not given."},
"workdir":{"type":"string","description":"A folder in the workspace; its root if not given."}},
"required":["command"]})";

constexpr std::string_view edit_schema = R"({"type":"object","properties":{
"filePath":{"type":"string","description":"The file, relative to the workspace."},
"oldString":{"type":"string","description":"The text to replace, exactly as it stands there."},
"newString":{"type":"string","description":"What takes its place."},
"replaceAll":{"type":"boolean","description":"Replace every occurrence, not the only one."},
"startLine":{"type":"integer","description":"Look for oldString from this line on only."},
"endLine":{"type":"integer","description":"Look for oldString up to this line only."},
"expectedVersion":{"type":"string","description":"The version that read showed, to be sure."}},
"required":["filePath","oldString","newString"]})";

constexpr std::string_view glob_schema = R"({"type":"object","properties":{
"pattern":{"type":"string","description":"A glob such as **/*.cpp or src/*.{h,c}, from path on."},
"path":{"type":"string","description":"The folder to look in; the workspace if not given."},
"limit":{"type":"integer","description":"How many files to show, at most 1000; 100 if not given."},
"offset":{"type":"integer","description":"How many files to leave out first."},
"-i":{"type":"boolean","description":"Take upper and lower case as equal."},
"includeIgnored":{"type":"boolean","description":"Look at ignored files, too."}},
"required":["pattern"]})";

constexpr std::string_view grep_schema = R"({"type":"object","properties":{
"pattern":{"type":"string","description":"A regular expression (Rust syntax)."},
"path":{"type":"string","description":"A file or folder; the workspace if not given."},
"include":{"type":"string","description":"Only files that fit this glob, from path on."},
"type":{"type":"string","description":"Only files of this type, such as py, js, rust, cpp."},
"outputMode":{"type":"string","enum":["content","files_with_matches","count"],
"description":"Matching lines (as usual), or the files that have some, or how many in each."},
"-i":{"type":"boolean","description":"Take upper and lower case as equal."},
"-A":{"type":"integer","description":"Lines to show after each match."},
"-B":{"type":"integer","description":"Lines to show before each match."},
"-C":{"type":"integer","description":"Lines to show around each match."},
"headLimit":{"type":"integer","description":"Lines to show, at most 1000; 100 if not given."},
"offset":{"type":"integer","description":"How many lines of output to leave out first."},
"multiline":{"type":"boolean","description":"Let the pattern match across lines."},
"fixedStrings":{"type":"boolean","description":"Take the pattern as plain text."},
"wordRegexp":{"type":"boolean","description":"Match whole words only."},
"includeIgnored":{"type":"boolean","description":"Look at ignored files, too."}},
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
           "has no network and can change nothing outside the workspace where a sandbox is in use. "
           "It ends with the call: what it leaves running is ended, too.",
           bash_schema, effect_kind::changes),
      spec("edit",
           "Replaces text in a file. oldString must occur exactly once, unless replaceAll is set. "
           "Read the file first. Line ends and encoding stay as they are.",
           edit_schema, effect_kind::changes),
      spec("glob",
           "Finds files by name, newest first. Files that the project ignores are left out, and "
           "links "
           "to folders are not followed.",
           glob_schema, effect_kind::reads),
      spec("grep",
           "Finds lines by regular expression, grouped by file. Files that the project ignores are "
           "left out, and links are not followed.",
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

bool meets_files(std::string_view tool) {
  return tool == "read" || tool == "write" || tool == "edit" || tool == "grep" || tool == "glob";
}

bool runs_a_program(std::string_view tool) {
  return tool == "bash" || tool == "grep" || tool == "glob";
}

std::string subject_of(std::string_view tool, std::string_view input, std::string_view workspace) {
  auto given = read_arguments(tool, input);
  if (!given)
    return "";
  if (tool == "bash")
    return given->text("command").value_or("");
  if (tool == "glob" || tool == "grep")
    return plain_path(given->text("path").value_or("."), workspace);
  if (tool == "question")
    return given->text("question").value_or("");
  return plain_path(given->text("filePath").value_or(""), workspace);
}

} // namespace kodad::actors
