#include "actors/tools/diff.hpp"

#include "proto/limits/tools.hpp"
#include "proto/text/control_signs.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <git2.h>
#include <mutex>

namespace kodad::actors {

namespace {

namespace limits = proto::limits;

/// Beyond this, on either side, the lines that differ are shown as replaced, all by all: comparing
/// them could take minutes.
constexpr size_t compared_bytes_max = 1024 * 1024;

constexpr size_t context_lines = 3;

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] { git_libgit2_init(); });
}

size_t count_lines(std::string_view text) {
  auto ends = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  return ends + (text.empty() || text.back() == '\n' ? 0 : 1);
}

/// The length of the whole lines with which both begin.
size_t shared_head(std::string_view before, std::string_view after) {
  auto size = std::min(before.size(), after.size());
  auto differ =
      std::mismatch(before.begin(), before.begin() + static_cast<ptrdiff_t>(size), after.begin());
  auto same = static_cast<size_t>(differ.first - before.begin());
  return same == 0 ? 0 : before.rfind('\n', same - 1) + 1; // npos + 1 is 0.
}

/// The length of the whole lines with which both end.
size_t shared_tail(std::string_view before, std::string_view after) {
  auto size = std::min(before.size(), after.size());
  auto differ = std::mismatch(before.rbegin(), before.rbegin() + static_cast<ptrdiff_t>(size),
                              after.rbegin());
  auto same = static_cast<size_t>(differ.first - before.rbegin());
  // Where the same bytes begin need not be a line's beginning: theirs is the next one.
  auto end_of_line = before.find('\n', before.size() - same);
  return end_of_line == std::string_view::npos ? 0 : before.size() - end_of_line - 1;
}

/// Where the last `lines` lines of a text begin.
size_t last_lines(std::string_view text, size_t lines) {
  auto at = text.size();
  for (size_t i = 0; i < lines && at > 0; ++i)
    at = at < 2 ? 0 : text.rfind('\n', at - 2) + 1;
  return at;
}

/// Where the first `lines` lines of a text end.
size_t first_lines(std::string_view text, size_t lines) {
  size_t at = 0;
  for (size_t i = 0; i < lines && at < text.size(); ++i)
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  return at;
}

/// libgit2's difference; empty when it makes none.
std::string compare(const std::string& path, std::string_view before, std::string_view after) {
  start_library();
  git_patch* patch = nullptr;
  std::string out;
  int code = git_patch_from_buffers(&patch, before.data(), before.size(), path.c_str(),
                                    after.data(), after.size(), path.c_str(), nullptr);
  git_buf text{};
  if (code == 0 && patch && git_patch_to_buf(&text, patch) == 0)
    out.assign(text.ptr, text.size);
  git_buf_dispose(&text);
  git_patch_free(patch);
  return out;
}

/// "@@ -3,4 +3,5 @@": adds to both first lines what was left out before them.
void move_hunk(std::string& line, size_t lines) {
  for (char sign : {'-', '+'}) {
    auto at = line.find(std::string(" ") + sign);
    if (at == std::string::npos)
      return;
    size_t number = 0;
    auto begin = line.data() + at + 2;
    auto end = std::from_chars(begin, line.data() + line.size(), number).ptr;
    line.replace(at + 2, static_cast<size_t>(end - begin), std::to_string(number + lines));
  }
}

std::string move_hunks(const std::string& diff, size_t lines) {
  if (lines == 0)
    return diff;
  std::string out;
  for (size_t at = 0; at < diff.size();) {
    auto end = std::min(diff.find('\n', at), diff.size() - 1) + 1;
    auto line = diff.substr(at, end - at);
    // No line of a file begins so: theirs have a sign or a blank before them.
    if (line.starts_with("@@ "))
      move_hunk(line, lines);
    out += line;
    at = end;
  }
  return out;
}

/// All lines of `text` with a sign before them, as far as anybody will see them.
void add_lines(std::string& out, char sign, std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
    out += sign;
    out += text.substr(at, end - at);
    at = end;
  }
  if (!text.empty() && text.back() != '\n')
    out += "\n\\ No newline at end of file\n";
}

std::string replaced(const std::string& path, std::string_view before, std::string_view after,
                     size_t lines_before) {
  std::string out = "diff --git a/" + path + " b/" + path + "\n--- a/" + path + "\n+++ b/" + path;
  auto span = [lines_before](std::string_view text) {
    auto lines = count_lines(text);
    return std::to_string(lines_before + (lines > 0 ? 1 : 0)) + "," + std::to_string(lines);
  };
  out += "\n@@ -" + span(before) + " +" + span(after) + " @@\n";
  add_lines(out, '-', before);
  add_lines(out, '+', after);
  return out;
}

/// Within the bound, with the number of lines that are missing.
std::string bounded(std::string diff) {
  constexpr size_t mark_bytes = 80;
  constexpr size_t room = limits::diff_bytes - mark_bytes;
  if (diff.size() > limits::diff_bytes) {
    auto whole = diff.rfind('\n', room - 1);
    // A line that is too long by itself is cut within.
    auto end = whole == std::string::npos || whole < room / 2
                   ? proto::text::prefix(diff, room).size()
                   : whole + 1;
    auto missing = count_lines(std::string_view(diff).substr(end));
    diff.resize(end);
    diff += diff.back() == '\n' ? "" : "\n";
    diff += "\\ " + std::to_string(missing) + " more lines of this diff are left out\n";
  }
  return diff;
}

} // namespace

std::string unified_diff(std::string_view path, std::string_view before, std::string_view after) {
  if (before == after)
    return "";
  std::string name(path);
  if (before.find('\0') != before.npos || after.find('\0') != after.npos)
    return proto::text::show_controls("Binary files a/" + name + " and b/" + name + " differ\n");
  auto head = shared_head(before, after);
  auto tail = shared_tail(before.substr(head), after.substr(head));
  // What both share is left out but for some lines around the change.
  auto from = last_lines(before.substr(0, head), context_lines);
  auto behind = first_lines(before.substr(before.size() - tail), context_lines);
  auto old_part = before.substr(from, before.size() - from - (tail - behind));
  auto new_part = after.substr(from, after.size() - from - (tail - behind));
  auto lines_before = count_lines(before.substr(0, from));
  std::string out;
  if (std::max(old_part.size(), new_part.size()) <= compared_bytes_max)
    out = move_hunks(compare(name, old_part, new_part), lines_before);
  else
    out = replaced(name, before.substr(head, before.size() - head - tail),
                   after.substr(head, after.size() - head - tail),
                   count_lines(before.substr(0, head)));
  return bounded(proto::text::show_controls(proto::text::to_valid_utf8(out)));
}

} // namespace kodad::actors
