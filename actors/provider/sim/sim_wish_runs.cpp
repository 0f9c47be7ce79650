// Requests that run something: the tests, the build, a command, git.
#include "actors/provider/sim/sim_wish.hpp"

namespace kodad::actors {

using kind = sim_wish::kind;

namespace {

constexpr std::string_view run_verbs = "run execute start launch rerun re-run";
constexpr std::string_view test_words =
    "test tests testsuite test-suite unittests unit-tests specs suite";
constexpr std::string_view programs =
    "make npm npx pnpm yarn bun deno cargo go python python3 node pytest ctest cmake ls cat echo "
    "git bash sh mvn gradle tox ruff mypy eslint tsc wc pwd date uname ninja just php ruby perl "
    "rustc gcc g++ clang du df head tail sed awk dotnet swift zig mix";

sim_wish make(kind what) {
  sim_wish out;
  out.what = what;
  return out;
}

sim_wish make_command(std::string line, sim_range at) {
  auto out = make(kind::command);
  out.text = std::move(line);
  if (at.end > 0)
    out.texts.push_back(at);
  return out;
}

sim_wish make_tests(const sim_clause& clause) {
  auto out = make(kind::run_tests);
  if (auto at = clause.find_place("in of for from"))
    out.paths.push_back(at->path);
  return out;
}

/// "run main.py": how a file of that kind is run.
std::optional<sim_wish> read_script(const sim_clause& clause) {
  auto at = clause.find_path(1);
  // "my script.py" may be a name.
  bool is_sure =
      at && (clause[*at].is_quoted || !is_one_of(clause.lower(*at - 1), "my our a please"));
  if (!is_sure || *at > 4)
    return std::nullopt;
  std::string path(clause[*at].text);
  auto quoted = "'" + path + "'";
  auto where = clause.range(*at, *at + 1);
  if (path.find('\'') != std::string::npos)
    return std::nullopt;
  if (path.ends_with(".py"))
    return make_command("python3 " + quoted, where);
  if (path.ends_with(".js") || path.ends_with(".mjs") || path.ends_with(".cjs"))
    return make_command("node " + quoted, where);
  if (path.ends_with(".sh"))
    return make_command("bash " + quoted, where);
  if (path.find('/') == std::string::npos)
    return std::nullopt;
  return make_command(path.starts_with('.') ? path : "./" + path, where);
}

std::optional<sim_wish> read_command(const sim_clause& clause, const sim_message& about) {
  for (size_t i = 1; i < clause.size(); ++i)
    if (clause[i].is_quoted && !looks_like_path(clause[i].text))
      return make_command(std::string(clause[i].text), clause.range(i, i + 1));
  auto noun = clause.find("command commands this following");
  if (noun && *noun <= 4) {
    auto at = clause.skip("command commands this following in the shell bash", *noun);
    if (at < clause.size() && clause[at - 1].after == ':')
      return make_command(clause.value_from(at), clause.range(at, clause.size()));
    if (at < clause.size() && clause.lower(*noun) == "command")
      return make_command(clause.value_from(at), clause.range(at, clause.size()));
    if (about.block && at == clause.size()) {
      auto text = *about.block;
      while (text.ends_with('\n'))
        text.remove_suffix(1);
      return make_command(std::string(text), {});
    }
  }
  if (is_one_of(clause.lower(1), programs) && clause.size() > 1)
    return make_command(clause.value_from(1), clause.range(1, clause.size()));
  return std::nullopt;
}

bool asks_whether_tests_pass(const sim_clause& clause) {
  bool asks = is_one_of(clause.lower(0), "do does are did is check verify ensure see confirm") ||
              (clause.lower(0) == "make" && clause.lower(1) == "sure");
  return asks && clause.holds("tests testsuite suite specs") && clause.size() <= 12 &&
         clause.holds("pass passes passing passed green succeed succeeds work works run");
}

bool is_small_test(const sim_clause& clause) {
  return clause.lower(0) == "test" &&
         clause.skip("it this that everything all the my our code project again works", 1) ==
             clause.size();
}

} // namespace

std::optional<sim_wish> read_run(const sim_clause& clause, const sim_message& about) {
  if (asks_whether_tests_pass(clause) || is_small_test(clause))
    return make_tests(clause);
  if (clause.lower(0) == "pytest" && clause.size() <= 6)
    return make_command("python3 -m " + clause.text(), clause.range(0, clause.size()));
  bool builds = is_one_of(clause.lower(0), "build compile") ||
                (is_one_of(clause.lower(0), run_verbs) && clause.holds("build") &&
                 !clause.holds("npm make cargo yarn go cmake"));
  if (builds) {
    auto rest = clause.skip("build compile run the it this my our project code everything all a "
                            "again whole",
                            0);
    return rest == clause.size() ? std::optional(make(kind::build)) : std::nullopt;
  }
  if (!is_one_of(clause.lower(0), run_verbs))
    return std::nullopt;
  if (auto command = read_command(clause, about))
    return command;
  if (clause.holds(test_words, 1))
    return make_tests(clause);
  return read_script(clause);
}

std::optional<sim_wish> read_git(const sim_clause& clause) {
  auto first = clause.lower(0);
  if (first == "git" && is_one_of(clause.lower(1), "status diff log show branch blame add commit "
                                                   "stash tag ls-files rev-parse init mv rm"))
    return make_command(clause.text(), clause.range(0, clause.size()));
  if (first == "commit" || (is_one_of(first, "make create do") && clause.lower(1) == "a" &&
                            clause.lower(2) == "commit")) {
    auto out = make(kind::commit);
    if (auto at = clause.find("message saying as -m")) {
      auto begin = clause.skip("message saying as -m is of", *at);
      out.text = clause.value_from(begin);
      out.texts.push_back(clause.range(begin, clause.size()));
    } else if (auto last = clause.size() - 1; clause[last].is_quoted) {
      out.text = clause.value(last, last + 1);
      out.texts.push_back(clause.range(last, last + 1));
    } else {
      for (size_t i = 0; i + 1 < clause.size() && out.text.empty(); ++i)
        if (clause[i].after == ':') {
          out.text = clause.value_from(i + 1);
          out.texts.push_back(clause.range(i + 1, clause.size()));
        }
    }
    return out;
  }
  bool short_one = clause.size() <= 9;
  bool asks = is_one_of(first, "what what's whats show list display give tell are is any status "
                               "diff see which");
  if (!short_one || !asks || clause.find_path(1))
    return std::nullopt;
  if (clause.holds("commits log") && clause.holds("git last latest recent log history commits"))
    return make(kind::log);
  bool about_changes = clause.holds("changed changes uncommitted modified diff") ||
                       (clause.holds("status") && (clause.size() <= 2 || clause.holds("git"))) ||
                       (first == "what" && clause.lower(1) == "did" && clause.lower(2) == "you" &&
                        clause.holds("do change"));
  return about_changes ? std::optional(make(kind::changes)) : std::nullopt;
}

} // namespace kodad::actors
