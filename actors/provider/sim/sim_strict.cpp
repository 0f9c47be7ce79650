#include "actors/provider/sim/sim_strict.hpp"

#include <algorithm>

namespace kodad::actors {

using kind = sim_wish::kind;

namespace {

constexpr std::string_view polite = "please pls kindly now the a an my our thanks thank-you";

/// Ends a text that has no quotes: behind these a new request may begin.
constexpr std::string_view joints = "and also plus afterwards next finally";

constexpr std::string_view verbs =
    "run execute start launch delete remove erase rm create make add write commit push pull move "
    "rename mv replace change append insert prepend put build compile test open stop keep leave do "
    "fix correct overwrite save show list tell find search explain undo revert check ensure verify "
    "install git touch mkdir print count copy cp deploy format lint update give let";

/// Words of a command that has no quotes: these are rather English.
constexpr std::string_view english =
    "and or the my our your it its them me you us for so when while before after until twice once "
    "thrice times again also too with in on to of from by as please quickly slowly that which this "
    "where what except all everything";

/// Words of a pattern or of an exchange that has no quotes: these may be the request's own.
constexpr std::string_view linking = "and or with by to into in within that which out why how what "
                                     "where from";

struct grammar {
  kind what;
  std::string_view words; ///< All that such a request may have besides its texts and paths.
  std::string_view form;
};

constexpr grammar grammars[] = {
    {kind::run_tests,
     "run execute start launch rerun re-run test tests testsuite test-suite unittests unit-tests "
     "specs suite unit all whole project again in of for from file do does did are is check verify "
     "ensure see confirm make sure that whether pass passes passing passed green succeed succeeds "
     "work works still it this everything code",
     "run the tests"},
    {kind::build, "build compile run it this project code everything all again whole",
     "build the project"},
    {kind::command,
     "run execute start launch rerun re-run command commands this following in shell bash terminal "
     "script file",
     "run `COMMAND`"},
    {kind::remove,
     "delete remove erase rm unlink get rid of file files folder folders directory directories dir "
     "script module named called -r -rf -fr -f and",
     "delete a.txt and b.txt"},
    {kind::create,
     "create make add write touch generate overwrite save put new empty blank file text script "
     "named called python shell with that which content contents body containing saying says "
     "contains reads of is following this line word words just to into in",
     "create the file PATH with content `TEXT`"},
    {kind::create_folder, "create make add mkdir new empty folder directory dir named called file",
     "create the folder PATH"},
    {kind::move, "rename move mv file folder directory dir script to into as -> => → named called",
     "move PATH to PATH"},
    {kind::replace,
     "in inside within of replace change substitute swap correct fix rename all any each every "
     "word "
     "words text string literal phrase spelling misspelling typo typos occurrence occurrences from "
     "by with to into should be -> => → --> file everywhere remove delete erase line lines get rid",
     "replace `A` by `B` in PATH"},
    {kind::append,
     "append add insert put this following new line text entry string saying reading with to into "
     "of in at on very end bottom file content",
     "append the line `TEXT` to PATH"},
    {kind::prepend,
     "prepend add insert put this following new line text entry string saying reading with to into "
     "of in at on very top beginning start front file content",
     "add `TEXT` to the top of PATH"},
    {kind::add_test,
     "add write create make generate implement test tests unittest testcase new some unit smoke "
     "simple small regression more one for of covering function method class module file in from",
     "add a test for `NAME`"},
    {kind::search,
     "find grep search locate look for me all every any occurrence occurrences of places where "
     "uses "
     "usages word text string what line lines in within inside under file files folder directory "
     "function method class definition comments variable symbol constant this whole code project "
     "repository repo workspace that which contain contains containing mention mentions mentioning "
     "use using is are used mentioned referenced defined declared called implemented set",
     "find `TEXT` in PATH"},
    {kind::find_files,
     "find grep search locate look for list show ls which what me all every any there are is do "
     "have file files scripts folder directory of type named called matching ending with that in "
     "within inside under this project workspace repo repository here root whole code current we "
     "i you where",
     "find files named *.md"},
    {kind::changes,
     "what what's whats show list display give tell are is any status diff see which me git all "
     "changed changes change uncommitted modified files file have has been did do does you it to "
     "there since last commit so far working tree here us i we",
     "what changed?"},
    {kind::log,
     "what what's whats show list display give tell are is see which me git all last latest recent "
     "commits commit log history there were us of",
     "show the last commits"},
    {kind::commit,
     "commit commits make create do all change changes changed everything it this them work with "
     "message saying as -m is of following that says",
     "commit with message `TEXT`"},
    {kind::count_lines,
     "how many count lines loc line of code does do did have has are is there in all file files it "
     "this project repo repository workspace whole contain we number total",
     "how many lines does PATH have?"},
    {kind::count_files,
     "how many count of code does do did have has are is there in all file files it this project "
     "repo repository workspace whole contain we number total",
     "how many python files are there?"},
};

constexpr std::string_view languages =
    "python javascript js typescript ts rust c++ cpp go golang java ruby markdown shell bash json "
    "yaml header headers source";

const grammar* grammar_of(kind what) {
  auto found = std::find_if(std::begin(grammars), std::end(grammars),
                            [what](const grammar& one) { return one.what == what; });
  return found == std::end(grammars) ? nullptr : &*found;
}

/// "check if the tests pass" asks whether; elsewhere it is a condition.
bool asks_whether(const sim_wish& wish, const sim_clause& clause, size_t i) {
  return wish.what == kind::run_tests && i == 1 && clause.lower(i) == "if" &&
         is_one_of(clause.lower(0), "check verify see confirm");
}

/// The first and the last word that are not understood.
struct leftover {
  void add(size_t i) {
    first = std::min(first, i);
    last = std::max(last, i + 1);
  }

  size_t first = SIZE_MAX;
  size_t last = 0;
  bool is_name = false; ///< They may be a part of a name that has no quotes.
};

/// Words `first` to before `last`, a text: all of it must be one, in quotes, or plain words none of
/// which could be the request's again.
void check_text(const sim_wish& wish, const sim_clause& clause, size_t first, size_t last,
                leftover& out) {
  bool is_content = wish.what == kind::create || wish.what == kind::append ||
                    wish.what == kind::prepend || wish.what == kind::commit;
  if (clause[first].is_quoted && (last - first == 1 || wish.what != kind::command)) {
    if (last - first > 1)
      out.add(first + 1), out.add(last - 1);
    return;
  }
  bool is_alone = last - first == 1;
  bool is_list_entry = is_alone && wish.path().ends_with("ignore");
  for (size_t i = first; i < last; ++i) {
    auto word = clause.lower(i);
    bool is_odd = is_reservation(word) || (clause[i].is_quoted && wish.what != kind::command);
    if (is_content && !is_list_entry)
      is_odd = is_odd || looks_like_path(clause[i].text);
    if (wish.what == kind::command && i > first)
      is_odd = is_odd || is_one_of(word, english) || (i + 1 < last && clause[i].after != ' ');
    bool links = wish.what == kind::replace || wish.what == kind::search ||
                 wish.what == kind::find_files || wish.what == kind::append;
    if (links && !is_alone && (wish.what != kind::append || first + 1 < last))
      is_odd = is_odd ||
               (wish.what == kind::append ? is_one_of(word, "and or") : is_one_of(word, linking));
    // What is set apart from the text is rather about it.
    if (wish.what == kind::search && !is_alone)
      is_odd = is_odd || (i > first && word.starts_with('(')) ||
               (i + 1 < last && clause[i].after != ' ');
    bool begins =
        i > first && (is_one_of(clause.lower(i - 1), joints) || clause[i - 1].after != ' ');
    if (is_odd || (begins && is_one_of(word, verbs)))
      out.add(i);
  }
}

bool is_own_path(const sim_wish& wish, const sim_clause& clause, size_t i) {
  auto bare = clause[i].text;
  auto same = [bare](std::string_view path) {
    auto other = bare;
    while (other.size() > 1 && other.ends_with('/'))
      other.remove_suffix(1);
    while (path.size() > 1 && path.ends_with('/'))
      path.remove_suffix(1);
    return path == other;
  };
  return std::any_of(wish.paths.begin(), wish.paths.end(), same) ||
         (wish.what == kind::move && same(wish.target));
}

bool is_option(const sim_wish& wish, const sim_word& word) {
  return std::any_of(wish.options.begin(), wish.options.end(), [&](const sim_range& one) {
    return word.begin >= one.begin && word.end <= one.end;
  });
}

bool is_understood(const sim_wish& wish, const sim_clause& clause, size_t i, const grammar& known) {
  auto word = clause.lower(i);
  if (is_option(wish, clause[i]))
    return true;
  if (asks_whether(wish, clause, i))
    return true;
  if (is_reservation(word))
    return false;
  if (is_own_path(wish, clause, i) || is_one_of(word, known.words) || is_one_of(word, polite))
    return true;
  if ((word == "me" && clause.lower(i - 1) == "for") ||
      (word == "for" && clause.lower(i + 1) == "me") ||
      (word == "thank" && clause.lower(i + 1) == "you") ||
      (word == "you" && i > 0 && clause.lower(i - 1) == "thank"))
    return true;
  bool of_ending = wish.what == kind::find_files || wish.what == kind::count_files ||
                   wish.what == kind::count_lines;
  return of_ending && (is_one_of(word, languages) ||
                       (!wish.text.empty() && clause[i].text.ends_with("." + wish.text)));
}

/// Before a name without quotes a word that is passed over elsewhere may be a part of it.
bool may_belong_to_name(const sim_wish& wish, const sim_clause& clause, size_t i) {
  return i + 1 < clause.size() && !clause[i + 1].is_quoted && is_own_path(wish, clause, i + 1) &&
         is_one_of(clause.lower(i), "my our please pls kindly now thanks thank-you");
}

/// Do only words that lead to a name stand between it and the one before it, or the verb?
bool is_led_to(const sim_wish& wish, const sim_clause& clause, size_t i) {
  auto at = i - 1;
  while (at > 0 && is_one_of(clause.lower(at), "the file files folder folders directory "
                                               "directories dir script module named called of rid "
                                               "-r -rf -fr -f"))
    --at;
  if (at == 0 || clause.lower(at) == "and")
    return true;
  bool both_quoted = at + 1 == i && clause[at].is_quoted && clause[i].is_quoted;
  bool is_next = is_own_path(wish, clause, at) && (clause[at].after == ',' || both_quoted);
  return is_next || (clause[i].is_quoted && !is_own_path(wish, clause, at));
}

/// Names of what is deleted, one after the other, and nothing that could be a part of one.
void check_names(const sim_wish& wish, const sim_clause& clause, leftover& out) {
  for (size_t i = 1; i < clause.size(); ++i) {
    if (!is_own_path(wish, clause, i))
      continue;
    bool ends = i + 1 == clause.size() || clause[i].after != ' ' || clause[i].is_quoted ||
                is_own_path(wish, clause, i + 1) ||
                is_one_of(clause.lower(i + 1), "and please pls kindly now thanks thank-you thank "
                                               "for file files folder directory dir");
    bool is_led = is_led_to(wish, clause, i);
    if (ends && is_led)
      continue;
    out.add(is_led ? i : i - 1);
    out.add(ends ? i : i + 1);
    out.is_name = true;
  }
}

leftover find_leftover(const sim_wish& wish, const sim_clause& clause, const grammar& known) {
  leftover out;
  for (size_t i = 0; i < clause.size();) {
    auto end = i;
    for (const auto& text : wish.texts)
      while (end < clause.size() && clause[end].begin >= text.begin && clause[end].end <= text.end)
        ++end;
    if (end > i)
      check_text(wish, clause, i, end, out);
    else if (may_belong_to_name(wish, clause, i))
      out.add(i), out.add(i + 1), out.is_name = true;
    else if (!is_understood(wish, clause, i, known))
      out.add(i);
    i = std::max(end, i + 1);
  }
  if (wish.what == kind::remove && out.last == 0)
    check_names(wish, clause, out);
  return out;
}

/// A text without quotes at the line's end: do the lines below belong to it?
bool goes_on_below(const sim_wish& wish, const sim_clause& clause, const sim_message& about) {
  bool is_content =
      wish.what == kind::create || wish.what == kind::append || wish.what == kind::prepend;
  const auto& last = clause[clause.size() - 1];
  return is_content && !wish.texts.empty() && wish.texts.back().end == last.end &&
         !last.is_quoted && about.rest.find_first_not_of(" \t\r\n") != std::string_view::npos;
}

} // namespace

bool is_reservation(std::string_view lower) {
  return is_one_of(lower, "not but dont don't never except excepting only instead unless without "
                          "if then otherwise because until nor neither cannot rather") ||
         lower.ends_with("n't") || lower.ends_with("n\u2019t");
}

std::string hint_of_leftover(const sim_wish& wish, const sim_clause& clause,
                             const sim_message& about) {
  const auto* known = grammar_of(wish.what);
  if (known == nullptr || clause.size() == 0)
    return {};
  if (goes_on_below(wish, clause, about))
    return "I cannot tell whether the lines below belong to the text. Put all of it into a fenced "
           "block below, or into quotes on the first line.";
  auto found = find_leftover(wish, clause, *known);
  if (found.last == 0)
    return {};
  auto words = clause.value(found.first, found.last);
  return "I carry out only what I understand to its last word, and here I do not understand "
         "\u201c" +
         words + "\u201d. " +
         (found.is_name ? "If that is a name, or a part of one, quote the whole name. " : "") +
         "What I would understand, alone on its line: " + std::string(known->form) + ".";
}

} // namespace kodad::actors
