#include "actors/provider/sim/sim_wish.hpp"

#include "actors/provider/sim/sim_strict.hpp"
#include "proto/limits/sim.hpp"

namespace kodad::actors {

namespace {

/// The first reader that understands the clause.
std::optional<sim_wish> read_clause(const sim_clause& clause, const sim_message& about) {
  if (clause.size() == 0)
    return std::nullopt;
  auto out = read_git(clause);
  if (!out)
    out = read_run(clause, about);
  if (!out)
    out = read_removal(clause);
  if (!out)
    out = read_move(clause);
  if (!out)
    out = read_new_test(clause);
  if (!out)
    out = read_insertion(clause, about);
  if (!out)
    out = read_replacement(clause);
  if (!out)
    out = read_creation(clause, about);
  if (!out)
    out = read_count(clause);
  if (!out)
    out = read_search(clause);
  if (out)
    out->said = clause.text();
  return out;
}

/// Does a new request begin at word `at`? Then where the one before it ends.
std::optional<size_t> end_before(const sim_words& words, size_t at) {
  if (at == 0)
    return std::nullopt;
  const auto& before = words[at - 1];
  bool is_joint = is_one_of(before.lower, "and then");
  if (!is_joint)
    return before.after == '.' || before.after == ';' || before.after == ',' ? std::optional(at)
                                                                             : std::nullopt;
  auto end = at - 1;
  while (end > 0 && is_one_of(words[end - 1].lower, "and then"))
    --end;
  return end > 0 ? std::optional(end) : std::nullopt;
}

/// Is the clause one whose text goes on, since no quotes end it?
bool is_inside_content(const sim_clause& clause) {
  if (!clause.holds("content contents containing saying says message"))
    return false;
  auto last = clause.size() - 1;
  while (last > 0 && is_one_of(clause.lower(last), "and then"))
    --last;
  return !clause[last].is_quoted;
}

struct span_of_words {
  size_t first = 0;
  size_t last = 0;
};

} // namespace

size_t skip_politeness(std::string_view line, std::span<const sim_word> words, size_t at) {
  sim_clause all(line, words);
  while (at < words.size()) {
    auto word = all.lower(at);
    auto next = all.lower(at + 1);
    if (is_one_of(word, "please pls kindly now then also ok okay so hey hi hello just first next "
                        "finally lastly and let's lets - * 1 2 3"))
      ++at;
    else if (is_one_of(word, "can could would will") && next == "you")
      at += 2;
    else if (word == "go" && next == "ahead")
      at += 2;
    else if (word == "i" && is_one_of(next, "want need") && all.lower(at + 2) == "you")
      at += all.lower(at + 3) == "to" ? 4 : 3;
    else if (word == "i'd" && next == "like" && all.lower(at + 2) == "you")
      at += 4;
    else
      break;
  }
  return at;
}

sim_wishes read_wishes(std::string_view prompt) {
  sim_wishes out;
  auto about = divide(prompt);
  if (about.request.empty() || about.request.size() > proto::limits::sim_request_bytes)
    return out;
  auto words = split_line(about.request);
  sim_clause line(about.request, words);
  auto clause_at = [&](size_t first, size_t last) {
    return line.part(skip_politeness(about.request, words, first), last);
  };
  // Where each request begins; what is not understood by itself is a part of its neighbour.
  std::vector<span_of_words> spans{{0, words.size()}};
  for (size_t at = 1; at < words.size(); ++at) {
    auto end = end_before(words, at);
    if (!end || is_inside_content(line.part(spans.back().first, at)) ||
        !read_clause(clause_at(at, words.size()), about) ||
        !read_clause(clause_at(spans.back().first, *end), about))
      continue;
    // "delete a and b": the second is none; "find x, count y" has two.
    spans.back().last = *end;
    spans.push_back({at, words.size()});
  }
  for (const auto& [first, last] : spans) {
    auto wish = read_clause(clause_at(first, last), about);
    // What leads the line decides: behind a condition or a question nothing is a request.
    if (!wish)
      break;
    auto hint = hint_of_leftover(*wish, clause_at(first, last), about);
    if (wish->what == sim_wish::kind::unclear)
      hint = (spans.size() > 1 ? "As to \u201c" + wish->said + "\u201d: " : "") + wish->text;
    if (!hint.empty()) {
      // The rest may hang on what is not understood, so that nothing of the line is done.
      out = {};
      wish = sim_wish{};
      wish->text = std::move(hint);
      wish->said = about.request;
      out.all.push_back(std::move(*wish));
      break;
    }
    if (out.all.size() < proto::limits::sim_requests)
      out.all.push_back(std::move(*wish));
    else
      ++out.left_out;
  }
  return out;
}

} // namespace kodad::actors
