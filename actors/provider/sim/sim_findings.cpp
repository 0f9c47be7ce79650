#include "actors/provider/sim/sim_findings.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::actors {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (size_t at = 0; at < text.size();) {
    auto end = std::min(text.find('\n', at), text.size());
    auto line = text.substr(at, end - at);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    out.push_back(line);
    at = end + 1;
  }
  return out;
}

std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  return text;
}

/// "12: text", "12\ttext", "12|text", "Line 12: text".
std::optional<sim_line> read_numbered(std::string_view line) {
  line = skip_blanks(line);
  for (std::string_view word : {"Line ", "line "})
    if (line.starts_with(word))
      line.remove_prefix(word.size());
  sim_line out;
  auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), out.number);
  auto digits = static_cast<size_t>(end - line.data());
  if (problem != std::errc() || digits == 0 || !is_digit(line[0]) || digits >= line.size())
    return std::nullopt;
  line.remove_prefix(digits);
  constexpr std::string_view arrow = "\u2192";
  if (line.starts_with(arrow))
    line.remove_prefix(arrow.size());
  else if (line[0] == ':' || line[0] == '|' || line[0] == '\t' || line[0] == '-')
    line.remove_prefix(1);
  else
    return std::nullopt;
  if (line.starts_with(' '))
    line.remove_prefix(1);
  out.text = line;
  return out;
}

/// What `read` adds below a file's lines.
bool is_note(std::string_view line) {
  for (std::string_view start : {"(version ", "(lines ", "(the file is larger", "(the file has "})
    if (line.starts_with(start) && line.ends_with(')'))
      return true;
  return false;
}

bool is_path_line(std::string_view line) {
  return !line.empty() && line.size() <= 1024 &&
         line.find_first_of(" \t<>()\"'") == std::string_view::npos;
}

bool is_indented(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

/// A line that is not indented, above one that is, has the path of what stands there.
bool is_heading(const std::vector<std::string_view>& lines, size_t at) {
  return !lines[at].empty() && !is_indented(lines[at]) && at + 1 < lines.size() &&
         is_indented(lines[at + 1]);
}

std::string_view without_colon(std::string_view line) {
  if (line.ends_with(':'))
    line.remove_suffix(1);
  return line;
}

/// "(more lines match than …)", "No files found": what the tool itself says.
bool is_remark(std::string_view line) {
  return (line.starts_with('(') && line.ends_with(')')) ||
         (line.starts_with("No ") && line.ends_with("found"));
}

/// "path:12:text" and "path:12: text".
std::optional<sim_hit> read_full_hit(std::string_view line) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_path_line(line.substr(0, colon)))
    return std::nullopt;
  auto rest = read_numbered(line.substr(colon + 1));
  if (!rest)
    return std::nullopt;
  return sim_hit{std::string(line.substr(0, colon)), rest->number, std::move(rest->text)};
}

bool is_about_tests(std::string_view path) {
  for (std::string_view word : {"test", "spec", "example", "bench", "mock", "vendor", "third_party",
                                "node_modules", "build/"})
    if (path.find(word) != std::string_view::npos)
      return true;
  return false;
}

bool is_document(std::string_view path) {
  auto ending = file_ending(path);
  for (std::string_view known :
       {"md", "txt", "rst", "json", "yaml", "yml", "toml", "lock", "html", "log", "csv", "svg"})
    if (ending == known)
      return true;
  return false;
}

bool is_comment(std::string_view line) {
  line = skip_blanks(line);
  return line.starts_with("//") || line.starts_with("#") || line.starts_with("*") ||
         line.starts_with("/*") || line.starts_with("--");
}

/// Does the line look as if it declared the name, and with a body?
int definition_score(std::string_view line, const std::string& name) {
  line = skip_blanks(line);
  int score = 0;
  for (std::string_view word : {"class ", "struct ", "enum ", "interface ", "trait ", "def ",
                                "func ", "fn ", "function ", "type ", "impl ", "module ", "const ",
                                "pub ", "export ", "async ", "static ", "int ", "void "})
    if (line.starts_with(word))
      score = 6;
  auto at = line.find(name);
  if (at == std::string_view::npos)
    return 0;
  auto after = skip_blanks(line.substr(at + name.size()));
  auto before = line.substr(0, at);
  // A call stands in an expression, a declaration after a type at the line's beginning.
  if (after.starts_with('(') && !before.empty() && before.back() == ' ' &&
      before.find_first_of("=(.,") == std::string_view::npos && !before.starts_with("return"))
    score += 3;
  if (line.ends_with('{') || line.ends_with(':'))
    score += 3;
  if (line.ends_with(';') && score > 0)
    score -= 4;
  return score;
}

int score(const sim_hit& hit, const sim_intent& intent) {
  int best = 0;
  for (size_t i = 0; i < intent.names.size(); ++i)
    best = std::max(best, definition_score(hit.text, intent.names[i]) + (i == 0 ? 1 : 0));
  int out = 2 * best;
  out -= is_comment(hit.text) ? 8 : 0;
  out -= is_about_tests(hit.path) ? 10 : 0;
  out -= is_document(hit.path) ? 12 : 0;
  if (intent.is_entry_point) {
    auto name = file_name(hit.path);
    out += name.starts_with("main.") || name.starts_with("Main.") ? 8 : 0;
    auto deep = std::count(hit.path.begin(), hit.path.end(), '/');
    out -= static_cast<int>(std::min<std::ptrdiff_t>(deep, 12)) / 2;
  }
  return out;
}

} // namespace

std::vector<sim_hit> read_hits(std::string_view output) {
  std::vector<sim_hit> out;
  std::string path;
  auto lines = lines_of(output);
  for (size_t i = 0; i < lines.size(); ++i) {
    auto bare = skip_blanks(lines[i]);
    auto numbered = read_numbered(bare);
    if (is_heading(lines, i)) {
      path = without_colon(bare);
    } else if (numbered && !path.empty() && is_indented(lines[i])) {
      out.push_back({path, numbered->number, std::move(numbered->text)});
    } else if (auto hit = read_full_hit(bare)) {
      out.push_back(std::move(*hit));
    } else if (numbered && !path.empty()) {
      out.push_back({path, numbered->number, std::move(numbered->text)});
    } else if (!is_indented(lines[i]) || path.empty()) {
      // Below anything else stand no hits that could be read.
      path = is_path_line(without_colon(bare)) ? without_colon(bare) : std::string_view();
    }
  }
  return out;
}

std::vector<std::string> read_binaries(std::string_view output) {
  std::vector<std::string> out;
  auto lines = lines_of(output);
  std::string_view path;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (is_heading(lines, i))
      path = lines[i];
    else if (skip_blanks(lines[i]).starts_with("(a binary file") && is_indented(lines[i]))
      out.emplace_back(path);
  }
  return out;
}

std::vector<std::string> read_notes(std::string_view output) {
  std::vector<std::string> out;
  for (auto line : lines_of(output))
    if (is_remark(line) && line[0] == '(' && !line.starts_with("(no ") &&
        !line.starts_with("(nothing matches"))
      out.emplace_back(line.substr(1, line.size() - 2));
  return out;
}

bool tell_of_more(const std::vector<std::string>& notes) {
  return std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.starts_with("more ") || note.starts_with("not searched");
  });
}

bool is_without_finds(std::string_view output) {
  auto lines = lines_of(output);
  return std::all_of(lines.begin(), lines.end(), [](std::string_view line) {
    return skip_blanks(line).empty() || is_remark(line);
  });
}

std::optional<size_t> best_hit(const std::vector<sim_hit>& hits, const sim_intent& intent) {
  std::optional<size_t> best;
  int best_score = 0;
  for (size_t i = 0; i < hits.size(); ++i) {
    int points = score(hits[i], intent);
    if (best && points <= best_score)
      continue;
    best = i;
    best_score = points;
  }
  return best;
}

std::vector<std::string> read_paths(std::string_view output) {
  std::vector<std::string> out;
  for (auto line : lines_of(output)) {
    auto bare = skip_blanks(line);
    bool is_path = is_indented(line) ? is_path_line(bare) : !bare.empty() && !is_remark(bare);
    if (is_path && !bare.ends_with(':') && bare != "...")
      out.emplace_back(bare);
  }
  return out;
}

std::vector<sim_line> read_lines(std::string_view output) {
  std::vector<sim_line> out;
  auto lines = lines_of(output);
  while (!lines.empty() && is_note(lines.back()))
    lines.pop_back();
  for (auto line : lines) {
    auto numbered = read_numbered(line);
    // Numbers that do not climb belong to the text.
    if (numbered && (out.empty() || numbered->number > out.back().number))
      out.push_back(std::move(*numbered));
  }
  // A text that merely holds a few such lines is not a numbered one.
  if (out.size() * 2 >= lines.size())
    return out;
  out.clear();
  for (size_t i = 0; i < lines.size(); ++i)
    out.push_back({static_cast<int64_t>(i + 1), std::string(lines[i])});
  return out;
}

bool says_more_follows(std::string_view output) {
  auto lines = lines_of(output);
  // A file may hold such words itself; the notes are the last lines, and bear no number.
  for (auto at = lines.size(); at > 0 && is_note(lines[at - 1]); --at)
    if (lines[at - 1].starts_with("(lines ") || lines[at - 1].starts_with("(the file is larger"))
      return true;
  return false;
}

std::string_view file_name(std::string_view path) {
  auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string file_ending(std::string_view path) {
  auto name = file_name(path);
  auto dot = name.rfind('.');
  std::string out(dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

} // namespace kodad::actors
