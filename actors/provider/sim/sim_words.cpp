#include "actors/provider/sim/sim_words.hpp"

#include "proto/text/ascii.hpp"

#include <algorithm>
#include <array>

namespace kodad::actors {

namespace {

constexpr std::string_view blanks = " \t\r";
constexpr std::string_view punctuation = ".,;:!?";

struct quote_pair {
  std::string_view open;
  std::string_view close;
};

constexpr std::array<quote_pair, 5> quotes{quote_pair{"`", "`"}, quote_pair{"\"", "\""},
                                           quote_pair{"'", "'"}, quote_pair{"“", "”"},
                                           quote_pair{"‘", "’"}};

/// Does the text at `at` end a quoted word? Not before a letter: that is an apostrophe.
bool ends_word(std::string_view line, size_t at) {
  return at >= line.size() || blanks.find(line[at]) != std::string_view::npos ||
         punctuation.find(line[at]) != std::string_view::npos || line[at] == ')';
}

/// The quoted word that begins at `at`.
std::optional<sim_word> read_quoted(std::string_view line, size_t at) {
  for (const auto& [open, close] : quotes) {
    if (!line.substr(at).starts_with(open))
      continue;
    auto inside = at + open.size();
    auto end = line.find(close, inside);
    while (end != std::string_view::npos && !ends_word(line, end + close.size()))
      end = line.find(close, end + close.size());
    if (end == std::string_view::npos)
      return std::nullopt;
    sim_word out;
    out.text = line.substr(inside, end - inside);
    out.is_quoted = true;
    out.begin = at;
    out.end = end + close.size();
    return out;
  }
  return std::nullopt;
}

sim_word read_bare(std::string_view line, size_t at) {
  sim_word out;
  out.begin = at;
  out.end = std::min(line.find_first_of(blanks, at), line.size());
  // "." and ".." are names, "main.cpp." is one at a sentence's end.
  auto is_mark = [&] { return punctuation.find(line[out.end - 1]) != std::string_view::npos; };
  bool only_dots = line.substr(at, out.end - at).find_first_not_of('.') == std::string_view::npos;
  while (!only_dots && out.end > at + 1 && is_mark())
    out.after = line[--out.end];
  out.text = line.substr(at, out.end - at);
  out.lower = proto::text::to_lower(out.text);
  return out;
}

std::string_view line_at(std::string_view text, size_t at) {
  return text.substr(at, std::min(text.find('\n', at), text.size()) - at);
}

std::string_view trim(std::string_view line) {
  auto first = line.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

bool is_fence(std::string_view line) {
  return line.starts_with("```") || line.starts_with("~~~");
}

bool only_greets(std::string_view line) {
  auto words = split_line(line);
  return !words.empty() && words.size() <= 3 &&
         is_one_of(words.front().lower, "hi hello hey hallo dear morning good");
}

/// Finds the first fenced block in the lines below the request.
void find_block(sim_message& about) {
  auto text = about.rest;
  for (size_t at = 0; at < text.size();) {
    auto line = line_at(text, at);
    auto next = std::min(at + line.size() + 1, text.size());
    auto fence = trim(line).substr(0, 3);
    if (is_fence(fence)) {
      auto end = next;
      while (end < text.size() && !trim(line_at(text, end)).starts_with(fence))
        end = std::min(end + line_at(text, end).size() + 1, text.size());
      about.block = text.substr(next, end - next);
      about.before_block = text.substr(0, at);
      about.after_block = text.substr(std::min(end + line_at(text, end).size(), text.size()));
      return;
    }
    at = next;
  }
}

} // namespace

bool is_one_of(std::string_view word, std::string_view blank_separated) {
  if (word.empty())
    return false;
  for (size_t at = 0; at < blank_separated.size();) {
    auto end = std::min(blank_separated.find(' ', at), blank_separated.size());
    if (blank_separated.substr(at, end - at) == word)
      return true;
    at = end + 1;
  }
  return false;
}

sim_words split_line(std::string_view line) {
  sim_words out;
  for (size_t at = 0; at < line.size();) {
    if (blanks.find(line[at]) != std::string_view::npos) {
      ++at;
      continue;
    }
    auto word = read_quoted(line, at).value_or(sim_word{});
    if (!word.is_quoted)
      word = read_bare(line, at);
    else if (word.end < line.size() && punctuation.find(line[word.end]) != std::string_view::npos)
      word.after = line[word.end];
    at = word.end;
    while (at < line.size() && punctuation.find(line[at]) != std::string_view::npos &&
           word.after != ' ')
      ++at;
    out.push_back(std::move(word));
  }
  return out;
}

sim_message divide(std::string_view prompt) {
  sim_message out;
  bool fenced = false;
  for (size_t at = 0; at < prompt.size();) {
    auto line = line_at(prompt, at);
    auto next = std::min(at + line.size() + 1, prompt.size());
    auto bare = trim(line);
    bool is_text = fenced || is_fence(bare) || bare.starts_with('>') || bare.empty();
    fenced = fenced != is_fence(bare);
    bool more_follows = next < prompt.size();
    if (!is_text && !(only_greets(bare) && more_follows)) {
      out.request = bare;
      out.rest = prompt.substr(next);
      find_block(out);
      return out;
    }
    at = next;
  }
  return out;
}

bool looks_like_path(std::string_view word) {
  constexpr std::string_view known = "makefile dockerfile license readme gemfile rakefile procfile "
                                     "justfile jenkinsfile changelog notice authors";
  if (word.empty() || word.size() > 200 || word.find("://") != std::string_view::npos)
    return false;
  if (word.find_first_of("\"'`<>|;&$(){}=") != std::string_view::npos)
    return false;
  // In lower case they are words like others.
  if (is_one_of(proto::text::to_lower(word), known))
    return word[0] >= 'A' && word[0] <= 'Z';
  if (word == "/" || word.find_first_not_of("./*") == std::string_view::npos)
    return false;
  if (word.find('/') != std::string_view::npos)
    return word != "and/or";
  auto dot = word.rfind('.');
  if (dot == std::string_view::npos)
    return false;
  auto ending = word.substr(dot + 1);
  auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  bool fits = !ending.empty() && ending.size() <= 12 && is_letter(ending[0]);
  return fits && word != "e.g" && word != "i.e";
}

} // namespace kodad::actors
