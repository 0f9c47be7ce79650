// Requests that look for something or count.
#include "actors/provider/sim/sim_wish.hpp"

namespace kodad::actors {

using kind = sim_wish::kind;

namespace {

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

/// "all files that contain X", "lines containing X": where X begins.
std::optional<size_t> find_contained(const sim_clause& clause, size_t files, size_t last) {
  auto at = clause.skip("that which", files + 1, files + 2);
  if (!is_one_of(clause.lower(at), "contain contains containing mention mentions mentioning use "
                                   "uses using"))
    return std::nullopt;
  return clause.skip("the word text string", at + 1, last);
}

constexpr std::string_view no_files_that_lack =
    "I can look for a text, not for the files or lines that lack it. A command can: run `grep -rL "
    "-e 'TEXT' .`.";

constexpr std::string_view no_patterns = "I search for texts as they stand, not for patterns. A "
                                         "command can: run `grep -rnE -e 'PATTERN' "
                                         ".`. If it is a text, quote it: find `TEXT`.";

constexpr std::string_view no_such_options =
    "I know these options of grep: -r, -n, -H, -F and -i, before the text, and one path behind "
    "it. To "
    "have all of them, let grep do it: run `grep OPTIONS TEXT PATH`. If it is a part of the text, "
    "quote it.";

/// "files without X", "which files do not contain X"
bool asks_for_lack(const sim_clause& clause) {
  if (!is_one_of(clause.lower(0), "which what list show find search grep locate look in") ||
      !clause.holds("file files lines"))
    return false;
  bool is_about_text = clause.holds("contain contains containing mention mentions mentioning have "
                                    "has hold use uses using include appear occur");
  for (size_t i = 1; i < clause.size(); ++i) {
    auto word = clause.lower(i);
    bool negates = is_one_of(word, "not no never neither nor cannot dont doesnt") ||
                   word.ends_with("n't") || word.ends_with("n\u2019t");
    if (is_one_of(word, "without lack lacks lacking missing") || (is_about_text && negates))
      return true;
  }
  return false;
}

sim_wish make_search(const sim_clause& clause, size_t first, size_t last) {
  sim_wish out;
  out.what = kind::search;
  out.text = clause.value(first, last);
  out.texts.push_back(clause.range(first, last));
  return out;
}

/// "in which files does X occur?"
std::optional<sim_wish> read_occurrence(const sim_clause& clause, size_t files) {
  auto end = clause.size() - 1;
  if (!is_one_of(clause.lower(files + 1), "does do") ||
      !is_one_of(clause.lower(end), "occur occurs appear appears stand"))
    return std::nullopt;
  auto first = clause.skip("the word text string", files + 2, end);
  if (first >= end)
    return std::nullopt;
  auto out = make_search(clause, first, end);
  out.options = {clause.range(0, first), clause.range(end, end + 1)};
  return out;
}

/// "which files contain X?", "list the files that have `X`"
std::optional<sim_wish> read_holders(const sim_clause& clause) {
  auto files = clause.skip("in which what list show me all the", 0);
  if (files == 0 || !is_one_of(clause.lower(files), "file files"))
    return std::nullopt;
  if (auto out = read_occurrence(clause, files))
    return out;
  auto verb = clause.skip("that which", files + 1, files + 2);
  bool is_open = is_one_of(clause.lower(verb), "have has");
  if (!is_open && !is_one_of(clause.lower(verb), "contain contains containing mention mentions "
                                                 "mentioning use uses using"))
    return std::nullopt;
  auto first = clause.skip("the word text string function method class", verb + 1);
  auto at = clause.find_place("in within inside under", first);
  auto last = at ? at->first : end_of_pattern(clause);
  if (first >= last || (is_open && !clause[first].is_quoted))
    return std::nullopt;
  auto out = make_search(clause, first, last);
  out.options.push_back(clause.range(0, first));
  if (at)
    out.paths.push_back(at->path);
  return out;
}

/// "search docs for X"
std::optional<sim_wish> read_search_of(const sim_clause& clause) {
  auto place = clause.skip("through in the file folder directory", 1);
  if (!is_one_of(clause.lower(0), "search grep") || clause.lower(place) == "for" ||
      clause.lower(place + 1) != "for")
    return std::nullopt;
  auto first = clause.skip("the word text string", place + 2);
  if (first >= clause.size())
    return std::nullopt;
  if (first + 1 != clause.size())
    return unclear("I am not sure where the text begins: find `TEXT` in PATH.");
  auto out = make_search(clause, first, clause.size());
  out.options.push_back(clause.range(0, first));
  if (!is_one_of(clause.lower(place), "code project workspace repository repo files everything"))
    out.paths.emplace_back(clause[place].text);
  return out;
}

struct word_span {
  size_t first = 0;
  size_t last = 0;
};

/// "ignoring case", "case-insensitively": the words that say so.
std::optional<word_span> find_any_case(const sim_clause& clause) {
  for (size_t i = 2; i < clause.size(); ++i) {
    auto word = clause.lower(i);
    auto next = clause.lower(i + 1);
    if (is_one_of(word, "case-insensitive case-insensitively"))
      return word_span{i, i + 1};
    if (word == "case" && is_one_of(next, "insensitive insensitively"))
      return word_span{i, i + 2};
    if (!is_one_of(word, "ignoring ignore regardless irrespective whatever"))
      continue;
    auto at = clause.skip("of the upper lower and or letter its", i + 1);
    if (is_one_of(clause.lower(at), "case cases"))
      return word_span{i, at + 1};
  }
  return std::nullopt;
}

/// As at a prompt: the options behind the verb. Nothing where one is not known.
struct flags {
  size_t behind = 1;
  bool is_any_case = false;
};

std::optional<flags> read_flags(const sim_clause& clause) {
  flags out;
  for (; clause.lower(out.behind).starts_with('-'); ++out.behind) {
    auto text = clause[out.behind].text;
    bool is_long = is_one_of(text, "--ignore-case --recursive --line-number --fixed-strings");
    if (!is_long && (text.size() < 2 || text.find_first_not_of("rRnHFi", 1) != text.npos))
      return std::nullopt;
    bool any_case = is_long ? text == "--ignore-case" : text.find('i') != text.npos;
    out.is_any_case = out.is_any_case || any_case;
  }
  for (auto i = out.behind; clause.lower(0) == "grep" && i < clause.size(); ++i)
    if (clause.lower(i).starts_with('-'))
      return std::nullopt;
  return out;
}

/// "in docs", "in the docs folder" at the end: a folder that does not look like a path.
std::optional<sim_clause::place> find_plain_folder(const sim_clause& clause) {
  for (auto i = clause.size(); i-- > 2;) {
    if (!is_one_of(clause.lower(i), "in within inside under"))
      continue;
    auto at = clause.skip("the folder directory", i + 1);
    if (at >= clause.size() || clause.skip("folder directory", at + 1) != clause.size() ||
        is_one_of(clause.lower(at), "it this that here there all every any each comments code"))
      return std::nullopt;
    return sim_clause::place{i, clause.size(), std::string(clause[at].text)};
  }
  return std::nullopt;
}

bool names_pattern(const sim_clause& clause, size_t first, size_t last) {
  for (auto i = first; i + 1 < last; ++i)
    if (is_one_of(clause.lower(i), "regex regexp regexes pattern patterns matching") ||
        (clause.lower(i) == "regular" && is_one_of(clause.lower(i + 1), "expression expressions")))
      return true;
  return false;
}

/// What is looked for, with the place and the options known.
std::optional<sim_wish> read_sought(const sim_clause& clause, size_t from, size_t last,
                                    std::string path) {
  sim_wish out;
  auto first = clause.skip("find grep search locate look for me all the every any occurrences of "
                           "places where uses usages word text string a",
                           from, last);
  auto files = clause.find("files file lines line");
  bool leads = files && *files <= first;
  bool of_files = leads && is_one_of(clause.lower(*files), "files file");
  auto content = leads ? find_contained(clause, *files, last) : std::nullopt;
  if (content) {
    first = *content;
    of_files = false;
  }
  if (of_files)
    first = clause.skip("files file named called matching ending with in that are of type", first,
                        last);
  if (first >= last)
    return std::nullopt;
  if (!of_files && names_pattern(clause, first, last))
    return unclear(std::string(no_patterns));
  // What a word is does not stand beside it in the code.
  constexpr std::string_view nouns = "function method class definition comments variable symbol";
  if (!of_files && !content) {
    first = clause.skip(nouns, first, last - 1);
    while (last > first + 1 && is_one_of(clause.lower(last - 1), nouns))
      --last;
  }
  // As at a prompt: grep -rn PATTERN PATH.
  bool is_command = clause.lower(0) == "grep" && path.empty() && first == from;
  if (is_command && first + 2 == last) {
    path = clause[first + 1].text;
    --last;
  } else if (is_command && first + 2 < last && (from > 1 || clause.is_path(last - 1))) {
    return unclear(std::string(no_such_options));
  }
  auto text = clause.value(first, last);
  if (text == "main")
    return std::nullopt;
  if (!path.empty())
    out.paths.push_back(std::move(path));
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

/// The same where the place is yet to be found.
std::optional<sim_wish> read_sought(const sim_clause& clause, size_t from,
                                    const std::optional<word_span>& any_case) {
  auto end_before = [&](size_t last) {
    return any_case && any_case->last == last ? any_case->first : last;
  };
  auto at = clause.find_place("in within inside under");
  auto everywhere = end_of_pattern(clause);
  if (!at && everywhere == clause.size())
    if (auto folder = find_plain_folder(clause)) {
      // Of several words without quotes, "in" may be one.
      auto last = end_before(folder->first);
      auto out = read_sought(clause, from, last, folder->path);
      if (out && !out->texts.empty() && out->texts.back().begin == clause[last - 1].begin)
        return out;
    }
  return read_sought(clause, from, end_before(at ? at->first : everywhere),
                     at ? at->path : std::string());
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

std::optional<sim_wish> read_count(const sim_clause& clause) {
  bool counts = (clause.lower(0) == "how" && clause.lower(1) == "many") ||
                is_one_of(clause.lower(0), "count");
  if (!counts || clause.size() > 16)
    return std::nullopt;
  sim_wish out;
  bool of_lines = clause.holds("lines loc");
  if (!of_lines && !clause.holds("files"))
    return unclear("I count files and lines alone: how many lines does PATH have? For other things "
                   "a command may do: run `wc -w -- PATH` counts words.");
  out.what = of_lines ? kind::count_lines : kind::count_files;
  if (auto at = clause.find_path(1); at && of_lines && !clause[*at].text.starts_with("*."))
    out.paths.emplace_back(clause[*at].text);
  else
    out.text = ending_named(clause);
  return out;
}

std::optional<sim_wish> read_search(const sim_clause& clause) {
  if (asks_for_lack(clause))
    return unclear(std::string(no_files_that_lack));
  for (auto read : {read_holders, read_listing, read_whereabouts})
    if (auto out = read(clause))
      return out;
  auto verb = clause.lower(0);
  bool searches =
      is_one_of(verb, "find grep search locate") || (verb == "look" && clause.lower(1) == "for");
  if (!searches || clause.holds("web internet google online"))
    return std::nullopt;
  if (auto out = read_search_of(clause))
    return out;
  auto given = read_flags(clause);
  if (!given)
    return unclear(std::string(no_such_options));
  auto any_case = find_any_case(clause);
  bool ends = any_case && any_case->last == clause.size();
  auto out = read_sought(ends ? clause.part(0, any_case->first) : clause, given->behind, any_case);
  if (!out || out->what == kind::unclear)
    return out;
  out->options.push_back(clause.range(1, given->behind));
  if (any_case)
    out->options.push_back(clause.range(any_case->first, any_case->last));
  out->is_any_case = any_case || given->is_any_case;
  if (out->is_any_case && out->what != kind::search)
    return unclear("I look for the names of files with their case as it stands.");
  return out;
}

} // namespace kodad::actors
