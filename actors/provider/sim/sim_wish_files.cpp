// Requests that make, move or remove files, or add a test.
#include "actors/provider/sim/sim_wish.hpp"

namespace kodad::actors {

using kind = sim_wish::kind;

namespace {

constexpr std::string_view folder_nouns = "folder folders directory directories dir";

sim_wish unclear(std::string hint) {
  sim_wish out;
  out.text = std::move(hint);
  return out;
}

/// "with the following content:", "containing", "that says": where the content begins.
std::optional<size_t> find_content(const sim_clause& clause, size_t from) {
  if (auto at = clause.find("content contents text body containing saying", from)) {
    bool counts = is_one_of(clause.lower(*at), "containing saying") ||
                  clause.find("with content contents text body", from) <= at;
    if (counts)
      return clause.skip("content contents text body containing saying of is the following this "
                         "line word words",
                         *at);
  }
  for (size_t i = from; i + 1 < clause.size(); ++i) {
    bool says = is_one_of(clause.lower(i), "that which") &&
                is_one_of(clause.lower(i + 1), "says contains reads");
    if (says)
      return clause.skip("only just the text word words line", i + 2);
    if (clause.lower(i) == "with" && clause[i + 1].is_quoted)
      return i + 1;
    if (clause[i].after == ':')
      return i + 1;
  }
  return std::nullopt;
}

/// What the lines below the request hold: a block's inside, or all of them.
std::string text_below(const sim_message& about) {
  return std::string(about.block.value_or(about.rest));
}

/// "write `hello` to a.txt": the content stands before the path.
std::optional<sim_wish> read_content_first(const sim_clause& clause) {
  auto at = clause.find_place("to into in");
  if (!is_one_of(clause.lower(0), "write save put") || !at || at->last != clause.size())
    return std::nullopt;
  auto first = clause.skip("the text content word words", 1);
  if (first + 1 != at->first || !clause[first].is_quoted)
    return std::nullopt;
  sim_wish out;
  out.what = kind::create;
  out.paths.push_back(at->path);
  out.text = clause[first].text;
  out.texts.push_back(clause.range(first, first + 1));
  return out;
}

/// Removing "X from FILE" is a change of the file.
std::optional<sim_wish> read_text_removal(const sim_clause& clause) {
  auto at = clause.find_place("from in");
  if (!at)
    return std::nullopt;
  auto first = clause.skip("the a all every each word words text string line lines", 1, at->first);
  if (first + 1 != at->first || !clause[first].is_quoted)
    return unclear("To take text out of " + at->path +
                   ", quote it as it stands there: remove `TEXT` from " + at->path + ".");
  sim_wish out;
  out.what = kind::replace;
  out.paths.push_back(at->path);
  out.text = clause[first].text;
  out.texts.push_back(clause.range(first, first + 1));
  out.is_whole = is_one_of(clause.lower(first - 1), "line lines");
  return out;
}

} // namespace

std::optional<sim_wish> read_removal(const sim_clause& clause) {
  bool removes = is_one_of(clause.lower(0), "delete remove erase rm unlink") ||
                 (clause.lower(0) == "get" && clause.lower(1) == "rid");
  if (!removes)
    return std::nullopt;
  if (clause.holds("from"))
    if (auto out = read_text_removal(clause))
      return out;
  if (clause.holds("function functions method class variable import line lines comment comments "
                   "test tests code whitespace"))
    return std::nullopt;
  sim_wish out;
  out.what = kind::remove;
  out.paths = clause.paths(1, clause.size());
  out.is_whole = clause.holds(folder_nouns) || clause.holds("-r -rf -fr");
  if (out.paths.empty())
    return unclear("Name what to delete, each by its path: delete the file PATH, or delete the "
                   "folder PATH. I delete nothing that is not named.");
  return out;
}

std::optional<sim_wish> read_move(const sim_clause& clause) {
  if (!is_one_of(clause.lower(0), "rename move mv"))
    return std::nullopt;
  bool is_symbol = clause.holds("function method class variable symbol constant type struct field");
  auto joint = clause.find("to into as -> => →", 2);
  if (is_symbol || (clause.lower(0) != "mv" && !joint))
    return std::nullopt;
  if (!joint) {
    if (clause.size() != 3)
      return std::nullopt;
    joint = 1;
  }
  auto from = clause.skip("the a file folder directory script", 1, *joint);
  if (clause.lower(0) == "mv" && *joint == 1)
    from = 1;
  auto to = clause.skip("the a file folder directory", *joint + 1);
  bool one_each = clause.lower(0) == "mv" && *joint == 1 ? true : from + 1 == *joint;
  if (!one_each || to + 1 != clause.size())
    return std::nullopt;
  // Two bare words are more often names in the code.
  bool are_files = clause.is_path(from) || clause.is_path(to) || clause.lower(0) == "mv";
  if (!are_files)
    return std::nullopt;
  sim_wish out;
  out.what = kind::move;
  out.paths.emplace_back(clause[from].text);
  out.target = clause[to].text;
  bool into_folder =
      clause.lower(*joint) == "into" ||
      (to > 0 && is_one_of(clause.lower(to - 1), folder_nouns) && clause.lower(0) != "rename");
  if (into_folder && !out.target.ends_with('/'))
    out.target += '/';
  return out;
}

std::optional<sim_wish> read_new_test(const sim_clause& clause) {
  if (!is_one_of(clause.lower(0), "add write create make generate implement"))
    return std::nullopt;
  auto noun = clause.find("test tests unittest testcase");
  if (!noun || *noun > 5)
    return std::nullopt;
  if (clause.skip("a an the new some unit smoke simple small regression more one", 1) != *noun)
    return std::nullopt;
  auto at = clause.find("for of covering", *noun);
  if (!at && *noun + 1 < clause.size())
    return std::nullopt; // "make the tests pass"
  if (!at)
    return unclear("Say what the test is for: add a test for `NAME`.");
  sim_wish out;
  out.what = kind::add_test;
  auto subject = clause.skip("for of covering the a function method class module file", *at);
  if (subject >= clause.size())
    return unclear("Say what the test is for: add a test for `NAME`.");
  if (auto place = clause.find_place("in from of", subject))
    out.paths.push_back(place->path);
  if (clause.is_path(subject) && looks_like_path(clause[subject].text)) {
    if (out.paths.empty())
      out.paths.emplace_back(clause[subject].text);
  } else {
    out.text = clause[subject].text;
    out.texts.push_back(clause.range(subject, subject + 1));
  }
  if (out.text.ends_with("()"))
    out.text.resize(out.text.size() - 2);
  return out;
}

std::optional<sim_wish> read_creation(const sim_clause& clause, const sim_message& about) {
  if (auto out = read_content_first(clause))
    return out;
  auto verb = clause.lower(0);
  if (!is_one_of(verb, "create make add write touch generate overwrite save mkdir"))
    return std::nullopt;
  auto at = clause.find_path(1);
  sim_wish out;
  if (verb == "mkdir" && clause.size() == 2)
    at = 1;
  if (!at)
    return std::nullopt;
  out.paths.emplace_back(clause[*at].text);
  if (verb == "mkdir" || clause.part(0, *at).holds(folder_nouns)) {
    out.what = kind::create_folder;
    return *at + 1 == clause.size() ? std::optional(out) : std::nullopt;
  }
  // Between verb and path stands nothing but the noun: "write a poem to x.txt" wants more.
  if (clause.skip("a an the new empty blank file text script named called python shell", 1) != *at)
    return std::nullopt;
  out.what = kind::create;
  out.is_whole = verb == "overwrite";
  auto content = clause[*at].after == ':' ? std::optional(*at + 1) : find_content(clause, *at + 1);
  if (content && *content < clause.size()) {
    out.text = clause.text_from(*content);
    out.texts.push_back(clause.range(*content, clause.size()));
  } else if (content) {
    out.text = text_below(about);
  } else if (*at + 1 < clause.size() || clause[0].lower == "overwrite") {
    return unclear("I cannot make up what " + out.path() +
                   " should hold. Give it word for word: create the file " + out.path() +
                   " with content `TEXT`, or put the text into a fenced block below.");
  } else if (about.block) {
    out.text = std::string(*about.block);
  }
  return out;
}

} // namespace kodad::actors
