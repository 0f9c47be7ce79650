#include "actors/tools/files/write.hpp"

#include "actors/tools/diff.hpp"
#include "actors/tools/files/dead_link.hpp"
#include "actors/tools/files/read.hpp"
#include "actors/tools/files/text_file.hpp"
#include "proto/limits.hpp"
#include "proto/text/control_signs.hpp"

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
  std::optional<text_file> text; ///< None of a file that is no text.
};

/// A call that changes a file, and where.
struct change {
  const host::folder& workspace;
  std::string path;
  host::path_permit permitted; ///< Asks the rules for where links lead.
  file_turns& turns;
};

/// "a/" and "a/." are folders, whatever is there.
bool names_a_folder(std::string_view path) {
  auto name = path.substr(path.rfind('/') + 1); // npos + 1 is 0.
  return name.empty() || name == "." || name == "..";
}

proto::result<change> change_of(const host::folder& workspace, const tool_arguments& given,
                                std::string_view tool, file_turns& turns,
                                const std::optional<call_rules>& rules) {
  auto path = given.text("filePath");
  if (!path)
    return missing("filePath");
  auto relative = workspace.relative_path(*path);
  if (!relative)
    return relative.failure();
  if (names_a_folder(*path))
    return proto::make_error(ec::tool_invalid_args, "the argument filePath, '" + *path +
                                                        "', ends as a folder's name does; " +
                                                        std::string(tool) +
                                                        " takes the name of a file");
  auto permitted = [&rules, tool, named = *relative](const std::string& real) {
    return permit_real(rules, tool, named, real);
  };
  return change{workspace, std::move(*relative), permitted, turns};
}

/// The right to change the file, under its real name, so that all links to it are one.
proto::result<file_order::turn> turn_of(const change& asked) {
  auto real = asked.workspace.resolve(asked.path);
  // What cannot be resolved cannot be written, which says why.
  auto path = real ? *real : asked.path;
  if (auto permitted = asked.permitted(path); !permitted)
    return permitted.failure();
  return asked.turns.order.take(asked.workspace.root() + "/" + path, asked.turns.given_up);
}

proto::result<present_file> load(const change& asked) {
  const auto& [workspace, path, permitted, turns] = asked;
  present_file out;
  out.path = path;
  auto about = workspace.stat(path);
  if (!about || !*about)
    if (auto why = dead_link(workspace, path); !why.empty())
      return proto::make_error(about ? ec::tool_failed : about.failure().code, why);
  if (!about)
    return about.failure();
  if (!*about)
    return out;
  if ((*about)->size > proto::limits::file_bytes)
    return proto::make_error(ec::tool_failed, path + " is too large for a tool");
  auto content = workspace.read_file(path, proto::limits::file_bytes);
  if (!content)
    return content.failure();
  if (auto may = permitted(content->path); !may)
    return may.failure();
  out.exists = true;
  out.bytes = std::move(content->bytes);
  out.text = decode_text(out.bytes);
  return out;
}

std::optional<tool_output> check_version(const present_file& now, const tool_arguments& given) {
  auto expected = given.text("expectedVersion");
  if (!expected || *expected == content_version(now.bytes))
    return std::nullopt;
  return failed(ec::tool_failed, now.path + " has changed since it was read; read it again");
}

/// The call is over already: nobody reads this.
tool_output given_up() {
  return failed(ec::cancelled, "given up before the file was changed");
}

tool_output replace(const change& asked, const present_file& now, const std::string& bytes) {
  if (asked.turns.given_up.stop_requested())
    return given_up();
  bool unchanged = now.exists && now.bytes == bytes;
  if (!unchanged)
    if (auto written = asked.workspace.write_file(
            now.path, bytes, {.create_parents = true, .permitted = asked.permitted});
        !written)
      return failed(written.failure());
  tool_output out;
  auto verb = !now.exists ? "created " : unchanged ? "unchanged: " : "wrote ";
  out.text = verb + now.path + ", " + std::to_string(bytes.size()) + " bytes, version " +
             content_version(bytes);
  auto after = decode_text(bytes);
  out.diff =
      unified_diff(now.path, now.text ? now.text->text : now.bytes, after ? after->text : bytes);
  proto::json::writer about;
  about.begin_object().key("path").string(proto::text::show_controls(now.path));
  about.key("created").boolean(!now.exists);
  about.key("version").string(content_version(bytes)).end_object();
  out.metadata.text = about.take();
  return out;
}

std::string occurs(const std::string& path, const std::vector<size_t>& lines) {
  constexpr size_t named_max = 10;
  std::string named;
  for (size_t i = 0; i < std::min(lines.size(), named_max); ++i)
    named += (named.empty() ? "" : ", ") + std::to_string(lines[i]);
  bool is_one = lines.size() == 1;
  return "oldString occurs " + (is_one ? "once" : std::to_string(lines.size()) + " times") +
         " in " + path + (is_one ? ", on line " : ", on lines ") + named +
         (lines.size() > named_max ? ", ..." : "");
}

std::string not_found(const present_file& now, const edit_wish& wish, std::string_view wanted) {
  auto everywhere = edit_text(now.text->text, {wish.from, wish.from}).lines;
  auto digits = std::min(wanted.find_first_not_of("0123456789"), wanted.size());
  bool has_number = digits > 0 && wanted.substr(digits).starts_with(": ");
  bool has_signs =
      proto::text::has_control_signs(wanted) && proto::text::has_controls(now.text->text);
  if (everywhere.empty())
    return "oldString does not occur in " + now.path +
           "; it must match exactly, blanks included; read the file again" +
           (has_number ? " and leave the line numbers away" : "") +
           (has_signs ? "; it has control characters, which read shows by signs: write the "
                        "characters themselves, in JSON as \\u001b and the like"
                      : "");
  return "oldString does not occur within the lines from startLine to endLine of " + now.path +
         "; it begins on line " + std::to_string(everywhere.front());
}

/// The new content as the file has its text: its encoding, its mark, its ends of lines.
proto::result<std::string> like(const present_file& now, const std::string& content) {
  if (!now.text)
    return content;
  return encode_text(*now.text, with_ends_of(now.text->text, content));
}

proto::result<edit_wish> wish_of(const tool_arguments& given) {
  edit_wish out;
  out.from = given.text("oldString").value_or("");
  out.to = given.text("newString").value_or("");
  out.first_line = given.count("startLine").value_or(1);
  out.last_line = given.count("endLine").value_or(SIZE_MAX);
  if (out.last_line < out.first_line)
    return proto::make_error(ec::tool_invalid_args, "the argument endLine lies before startLine");
  return out;
}

/// Of how many places an edit may be.
struct edit_count {
  std::optional<size_t> expected;
  bool all = false;
};

proto::result<edit_count> count_of(const tool_arguments& given) {
  constexpr auto name = "expectedReplacements";
  edit_count out{given.count(name), given.flag("replaceAll")};
  if (given.text(name) && !out.expected)
    return proto::make_error(ec::tool_invalid_args,
                             "the argument expectedReplacements must be 1 or more");
  return out;
}

/// Why these lines are not the places that were meant; empty when they are.
std::string miscounted(const std::string& path, const std::vector<size_t>& lines,
                       const edit_count& count) {
  if (count.expected && *count.expected != lines.size())
    return occurs(path, lines) + ", but expectedReplacements says " +
           std::to_string(*count.expected) + "; nothing was changed";
  if (!count.expected && !count.all && lines.size() > 1)
    return occurs(path, lines) + "; add surrounding lines or set replaceAll";
  return "";
}

tool_output edit_present(const change& asked, const present_file& now, const edit_wish& wish,
                         const edit_count& count) {
  if (!now.text)
    return failed(ec::tool_failed, now.path + " is a binary file; edit changes text only");
  auto edited = edit_text(now.text->text, wish);
  if (edited.lines.empty())
    return failed(ec::tool_failed, not_found(now, wish, wish.from));
  if (auto why = miscounted(now.path, edited.lines, count); !why.empty())
    return failed(ec::tool_failed, why);
  auto bytes = encode_text(*now.text, edited.text);
  if (!bytes)
    return failed(bytes.failure());
  return replace(asked, now, *bytes);
}

} // namespace

tool_output write_tool(const host::folder& workspace, const tool_arguments& given,
                       file_turns& turns, const std::optional<call_rules>& rules) {
  auto asked = change_of(workspace, given, "write", turns, rules);
  if (!asked)
    return failed(asked.failure());
  auto content = given.text("content");
  if (!content)
    return failed(missing("content"));
  auto turn = turn_of(*asked);
  if (!turn)
    return failed(turn.failure());
  if (!*turn)
    return given_up();
  auto now = load(*asked);
  if (!now)
    return failed(now.failure());
  if (auto changed = check_version(*now, given))
    return *changed;
  auto bytes = like(*now, *content);
  if (!bytes)
    return failed(bytes.failure());
  return replace(*asked, *now, *bytes);
}

tool_output edit_tool(const host::folder& workspace, const tool_arguments& given, file_turns& turns,
                      const std::optional<call_rules>& rules) {
  auto asked = change_of(workspace, given, "edit", turns, rules);
  auto wish = wish_of(given);
  auto count = count_of(given);
  if (!asked || !wish || !count)
    return failed(!asked ? asked.failure() : !wish ? wish.failure() : count.failure());
  auto turn = turn_of(*asked);
  if (!turn)
    return failed(turn.failure());
  if (!*turn)
    return given_up();
  auto now = load(*asked);
  if (!now)
    return failed(now.failure());
  if (auto changed = check_version(*now, given))
    return *changed;
  if (wish->from.empty() && !now->exists && count->expected.value_or(1) != 1)
    return failed(ec::tool_failed, "there is no file " + now->path +
                                       " yet, so that nothing in it can be replaced " +
                                       std::to_string(*count->expected) + " times");
  if (wish->from.empty() && !now->exists)
    return replace(*asked, *now, wish->to);
  if (wish->from.empty())
    return failed(ec::tool_invalid_args, "oldString is empty, but the file exists");
  if (!now->exists)
    return failed(ec::tool_failed, "there is no file " + now->path);
  return edit_present(*asked, *now, *wish, *count);
}

} // namespace kodad::actors
