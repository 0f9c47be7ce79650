// Requests that change a file's text, and those that look for something or count.
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

/// The words for an ending: "python", "*.py", ".py".
std::string ending_named(const sim_clause& clause) {
  struct language {
    std::string_view words;
    std::string_view ending;
  };
  constexpr language known[] = {
      {"python", "py"},         {"javascript js", "js"}, {"typescript ts", "ts"}, {"rust", "rs"},
      {"c++ cpp", "cpp"},       {"go golang", "go"},     {"java", "java"},        {"ruby", "rb"},
      {"markdown", "md"},       {"shell bash", "sh"},    {"json", "json"},        {"yaml", "yaml"},
      {"header headers", "hpp"}};
  for (size_t i = 0; i < clause.size(); ++i) {
    auto text = clause[i].text;
    if (text.starts_with("*."))
      text.remove_prefix(1);
    bool is_plain = text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789+",
                                           1) == std::string_view::npos;
    if (text.size() > 1 && text.size() <= 12 && text[0] == '.' && is_plain)
      return std::string(text.substr(1));
    for (const auto& one : known)
      if (is_one_of(clause.lower(i), one.words))
        return std::string(one.ending);
  }
  return {};
}

/// "where is total defined?": a plain word; what looks like code is looked up and explained.
std::optional<sim_wish> read_whereabouts(const sim_clause& clause) {
  if (clause.lower(0) != "where" || !is_one_of(clause.lower(1), "is are"))
    return std::nullopt;
  auto at = clause.skip("the function method class variable constant word text", 2);
  if (at + 2 != clause.size() || clause.lower(at) == "main")
    return std::nullopt;
  auto verb = clause.lower(at + 1);
  bool is_plain =
      !clause[at].is_quoted && clause[at].text == clause[at].lower &&
      clause[at].text.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
  if (!is_one_of(verb, "used mentioned referenced") &&
      !(is_plain && is_one_of(verb, "defined declared called implemented set")))
    return std::nullopt;
  sim_wish out;
  out.what = kind::search;
  out.text = clause[at].text;
  out.texts.push_back(clause.range(at, at + 1));
  return out;
}

/// Where "in the code", "in this project" begins: everywhere.
size_t end_of_pattern(const sim_clause& clause) {
  auto everywhere = clause.find("in", 2);
  bool is_all = everywhere && clause.skip("in the this all whole code project repository repo "
                                          "workspace files",
                                          *everywhere) == clause.size();
  return is_all ? *everywhere : clause.size();
}

/// "all files that contain X": where X begins.
std::optional<size_t> find_contained(const sim_clause& clause, size_t files, size_t last) {
  auto at = clause.skip("that which", files + 1, files + 2);
  if (!is_one_of(clause.lower(at), "contain contains containing mention mentions mentioning use "
                                   "uses using"))
    return std::nullopt;
  return clause.skip("the word text string", at + 1, last);
}

/// "list the files in src", "show all python files": some of the files, not all.
std::optional<sim_wish> read_listing(const sim_clause& clause) {
  if (!is_one_of(clause.lower(0), "list show ls which what") || !clause.holds("files scripts") ||
      clause.size() > 10)
    return std::nullopt;
  sim_wish out;
  out.what = kind::find_files;
  auto ending = ending_named(clause);
  out.text = ending.empty() ? "*" : "*." + ending;
  auto in = clause.find("in under inside within", 1);
  if (!in || clause.find("changed change uncommitted modified contain contains"))
    return ending.empty() || in ? std::nullopt : std::optional(out);
  auto at = clause.skip("in under inside within the folder directory", *in);
  bool is_all = clause.skip("this project workspace repo repository here root folder whole code "
                            "directory current",
                            at) == clause.size();
  if (is_all)
    return ending.empty() ? std::nullopt : std::optional(out);
  if (at + 1 < clause.size() && clause.skip("folder directory", at + 1) != clause.size())
    return std::nullopt;
  auto folder = std::string(clause[at].text);
  while (folder.ends_with('/'))
    folder.pop_back();
  out.paths.push_back(folder.starts_with("./") ? folder.substr(2) : folder);
  out.texts.push_back(clause.range(at, at + 1));
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

std::optional<sim_wish> read_count(const sim_clause& clause) {
  bool counts = (clause.lower(0) == "how" && clause.lower(1) == "many") ||
                is_one_of(clause.lower(0), "count");
  if (!counts || clause.size() > 16)
    return std::nullopt;
  sim_wish out;
  bool of_lines = clause.holds("lines loc");
  if (!of_lines && !clause.holds("files"))
    return std::nullopt;
  out.what = of_lines ? kind::count_lines : kind::count_files;
  if (auto at = clause.find_path(1); at && of_lines && !clause[*at].text.starts_with("*."))
    out.paths.emplace_back(clause[*at].text);
  else
    out.text = ending_named(clause);
  return out;
}

std::optional<sim_wish> read_search(const sim_clause& clause) {
  if (auto out = read_listing(clause))
    return out;
  if (auto out = read_whereabouts(clause))
    return out;
  auto verb = clause.lower(0);
  bool searches =
      is_one_of(verb, "find grep search locate") || (verb == "look" && clause.lower(1) == "for");
  if (!searches || clause.holds("web internet google online"))
    return std::nullopt;
  sim_wish out;
  auto at = clause.find_place("in within inside under");
  auto last = at ? at->first : end_of_pattern(clause);
  auto first = clause.skip("find grep search locate look for me all the every any occurrences of "
                           "places where uses usages word text string a -rn -r -n -i",
                           0, last);
  auto files = clause.find("files file");
  bool of_files = files && *files <= first;
  auto content = of_files ? find_contained(clause, *files, last) : std::nullopt;
  if (content) {
    first = *content;
    of_files = false;
  }
  if (of_files)
    first = clause.skip("files file named called matching ending with in that are of type", first,
                        last);
  if (first >= last)
    return std::nullopt;
  // What a word is does not stand beside it in the code.
  constexpr std::string_view nouns = "function method class definition comments variable symbol";
  if (!of_files && !content) {
    first = clause.skip(nouns, first, last - 1);
    while (last > first + 1 && is_one_of(clause.lower(last - 1), nouns))
      --last;
  }
  // As at a prompt: grep -rn PATTERN PATH.
  bool has_flags = clause.lower(1).starts_with('-');
  if (verb == "grep" && has_flags && !at && first + 2 == last) {
    out.paths.emplace_back(clause[first + 1].text);
    out.texts.push_back(clause.range(first + 1, first + 2));
    --last;
  }
  auto text = clause.value(first, last);
  if (text == "main")
    return std::nullopt;
  if (at)
    out.paths.push_back(at->path);
  out.texts.push_back(clause.range(first, last));
  bool is_glob = text.find('*') != std::string::npos && !clause[first].is_quoted && !content;
  if (is_glob || of_files) {
    out.what = kind::find_files;
    out.text = text.starts_with(".") ? "*" + text : text;
    return text.find(' ') == std::string::npos ? std::optional(out) : std::nullopt;
  }
  out.what = kind::search;
  out.text = std::move(text);
  return out;
}

} // namespace kodad::actors
