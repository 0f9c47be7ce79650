#include "actors/provider/sim/sim_clause.hpp"

#include <algorithm>

namespace kodad::actors {

namespace {

constexpr std::string_view file_nouns =
    "file files script named called folder directory dir module";
constexpr std::string_view never_names =
    "with that and to into as in from for containing which the a an named called please of it this "
    "everything all by you me us i we "
    "have has had are is do does did contain contains containing changed mention mentions use uses "
    "but not or and if then only except unless without instead";
constexpr std::string_view articles = "the a an file folder directory";

} // namespace

std::string_view sim_clause::lower(size_t i) const {
  return i < size() ? std::string_view(words_[i].lower) : std::string_view();
}

std::optional<size_t> sim_clause::find(std::string_view blank_separated, size_t from) const {
  for (size_t i = from; i < size(); ++i)
    if (is_one_of(words_[i].lower, blank_separated))
      return i;
  return std::nullopt;
}

bool sim_clause::holds(std::string_view blank_separated, size_t from) const {
  return find(blank_separated, from).has_value();
}

size_t sim_clause::skip(std::string_view blank_separated, size_t from, size_t until) const {
  while (from < std::min(until, size()) && is_one_of(words_[from].lower, blank_separated))
    ++from;
  return from;
}

size_t sim_clause::skip(std::string_view blank_separated, size_t from) const {
  return skip(blank_separated, from, size());
}

std::string sim_clause::value(size_t first, size_t last) const {
  last = std::min(last, size());
  if (first >= last)
    return {};
  if (last - first == 1)
    return std::string(words_[first].text);
  auto begin = words_[first].begin;
  return std::string(line_.substr(begin, words_[last - 1].end - begin));
}

std::string sim_clause::text_from(size_t first) const {
  auto out = value_from(first);
  if (first >= size() || (first + 1 == size() && words_[first].is_quoted))
    return out;
  const auto& last = words_.back();
  auto marks = last.after == ',' || last.after == ';' ? std::string_view() : line_.substr(last.end);
  return out.append(marks.substr(0, marks.find_first_not_of(".!?:")));
}

sim_range sim_clause::range(size_t first, size_t last) const {
  last = std::min(last, size());
  return first < last ? sim_range{words_[first].begin, words_[last - 1].end} : sim_range{};
}

bool sim_clause::is_path(size_t i) const {
  if (i >= size() || words_[i].text.empty())
    return false;
  if (words_[i].is_quoted)
    return looks_like_path(words_[i].text) || (i > 0 && is_one_of(words_[i - 1].lower, file_nouns));
  bool is_named = i > 0 && is_one_of(words_[i - 1].lower, file_nouns) &&
                  !is_one_of(words_[i].lower, never_names);
  return is_named || looks_like_path(words_[i].text);
}

std::optional<size_t> sim_clause::find_path(size_t from) const {
  for (size_t i = from; i < size(); ++i)
    if (is_path(i))
      return i;
  return std::nullopt;
}

std::vector<std::string> sim_clause::paths(size_t from, size_t until) const {
  std::vector<std::string> out;
  for (size_t i = from; i < std::min(until, size()); ++i)
    if (is_path(i) && !is_one_of(words_[i].lower, file_nouns))
      out.emplace_back(words_[i].text);
  return out;
}

std::optional<sim_clause::place> sim_clause::find_place(std::string_view prepositions,
                                                        size_t from) const {
  for (size_t i = size(); i-- > from;) {
    if (!is_one_of(words_[i].lower, prepositions))
      continue;
    auto at = skip(articles, i + 1);
    if (is_path(at))
      return place{i, at + 1, std::string(words_[at].text)};
  }
  return std::nullopt;
}

sim_clause sim_clause::part(size_t first, size_t last) const {
  last = std::min(last, size());
  first = std::min(first, last);
  return {line_, words_.subspan(first, last - first)};
}

} // namespace kodad::actors
