#include "actors/tools/files/read.hpp"

#include "actors/tools/files/dead_link.hpp"
#include "actors/tools/files/text_file.hpp"
#include "proto/limits.hpp"
#include "proto/limits/search.hpp"
#include "proto/text/control_signs.hpp"
#include "proto/text/utf8.hpp"
#include "storage/digest.hpp"

#include <algorithm>
#include <strings.h>

namespace kodad::actors {

using proto::ec;
namespace limits = proto::limits;
namespace host = storage::host;

namespace {

using all_rules = std::optional<call_rules>;

/// What must be known of a result that has control characters, lest they be written as shown.
constexpr std::string_view signs_note =
    "(control characters are shown by signs: those up to \\u001f as \u2400 to \u241f, \\u007f as "
    "\u2421, the others by words such as \\u0085; as shown they match neither oldString nor a "
    "path, "
    "and are others when written: name the character itself, in JSON as \\u001b and the like)\n";

struct line_range {
  size_t first = 1;
  size_t count = SIZE_MAX;
  size_t asked = 0; ///< The argument limit; 0 for none.
};

/// By offset and limit, or by the first and the last line.
proto::result<line_range> range_of(const tool_arguments& given) {
  auto offset = given.count("offset");
  auto start = given.count("startLine");
  auto end = given.count("endLine");
  if (offset && start && offset != start)
    return proto::make_error(ec::tool_invalid_args,
                             "the arguments offset and startLine name two lines to begin with");
  line_range out;
  out.first = offset ? *offset : start.value_or(1);
  if (end && *end < out.first)
    return proto::make_error(ec::tool_invalid_args,
                             "the argument endLine lies before the first line asked for");
  out.asked = given.count("limit").value_or(0);
  if (out.asked > 0)
    out.count = out.asked;
  if (end)
    out.count = std::min(out.count, *end - out.first + 1);
  return out;
}

/// Says that limit was more than is shown at a time; empty when it was not.
std::string clipped(const line_range& range, size_t most, const std::string& unit) {
  if (range.asked <= most)
    return "";
  return "(limit: " + std::to_string(most) + " " + unit + " at most are shown at a time, not " +
         std::to_string(range.asked) + ")\n";
}

/// The entries of a listing that were asked for, and what of it is left.
std::string page_of(const host::directory_listing& listing, const line_range& range) {
  const auto& all = listing.entries;
  auto count = std::min(range.count, limits::directory_entries);
  std::string out;
  auto next = std::min(range.first - 1, all.size());
  for (size_t shown = 0; next < all.size() && shown < count; ++shown, ++next) {
    if (out.size() > limits::tool_output_bytes)
      break;
    out += all[next].name + (all[next].kind == host::file_kind::directory ? "/\n" : "\n");
  }
  if (out.empty() && !all.empty())
    out = "(the folder has only " + std::to_string(all.size()) + " entries)\n";
  else if (next < all.size())
    out += "(entries " + std::to_string(next + 1) + " to " + std::to_string(all.size()) +
           " follow: read on with offset " + std::to_string(next + 1) + ")\n";
  return out;
}

tool_output list_folder(const host::folder& workspace, const std::string& path,
                        const line_range& range, const all_rules& rules) {
  auto listing = workspace.list_directory(path, limits::folder_entries_met);
  if (!listing)
    return failed(listing.failure());
  if (auto permitted = permit_real(rules, "read", path, listing->path); !permitted)
    return failed(permitted.failure());
  tool_output out;
  auto names = page_of(*listing, range);
  bool has_signs = proto::text::has_controls(names);
  out.text = proto::text::show_controls(std::move(names));
  out.text += clipped(range, limits::directory_entries, "entries");
  if (listing->cut)
    out.text += "(more entries are not shown)\n";
  if (listing->entries.empty())
    out.text += "(the folder is empty)\n";
  if (has_signs)
    out.text += signs_note;
  return out;
}

/// Lines `first` to `first + count - 1` of a text, numbered, and how many there are in all.
struct page {
  std::string text;
  size_t lines = 0;
  size_t shown = 0;
  bool has_signs = false; ///< In place of control characters.
};

page number_lines(std::string_view text, size_t first, size_t count) {
  page out;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++out.lines;
    bool fits = out.shown < count && out.text.size() < limits::tool_output_bytes;
    if (out.lines < first || !fits)
      continue;
    ++out.shown;
    out.text += std::to_string(out.lines) + ": ";
    auto valid = proto::text::to_valid_utf8(proto::text::prefix(line, limits::line_bytes));
    out.has_signs = out.has_signs || proto::text::has_controls(valid);
    out.text += proto::text::show_controls(std::move(valid));
    out.text += line.size() > limits::line_bytes ? " (cut)\n" : "\n";
  }
  return out;
}

/// Names in the same folder that differ in case only.
std::string suggestion(const host::folder& workspace, const std::string& path) {
  auto slash = path.rfind('/');
  auto parent = slash == std::string::npos ? "." : path.substr(0, slash);
  auto wanted = slash == std::string::npos ? path : path.substr(slash + 1);
  auto listing = workspace.list_directory(parent, limits::directory_entries);
  if (!listing)
    return "";
  for (const auto& entry : listing->entries)
    if (entry.name.size() == wanted.size() &&
        ::strncasecmp(entry.name.c_str(), wanted.c_str(), wanted.size()) == 0)
      return "; did you mean " +
             (slash == std::string::npos ? entry.name : parent + "/" + entry.name) + "?";
  return "";
}

/// What cannot be shown as text but is worth naming; empty for anything else.
std::string_view media_type(std::string_view bytes) {
  struct {
    std::string_view start;
    std::string_view type;
  } known[] = {{"\x89PNG\r\n\x1a\n", "image/png"},
               {"\xff\xd8\xff", "image/jpeg"},
               {"GIF87a", "image/gif"},
               {"GIF89a", "image/gif"},
               {"%PDF-", "application/pdf"},
               {"BM", "image/bmp"}};
  for (const auto& each : known)
    if (bytes.starts_with(each.start) && (each.start.size() > 2 || is_binary(bytes)))
      return each.type;
  return bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP") ? "image/webp" : "";
}

/// Without the line, or the character, that the end of what was loaded cuts in two.
void drop_broken_end(std::string& bytes) {
  bool is_little = bytes.starts_with("\xff\xfe");
  bool is_wide = is_little || bytes.starts_with("\xfe\xff");
  auto line = is_little ? std::string_view("\n\0", 2) : std::string_view("\0\n", 2);
  if (!is_wide)
    line = "\n";
  for (auto at = bytes.rfind(line); at != bytes.npos && at > 0; at = bytes.rfind(line, at - 1))
    if (!is_wide || at % 2 == 0)
      return bytes.resize(at + line.size());
  bytes.resize(is_wide ? bytes.size() / 2 * 2
                       : proto::text::prefix(bytes, bytes.size() - 1).size());
}

/// Says which lines of the file, if any, are not among those shown.
std::string rest_of(const page& shown, size_t first, bool is_cut) {
  auto all = std::to_string(shown.lines);
  auto next = std::to_string(first + shown.shown);
  auto bound = std::to_string(limits::file_bytes / 1024 / 1024) + " MiB";
  std::string out;
  if (shown.lines == 0)
    out = "(the file is empty)\n";
  else if (shown.shown == 0 && is_cut)
    out = "(its first " + bound + " have only " + all + " lines)\n";
  else if (shown.shown == 0)
    out = "(the file has only " + all + " lines)\n";
  else if (first + shown.shown <= shown.lines)
    out = "(lines " + next + " to " + all + " follow: read on with offset " + next + ")\n";
  if (is_cut)
    out += "(the file is larger than the " + bound +
           " that a tool may load; its end is not shown: look at it with bash)\n";
  return out;
}

tool_output show_file(const host::folder& workspace, const std::string& path,
                      const line_range& range, const all_rules& rules) {
  auto content = workspace.read_file(path, limits::file_bytes);
  if (!content)
    return failed(content.failure());
  if (auto permitted = permit_real(rules, "read", path, content->path); !permitted)
    return failed(permitted.failure());
  tool_output out;
  auto size = std::to_string(content->status.size) + " bytes";
  if (auto mime = media_type(content->bytes); !mime.empty()) {
    out.text = path + ": " + std::string(mime) + ", " + size + "\n";
    return out;
  }
  bool is_cut = content->status.size > content->bytes.size();
  if (is_cut)
    drop_broken_end(content->bytes);
  auto file = decode_text(content->bytes);
  if (!file)
    return failed(ec::tool_failed, path + " is a binary file of " + size);
  auto count = std::min(range.count, limits::read_lines);
  auto shown = number_lines(with_line_feeds(file->text), range.first, count);
  out.text = shown.text + rest_of(shown, range.first, is_cut);
  out.text += clipped(range, limits::read_lines, "lines");
  if (auto note = encoding_note(*file); !note.empty())
    out.text += "(" + note + ")\n";
  if (shown.has_signs)
    out.text += signs_note;
  if (!is_cut)
    out.text += "(version " + content_version(content->bytes) + ")\n";
  return out;
}

} // namespace

std::string content_version(std::string_view bytes) {
  return storage::to_hex(storage::sha256(bytes)).substr(0, 12);
}

bool is_binary(std::string_view bytes) {
  return bytes.find('\0') != std::string_view::npos;
}

tool_output read_tool(const host::folder& workspace, const tool_arguments& given,
                      const all_rules& rules) {
  auto path = given.text("filePath");
  if (!path)
    return failed(missing("filePath"));
  auto relative = workspace.relative_path(*path);
  if (!relative)
    return failed(relative.failure());
  auto about = look_at(workspace, *relative, "file");
  if (!about && about.failure().context == "there is no file " + *relative)
    return failed(ec::tool_failed, about.failure().context + suggestion(workspace, *relative));
  if (!about)
    return failed(about.failure());
  auto range = range_of(given);
  if (!range)
    return failed(range.failure());
  if (about->kind == host::file_kind::directory)
    return list_folder(workspace, *relative, *range, rules);
  return show_file(workspace, *relative, *range, rules);
}

} // namespace kodad::actors
