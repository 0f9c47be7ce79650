#include "proto/text/nearest_word.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace kodad::proto::text {

namespace {

constexpr size_t longest_compared = 64; // No key of ours is longer; the cost is quadratic.

/// Insertions, deletions and replacements from one word to the other (Levenshtein).
size_t edits_between(std::string_view from, std::string_view to) {
  std::vector<size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= from.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 1; j <= to.size(); ++j) {
      size_t replaced = diagonal + (from[i - 1] != to[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

} // namespace

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > longest_compared)
    return {};
  std::string_view best;
  size_t fewest = std::max<size_t>(2, word.size() / 3) + 1;
  for (auto candidate : known) {
    auto edits = edits_between(word, candidate);
    if (edits < fewest && edits < candidate.size()) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

std::string guess(std::string_view word, std::span<const std::string_view> known) {
  auto nearest = nearest_word(word, known);
  return nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?";
}

} // namespace kodad::proto::text
