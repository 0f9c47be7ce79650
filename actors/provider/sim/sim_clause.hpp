// SIM CLAUSE: one request of a line ("delete a.txt"), from its verb on, and the questions that the
// readers of requests put to it. A view: line and words must outlive it. Pure.
#pragma once

#include "actors/provider/sim/sim_words.hpp"

#include <span>

namespace kodad::actors {

/// Bytes of the line.
struct sim_range {
  size_t begin = 0;
  size_t end = 0;
};

class sim_clause {
public:
  sim_clause(std::string_view line, std::span<const sim_word> words) : line_(line), words_(words) {}

  size_t size() const { return words_.size(); }
  const sim_word& operator[](size_t i) const { return words_[i]; }

  /// The word in lower case; empty for what is quoted or not there.
  std::string_view lower(size_t i) const;

  /// The first word at `from` or later that is one of those.
  std::optional<size_t> find(std::string_view blank_separated, size_t from = 0) const;
  bool holds(std::string_view blank_separated, size_t from = 0) const;

  /// The first word at `from` or later, before `until`, that is not one of those.
  size_t skip(std::string_view blank_separated, size_t from, size_t until) const;
  size_t skip(std::string_view blank_separated, size_t from) const;

  /// Words `first` to before `last` as they stand, or the inside of the quotes if they are one
  /// quoted word.
  std::string value(size_t first, size_t last) const;

  /// The line from word `first` to its end, or the inside of the quotes.
  std::string value_from(size_t first) const { return value(first, size()); }

  /// The same with the punctuation at the line's end, unless it stands in quotes.
  std::string text_from(size_t first) const;

  /// Where those words stand in the line.
  sim_range range(size_t first, size_t last) const;

  /// Does word `i` name a file or folder: by its looks, its quotes, or the word before it?
  bool is_path(size_t i) const;
  std::optional<size_t> find_path(size_t from = 0) const;
  std::vector<std::string> paths(size_t from, size_t until) const;

  /// Where "in PATH" stands, "the file" between them included.
  struct place {
    size_t first = 0; ///< "in"
    size_t last = 0;  ///< Behind the path.
    std::string path;
  };
  std::optional<place> find_place(std::string_view prepositions, size_t from = 0) const;

  /// The part from word `first` to before `last`.
  sim_clause part(size_t first, size_t last) const;

  std::string text() const { return value(0, size()); }

private:
  std::string_view line_;
  std::span<const sim_word> words_;
};

} // namespace kodad::actors
