#include "actors/provider/sim/sim_source.hpp"

#include <algorithm>
#include <array>

namespace kodad::actors {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

template <size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& known) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

bool has_indented_blocks(std::string_view path) {
  auto ending = file_ending(path);
  return ending == "py" || ending == "rb" || ending == "pyi" || ending == "ex";
}

size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

/// The line with strings emptied and the comment at its end cut off.
std::string code_of(std::string_view line) {
  std::string out;
  char quote = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (quote != 0) {
      i += c == '\\' ? 1 : 0;
      quote = c == quote ? '\0' : quote;
      continue;
    }
    if (line.substr(i).starts_with("//") || (c == '#' && (i == 0 || line[i - 1] == ' ')))
      break;
    bool is_char = c == '\'' && i + 2 < line.size() && (line[i + 2] == '\'' || line[i + 1] == '\\');
    if (c == '"' || is_char)
      quote = c;
    else
      out += c;
  }
  return out;
}

std::string_view first_word(std::string_view line) {
  line = trimmed(line);
  while (line.starts_with('}') || line.starts_with(' '))
    line.remove_prefix(1);
  auto end = std::find_if_not(line.begin(), line.end(), is_letter);
  return line.substr(0, static_cast<size_t>(end - line.begin()));
}

size_t end_by_braces(const std::vector<sim_line>& lines, size_t at, bool& whole) {
  int depth = 0;
  bool opened = false;
  for (size_t i = at; i < lines.size(); ++i) {
    for (char c : code_of(lines[i].text)) {
      opened = opened || c == '{';
      depth += c == '{' ? 1 : 0;
      depth -= c == '}' ? 1 : 0;
      whole = opened ? depth <= 0 : c == ';';
      if (whole)
        return i;
    }
  }
  return lines.size() - 1;
}

size_t end_by_indentation(const std::vector<sim_line>& lines, size_t at, bool& whole) {
  auto outer = indentation(lines[at].text);
  size_t last = at;
  for (size_t i = at + 1; i < lines.size(); ++i) {
    if (trimmed(lines[i].text).empty())
      continue;
    if (indentation(lines[i].text) <= outer) {
      whole = true;
      return trimmed(lines[i].text) == "end" ? i : last;
    }
    last = i;
  }
  return last;
}

std::vector<std::string> comment_above(const std::vector<sim_line>& lines, size_t at) {
  std::vector<std::string> out;
  while (at > 0) {
    auto line = trimmed(lines[--at].text);
    bool is_comment = line.starts_with("//") || line.starts_with("*") || line.starts_with("/*") ||
                      (line.starts_with("# ") && !line.starts_with("# include"));
    if (!is_comment || out.size() >= 8)
      break;
    auto text = line.find_first_not_of("/*#! ");
    auto words = text == std::string_view::npos ? std::string_view() : line.substr(text);
    if (words.ends_with("*/"))
      words.remove_suffix(2);
    if (!trimmed(words).empty())
      out.insert(out.begin(), std::string(trimmed(words)));
  }
  return out;
}

void find_calls(const std::string& code, std::vector<std::string>& out) {
  constexpr std::array<std::string_view, 20> not_calls{
      "if",     "for",    "while", "switch",  "return",   "sizeof",      "catch",
      "and",    "or",     "not",   "in",      "elif",     "static_cast", "function",
      "assert", "lambda", "fn",    "alignof", "decltype", "func"};
  for (size_t at = code.find('('); at != std::string::npos; at = code.find('(', at + 1)) {
    auto begin = at;
    while (begin > 0 && (is_letter(code[begin - 1]) || code[begin - 1] == ':'))
      --begin;
    auto name = code.substr(begin, at - begin);
    name.erase(0, std::min(name.find_first_not_of(':'), name.size()));
    bool known = std::find(out.begin(), out.end(), name) != out.end();
    if (!name.empty() && !known && !is_one_of(name, not_calls) &&
        !(name[0] >= '0' && name[0] <= '9'))
      out.push_back(name);
  }
}

void study_body(const std::vector<sim_line>& lines, sim_definition& out) {
  constexpr std::array<std::string_view, 9> branches{"if",   "else",   "elif",   "switch", "match",
                                                     "case", "unless", "except", "catch"};
  constexpr std::array<std::string_view, 5> loops{"for", "while", "do", "loop", "foreach"};
  for (size_t i = out.first + 1; i <= out.last; ++i) {
    auto code = code_of(lines[i].text);
    auto word = first_word(code);
    bool is_branch = is_one_of(word, branches);
    bool is_loop = is_one_of(word, loops);
    bool is_return = word == "return";
    out.branches += is_branch ? 1 : 0;
    out.loops += is_loop ? 1 : 0;
    out.returns += is_return ? 1 : 0;
    if (is_branch || is_loop || is_return)
      out.landmarks.push_back(i);
    find_calls(code, out.calls);
  }
}

} // namespace

std::string_view trimmed(std::string_view line) {
  auto begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos)
    return {};
  auto end = line.find_last_not_of(" \t\r");
  return line.substr(begin, end - begin + 1);
}

std::vector<std::string> find_includes(const std::vector<sim_line>& lines) {
  std::vector<std::string> out;
  for (const auto& line : lines) {
    auto text = trimmed(line.text);
    for (std::string_view word : {"#include ", "import ", "from ", "use ", "require "}) {
      if (!text.starts_with(word) || out.size() >= 20)
        continue;
      auto what = text.substr(word.size());
      what = what.substr(0, what.find_first_of(";"));
      // "from x import y" names x.
      if (word == "from ")
        what = what.substr(0, what.find(' '));
      out.emplace_back(trimmed(what));
    }
  }
  return out;
}

std::vector<size_t> find_outline(const std::vector<sim_line>& lines) {
  constexpr std::array<std::string_view, 14> starts{
      "class",    "struct", "enum",  "namespace", "def",  "func",   "fn",
      "function", "pub",    "trait", "interface", "impl", "export", "type"};
  std::vector<size_t> out;
  for (size_t i = 0; i < lines.size(); ++i) {
    const auto& text = lines[i].text;
    if (text.empty() || text[0] == ' ' || text[0] == '\t' || text[0] == '}')
      continue;
    bool named = is_one_of(first_word(text), starts);
    bool is_function = text.find('(') != std::string::npos && trimmed(text).ends_with('{');
    if (named || is_function)
      out.push_back(i);
  }
  return out;
}

sim_definition study(const std::vector<sim_line>& lines, size_t at, std::string_view path) {
  sim_definition out;
  out.first = at;
  out.last = has_indented_blocks(path) ? end_by_indentation(lines, at, out.is_whole)
                                       : end_by_braces(lines, at, out.is_whole);
  out.comment = comment_above(lines, at);
  out.includes = find_includes(lines);
  study_body(lines, out);
  return out;
}

} // namespace kodad::actors
