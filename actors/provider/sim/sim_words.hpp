// SIM WORDS: a line of a prompt as words, in which what is quoted is one word, and the part of a
// prompt that may ask for something at all. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

/// One word of a line.
struct sim_word {
  std::string_view text;  ///< Without its quotes and the punctuation behind it.
  std::string lower;      ///< The same in lower case; empty for what is quoted.
  bool is_quoted = false; ///< In `backticks`, "quotes", 'quotes' or “quotes”.
  char after = ' ';       ///< The punctuation behind it: . , ; : ! ? or a blank.
  size_t begin = 0;       ///< Where it begins in the line, quotes included.
  size_t end = 0;         ///< Where it ends, quotes included, punctuation not.
};

using sim_words = std::vector<sim_word>;

sim_words split_line(std::string_view line);

/// A prompt, divided into what asks and what is merely text.
struct sim_message {
  std::string_view request;              ///< The first line that says something.
  std::string_view rest;                 ///< The lines below it.
  std::optional<std::string_view> block; ///< The inside of the first fenced block below it.
  std::string_view before_block;         ///< The lines below the request, above that block.
  std::string_view after_block;          ///< The lines below that block.
};

/// Only the first line asks: what stands below it may be pasted from anywhere. A line that only
/// greets is passed over, fenced and quoted ("> ") ones are never a request.
sim_message divide(std::string_view prompt);

/// src/main.cpp, .env, Makefile, *.log: what is a path although nobody says so.
bool looks_like_path(std::string_view word);

/// Does the word stand in a list of words set apart by blanks?
bool is_one_of(std::string_view word, std::string_view blank_separated);

} // namespace kodad::actors
