#include "actors/provider/sim/sim_outcome.hpp"

#include "proto/limits/sim.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::actors {

namespace limits = proto::limits;

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (size_t at = 0; at < text.size();) {
    auto end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::optional<int64_t> number_at(std::string_view text) {
  int64_t out = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  return problem == std::errc() && end != text.data() ? std::optional(out) : std::nullopt;
}

std::string fence(const std::vector<std::string_view>& lines, size_t first, size_t last) {
  // Longer than any run of backticks inside, as far as it is shown.
  size_t longest = 2;
  for (size_t i = first; i < last; ++i)
    for (size_t at = 0, run = 0; at < std::min(lines[i].size(), limits::sim_line_bytes); ++at) {
      run = lines[i][at] == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
  std::string mark;
  while (mark.size() <= longest)
    mark.push_back('`');
  std::string out;
  out.append("\n").append(mark).append("\n");
  if (first > 0)
    out += "…\n";
  for (size_t i = first; i < last; ++i)
    out.append(proto::text::prefix(lines[i], limits::sim_line_bytes)).append("\n");
  if (last < lines.size())
    out += "…\n";
  return out.append(mark).append("\n");
}

} // namespace

std::string as_code(std::string_view text) {
  // Longer than a run of backticks that stands alone; a blank keeps those at the ends apart.
  bool is_plain = text.find('`') == std::string_view::npos;
  std::string_view open = is_plain ? "`" : "`` ";
  std::string_view close = is_plain ? "`" : " ``";
  std::string out;
  out.append(open).append(proto::text::prefix(text, limits::sim_line_bytes));
  if (text.size() > limits::sim_line_bytes)
    out.append("…");
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out.append(close);
}

std::string fenced_end(std::string_view output) {
  auto lines = lines_of(output);
  while (!lines.empty() && lines.back().empty())
    lines.pop_back();
  if (lines.empty())
    return {};
  auto shown = std::min(lines.size(), limits::sim_quoted_lines);
  return fence(lines, lines.size() - shown, lines.size());
}

std::string fenced_begin(std::string_view text) {
  auto lines = lines_of(text);
  if (lines.empty())
    return {};
  return fence(lines, 0, std::min(lines.size(), limits::sim_quoted_lines));
}

std::string failure_of(const sim_past_call& call) {
  for (auto line : lines_of(call.output))
    if (line.find_first_not_of(" \t\r") != std::string_view::npos)
      return std::string(proto::text::prefix(line, limits::sim_line_bytes));
  return "it failed without a word";
}

bool was_denied(const sim_past_call& call) {
  return call.failed && call.output.starts_with("tool_denied");
}

sim_ending read_ending(const sim_past_call& call) {
  sim_ending out;
  auto lines = lines_of(call.output);
  while (!lines.empty() && lines.back().empty())
    lines.pop_back();
  std::string_view last = lines.empty() ? std::string_view() : lines.back();
  constexpr std::string_view coded = "(exit code ";
  if (last.starts_with(coded))
    out.code = number_at(last.substr(coded.size()));
  if (last.starts_with(coded) || last.starts_with("(ended"))
    lines.pop_back();
  for (auto line : lines)
    out.output.append(line).append("\n");
  if (out.code && *out.code == 0 && !call.failed)
    out.how = "ended with exit code 0";
  else if (out.code)
    out.how = "ended with exit code " + std::to_string(*out.code);
  else if (last.starts_with("(ended"))
    out.how = "did not end by itself " + std::string(last);
  else if (was_denied(call))
    out.how = "was not run: " + failure_of(call);
  else if (call.failed)
    out.how = "failed: " + failure_of(call);
  else
    out.how = "ended, but its result does not say how";
  if (call.failed)
    out.code = out.code == 0 ? std::nullopt : out.code;
  return out;
}

sim_file_text read_file_text(const sim_past_call& call) {
  sim_file_text out;
  for (auto line : lines_of(call.output)) {
    if (line.starts_with("(lines ")) { // (lines 2001 to 5000 follow: …)
      out.is_cut = true;
      if (auto at = line.find(" to "); at != std::string_view::npos)
        out.follow_until = number_at(line.substr(at + 4)).value_or(0);
      continue;
    }
    out.is_cut = out.is_cut || line.starts_with("(the file is larger") || line.ends_with(" (cut)");
    auto number = number_at(line);
    auto colon = line.find(": ");
    if (!number || colon == std::string_view::npos || *number <= out.last_number)
      continue;
    out.last_number = *number;
    out.lines.emplace_back(line.substr(colon + 2));
  }
  return out;
}

} // namespace kodad::actors
