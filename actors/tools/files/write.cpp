#include "actors/tools/files/write.hpp"

#include "actors/tools/diff.hpp"
#include "actors/tools/files/read.hpp"
#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;
namespace host = storage::host;

namespace {

/// A file as it stands before a change.
struct present_file {
  std::string path;
  bool exists = false;
  std::string bytes;
};

proto::result<present_file> load(const host::folder& workspace, const std::string& path) {
  present_file out;
  out.path = path;
  auto about = workspace.stat(path);
  if (!about)
    return about.failure();
  if (!*about)
    return out;
  if ((*about)->size > proto::limits::file_bytes)
    return proto::make_error(ec::tool_failed, path + " is too large for a tool");
  auto content = workspace.read_file(path, proto::limits::file_bytes);
  if (!content)
    return content.failure();
  out.exists = true;
  out.bytes = std::move(content->bytes);
  return out;
}

std::optional<tool_output> check_version(const present_file& now, const tool_arguments& given) {
  auto expected = given.text({"expectedVersion", "expected_version"});
  if (!expected || *expected == content_version(now.bytes))
    return std::nullopt;
  return failed(ec::tool_failed, now.path + " has changed since it was read; read it again");
}

/// The call is over already: nobody reads this.
tool_output given_up() {
  return failed(ec::cancelled, "given up before the file was changed");
}

tool_output replace(const host::folder& workspace, const present_file& now,
                    const std::string& bytes, const file_turns& turns) {
  if (turns.given_up.stop_requested())
    return given_up();
  bool unchanged = now.exists && now.bytes == bytes;
  if (!unchanged)
    if (auto written = workspace.write_file(now.path, bytes, {.create_parents = true}); !written)
      return failed(written.failure());
  tool_output out;
  auto verb = !now.exists ? "created " : unchanged ? "unchanged: " : "wrote ";
  out.text = verb + now.path + ", " + std::to_string(bytes.size()) + " bytes, version " +
             content_version(bytes);
  out.diff = unified_diff(now.path, now.bytes, bytes);
  proto::json::writer about;
  about.begin_object().key("path").string(now.path).key("created").boolean(!now.exists);
  about.key("version").string(content_version(bytes)).end_object();
  out.metadata.text = about.take();
  return out;
}

/// On which lines `wanted` begins, counted from 1.
std::vector<size_t> lines_of(std::string_view text, std::string_view wanted) {
  std::vector<size_t> out;
  size_t line = 1;
  size_t counted = 0;
  for (auto at = text.find(wanted); at != std::string_view::npos;
       at = text.find(wanted, at + wanted.size())) {
    auto between = text.substr(counted, at - counted);
    line += static_cast<size_t>(std::count(between.begin(), between.end(), '\n'));
    counted = at;
    out.push_back(line);
  }
  return out;
}

std::string ambiguous(const std::string& path, const std::vector<size_t>& lines) {
  constexpr size_t named_max = 10;
  std::string named;
  for (size_t i = 0; i < std::min(lines.size(), named_max); ++i)
    named += (named.empty() ? "" : ", ") + std::to_string(lines[i]);
  return "oldString occurs " + std::to_string(lines.size()) + " times in " + path + ", on lines " +
         named + (lines.size() > named_max ? ", ..." : "") +
         "; add surrounding lines or set replaceAll";
}

std::string not_found(const present_file& now, const std::string& wanted) {
  auto why = "oldString does not occur in " + now.path + "; it must match exactly, blanks included";
  bool only_here = wanted.find('\r') == wanted.npos && now.bytes.find("\r\n") != wanted.npos;
  if (only_here && wanted.find('\n') != wanted.npos)
    why += "; the file's lines end in CR LF";
  return why;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  while (true) {
    auto at = text.find(from);
    if (at == std::string_view::npos)
      return out.append(text);
    out.append(text.substr(0, at)).append(to);
    text.remove_prefix(at + from.size());
  }
}

} // namespace

tool_output write_tool(const host::folder& workspace, const tool_arguments& given,
                       file_turns& turns) {
  auto path = given.text({"filePath", "file_path", "path", "file", "filename", "filepath"});
  auto content = given.text({"content", "text", "contents"});
  if (!path || !content)
    return missing(path ? "content" : "filePath");
  auto relative = workspace.relative_path(*path);
  if (!relative)
    return failed(relative.failure());
  auto turn = turns.order.take(workspace.root() + "/" + *relative, turns.given_up);
  if (!turn)
    return given_up();
  auto now = load(workspace, *relative);
  if (!now)
    return failed(now.failure());
  if (auto changed = check_version(*now, given))
    return *changed;
  return replace(workspace, *now, *content, turns);
}

tool_output edit_tool(const host::folder& workspace, const tool_arguments& given,
                      file_turns& turns) {
  auto path = given.text({"filePath", "file_path", "path", "file", "filename", "filepath"});
  auto from = given.text({"oldString", "old_string", "old_text", "oldText"});
  auto to = given.text({"newString", "new_string", "new_text", "newText"});
  if (!path || !from || !to)
    return missing(!path ? "filePath" : !from ? "oldString" : "newString");
  auto relative = workspace.relative_path(*path);
  if (!relative)
    return failed(relative.failure());
  auto turn = turns.order.take(workspace.root() + "/" + *relative, turns.given_up);
  if (!turn)
    return given_up();
  auto now = load(workspace, *relative);
  if (!now)
    return failed(now.failure());
  if (auto changed = check_version(*now, given))
    return *changed;
  if (from->empty() && !now->exists)
    return replace(workspace, *now, *to, turns);
  if (from->empty())
    return failed(ec::tool_invalid_args, "oldString is empty, but the file exists");
  if (!now->exists)
    return failed(ec::tool_failed, "there is no file " + *relative);
  auto found = lines_of(now->bytes, *from);
  if (found.empty())
    return failed(ec::tool_failed, not_found(*now, *from));
  if (found.size() > 1 && !given.flag({"replaceAll", "replace_all"}))
    return failed(ec::tool_failed, ambiguous(*relative, found));
  return replace(workspace, *now, replace_all(now->bytes, *from, *to), turns);
}

} // namespace kodad::actors
