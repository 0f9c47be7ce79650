// Requests that change a file's text.
#include "actors/provider/sim/sim_wish.hpp"

namespace kodad::actors {

using kind = sim_wish::kind;

namespace {

constexpr std::string_view arrows = "-> => → -->";

/// "replace `A` by `B`", and whether A is meant to the letter.
struct exchange {
  std::string from;
  std::string to;
  bool is_literal = false;
  std::vector<sim_range> texts;
};

std::optional<exchange> read_exchange(const sim_clause& clause) {
  auto joint = clause.find(arrows);
  bool has_arrow = joint.has_value();
  size_t behind = 1; // Of the joint's words.
  if (auto should = clause.find("should", 1);
      !joint && should && clause.lower(*should + 1) == "be") {
    joint = should;
    has_arrow = true;
    behind = 2;
  }
  if (!joint)
    joint = clause.find("by with to into", 1);
  if (!joint || *joint == 0 || *joint + behind >= clause.size())
    return std::nullopt;
  constexpr std::string_view nouns = "word words text string spelling misspelling typo typos "
                                     "occurrence occurrences phrase literal";
  auto first = clause.skip("replace change substitute swap correct fix rename the a all every each "
                           "of any",
                           0, *joint);
  bool is_named = first < *joint && is_one_of(clause.lower(first), nouns);
  first = clause.skip("the a of word words text string spelling misspelling typo typos occurrence "
                      "occurrences phrase literal",
                      first, *joint);
  // "the port from 8080 to 9090"
  auto from = clause.find("from", first);
  bool is_from = from && *from + 2 == *joint;
  auto subject = is_from && first < *from ? clause.range(first, *from) : sim_range{};
  if (is_from)
    first = *from + 1;
  if (first >= *joint)
    return std::nullopt;
  exchange out;
  out.from = clause.value(first, *joint);
  out.to = clause.value_from(*joint + behind);
  out.texts = {subject, clause.range(first, *joint), clause.range(*joint + behind, clause.size())};
  bool is_quoted = first + 1 == *joint && clause[first].is_quoted;
  out.is_literal = has_arrow || is_named || is_quoted || is_from || clause.lower(0) == "replace" ||
                   clause.lower(0) == "substitute";
  return out;
}

/// The clause without "in PATH", as the part that holds what is exchanged.
std::optional<exchange> read_around(const sim_clause& clause, const sim_clause::place& at) {
  if (auto before = read_exchange(clause.part(0, at.first)))
    return before;
  return read_exchange(clause.part(at.last, clause.size()));
}

sim_wish unclear(std::string hint) {
  sim_wish out;
  out.text = std::move(hint);
  return out;
}

} // namespace

std::optional<sim_wish> read_replacement(const sim_clause& clause) {
  bool leads = is_one_of(clause.lower(0), "in inside");
  size_t verb = 0;
  std::optional<sim_clause::place> at;
  if (leads) {
    at = clause.part(0, 5).find_place("in inside");
    verb = at ? at->last : clause.size();
  }
  if (!is_one_of(clause.lower(verb), "replace change substitute swap correct fix rename"))
    return std::nullopt;
  auto rest = clause.part(verb, clause.size());
  if (!at)
    at = rest.find_place("in inside within of");
  bool is_typo = rest.holds("typo typos spelling misspelling");
  auto wanted = leads ? read_exchange(rest) : at ? read_around(rest, *at) : read_exchange(rest);
  if (!wanted)
    return is_typo ? std::optional(unclear("Say what it should be, and where: fix the typo `A` -> "
                                           "`B` in PATH."))
                   : std::nullopt;
  if (!at)
    return wanted->is_literal ? std::optional(unclear("Name the file: replace `A` by `B` in PATH."))
                              : std::nullopt;
  if (!wanted->is_literal)
    return unclear("Quote what stands there and what should: change `A` to `B` in " + at->path +
                   ".");
  sim_wish out;
  out.what = kind::replace;
  out.paths.push_back(at->path);
  out.text = wanted->from;
  out.target = wanted->to;
  out.texts = wanted->texts;
  return out;
}

std::optional<sim_wish> read_insertion(const sim_clause& clause, const sim_message& about) {
  auto verb = clause.lower(0);
  if (!is_one_of(verb, "append add insert prepend put"))
    return std::nullopt;
  auto at = clause.find_place("to into of in");
  if (!at)
    return std::nullopt;
  // "to the end of PATH": what is added stands before the first of those words.
  auto before = at->first;
  if (auto spot = clause.find("at to on", 1);
      spot && *spot < before &&
      clause.skip("at to on the very end bottom top beginning start front", *spot) == at->first)
    before = *spot;
  bool at_top =
      verb == "prepend" || clause.part(before, at->last).holds("top beginning start front");
  bool at_end = verb == "append" || clause.part(before, at->last).holds("end bottom");
  auto first =
      clause.skip("the a this following new line text entry string saying reading with", 1, before);
  bool is_line = clause.part(1, first).holds("line text entry string");
  sim_wish out;
  out.what = at_top ? kind::prepend : kind::append;
  out.paths.push_back(at->path);
  if (first < before) {
    bool is_quoted = first + 1 == before && clause[first].is_quoted;
    bool is_list = at->path.ends_with("ignore") && first + 1 == before;
    if (!is_quoted && !is_line && !is_list && verb != "append" && verb != "prepend")
      return std::nullopt;
    if (at->last != clause.size())
      return std::nullopt;
    out.text = clause.value(first, before);
    out.texts.push_back(clause.range(first, before));
  } else if (at->last < clause.size()) {
    auto begin = clause.skip("saying with the text content line", at->last);
    out.text = clause.text_from(begin);
    out.texts.push_back(clause.range(begin, clause.size()));
  } else if (is_line || at_top || at_end) {
    out.text = std::string(about.block.value_or(about.rest));
  }
  while (out.text.ends_with('\n'))
    out.text.pop_back();
  if (out.text.empty())
    return unclear("Say which line, word for word: append the line `TEXT` to " + at->path + ".");
  return out;
}

} // namespace kodad::actors
