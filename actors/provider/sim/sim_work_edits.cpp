// Changing a file's text: read first, then edit, then say what the tool said.
#include "actors/provider/sim/sim_work.hpp"

#include "proto/text/ascii.hpp"

#include <algorithm>

namespace kodad::actors {

namespace {

std::string joined(const std::vector<std::string>& lines, size_t first, size_t last) {
  std::string out;
  for (size_t i = first; i < last; ++i)
    out += (i == first ? "" : "\n") + lines[i];
  return out;
}

size_t count_in(std::string_view text, std::string_view part) {
  size_t out = 0;
  for (auto at = text.find(part); !part.empty() && at != std::string_view::npos;
       at = text.find(part, at + part.size()))
    ++out;
  return out;
}

std::string times(size_t n) {
  return n == 1 ? "once" : std::to_string(n) + " times";
}

enum class file_end : uint8_t { top, bottom };

/// Lines at one end of a file that stand there once: what an edit can hold on to.
std::string anchor_of(const std::vector<std::string>& lines, file_end where) {
  constexpr size_t lines_max = 40;
  auto all = joined(lines, 0, lines.size());
  for (size_t n = 1; n <= std::min(lines.size(), lines_max); ++n) {
    auto out = where == file_end::top ? joined(lines, 0, n)
                                      : joined(lines, lines.size() - n, lines.size());
    if (count_in(all, out) == 1)
      return out;
  }
  return {};
}

/// The change that takes a line away, with its end; nothing where there is no such line.
std::optional<sim_change> without_line(const std::vector<std::string>& lines,
                                       const std::string& line) {
  auto at = std::find(lines.begin(), lines.end(), line);
  if (at == lines.end())
    return std::nullopt;
  if (at != lines.begin())
    return sim_change{*(at - 1) + "\n" + line, *(at - 1)};
  if (at + 1 != lines.end())
    return sim_change{line + "\n" + *(at + 1), *(at + 1)};
  return sim_change{line, ""};
}

} // namespace

sim_progress replace_text(const sim_wish& wish, sim_worker& hands) {
  auto path = wish.path();
  auto from = as_code(wish.text);
  if (wish.text.empty() || wish.text == wish.target)
    return not_done("I changed nothing: there is nothing to replace.");
  const auto* seen = read_wherever(path, hands);
  if (!seen)
    return std::nullopt;
  if (seen->failed)
    return not_done("I changed nothing: " + failure_of(*seen));
  auto text = read_file_text(*seen);
  auto all = joined(text.lines, 0, text.lines.size());
  auto found = count_in(all, wish.text);
  if (found == 0 && !text.is_cut) {
    auto alike = count_in(proto::text::to_lower(all), proto::text::to_lower(wish.text));
    return not_done("I changed nothing: " + from + " does not stand in " + as_code(path) + "." +
                    (alike > 0 ? " In another spelling it does, " + times(alike) + "." : ""));
  }
  auto change = wish.is_whole ? without_line(text.lines, wish.text) : std::nullopt;
  if (wish.is_whole && !change)
    return not_done("I changed nothing: " + from + " is no whole line of " + as_code(path) + ".");
  if (change)
    found = 1;
  const auto* made = hands.edit(path, change ? *change : sim_change{wish.text, wish.target, true});
  if (!made)
    return std::nullopt;
  if (made->failed)
    return not_done("I did not change " + as_code(path) + ": " + failure_of(*made));
  auto done = wish.target.empty()
                  ? "I removed " + from + " from " + as_code(path)
                  : "I replaced " + from + " by " + as_code(wish.target) + " in " + as_code(path);
  return sim_report{done + (text.is_cut ? "" : ", " + times(found)) +
                        ". The tool says: " + failure_of(*made) + ".",
                    true};
}

sim_progress add_line(const sim_wish& wish, sim_worker& hands) {
  bool at_top = wish.what == sim_wish::kind::prepend;
  auto path = wish.path();
  const auto* seen = read_wherever(path, hands);
  if (!seen)
    return std::nullopt;
  if (seen->failed)
    return not_done("I added nothing: " + failure_of(*seen));
  auto text = read_file_text(*seen);
  if (!at_top && text.follow_until > text.last_number) {
    constexpr int64_t tail = 100;
    seen = hands.read(path, std::max<int64_t>(text.follow_until - tail, 1));
    if (!seen)
      return std::nullopt;
    text = read_file_text(*seen);
  }
  bool is_empty = text.lines.empty() && !text.is_cut;
  auto anchor = anchor_of(text.lines, at_top ? file_end::top : file_end::bottom);
  if (!is_empty && anchor.empty())
    return not_done("I added nothing: no line at that end of " + as_code(path) +
                    " stands there only once, so an edit has nothing to hold on to.");
  bool has_returns = anchor.ends_with('\r');
  auto line = wish.text + (has_returns && !at_top ? "\r" : "");
  const auto* made =
      is_empty ? hands.write(path, wish.text + "\n")
               : hands.edit(path, {anchor, at_top ? line + "\n" + anchor : anchor + "\n" + line});
  if (!made)
    return std::nullopt;
  if (made->failed)
    return not_done("I did not change " + as_code(path) + ": " + failure_of(*made));
  return sim_report{"I added " + as_code(wish.text) + " at the " + (at_top ? "beginning" : "end") +
                        " of " + as_code(path) + ". The tool says: " + failure_of(*made) + ".",
                    true};
}

} // namespace kodad::actors
