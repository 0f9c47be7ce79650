// Running the project's tests, building it, and adding a test.
#include "actors/provider/sim/sim_findings.hpp"
#include "actors/provider/sim/sim_project.hpp"
#include "actors/provider/sim/sim_test_text.hpp"
#include "actors/provider/sim/sim_work.hpp"

namespace kodad::actors {

namespace {

/// What a run of tests shows; only an exit code of 0 is a pass, and only if some test ran.
sim_report judge_tests(const std::string& command, const sim_past_call& made) {
  auto ending = read_ending(made);
  auto end = was_denied(made) ? std::string() : fenced_end(ending.output);
  auto ran = as_code(command) + " " + ending.how + ".";
  if (!ending.code && was_denied(made))
    return not_done("The tests were not run: " + as_code(command) + " " + ending.how);
  if (!ending.code)
    return not_done("The tests did not come to an end: " + ran + "\n" + end);
  if (*ending.code == 0 && says_no_tests(ending.output))
    return not_done("No test ran: " + ran + " It says that there is none.\n" + end);
  if (*ending.code == 0)
    return {"The tests passed: " + ran + "\n" + end, true};
  bool is_absent = *ending.code == 127 || *ending.code == 126;
  bool is_empty = *ending.code == 5 && command.find("pytest") != std::string::npos;
  if (is_absent)
    return not_done("The tests could not be run: " + ran + "\n" + end);
  if (is_empty)
    return not_done("No test ran: " + ran + " That is how pytest says so.\n" + end);
  return not_done("The tests failed: " + ran + "\n" + end);
}

/// Where a new test goes: beside the others.
std::string test_folder(const std::vector<std::string>& root) {
  for (std::string folder : {"tests/", "test/"})
    for (const auto& entry : root)
      if (entry == folder)
        return folder;
  return {};
}

/// The file in which the test's subject is declared; empty with a report where there is none.
struct subject_place {
  std::string path;
  std::optional<sim_report> problem;
};

std::optional<subject_place> find_subject(const sim_wish& wish, sim_worker& hands) {
  if (!wish.paths.empty())
    return subject_place{wish.path(), std::nullopt};
  sim_intent intent;
  intent.what = sim_intent::kind::find;
  intent.names = {wish.text};
  const auto* made = hands.grep(grep_pattern(intent), "");
  if (!made)
    return std::nullopt;
  if (made->failed)
    return subject_place{"", not_done("I added no test: the search for " + as_code(wish.text) +
                                      " failed: " + failure_of(*made))};
  auto hits = read_hits(made->output);
  auto best = best_hit(hits, intent);
  if (!best)
    return subject_place{
        "", not_done("I added no test: there is no " + as_code(wish.text) + " in this workspace.")};
  return subject_place{hits[*best].path, std::nullopt};
}

sim_progress write_test(const sim_new_test& test, sim_worker& hands) {
  const auto* seen = hands.has("read") ? hands.read(test.path) : nullptr;
  if (!seen && hands.has("read"))
    return std::nullopt;
  if (seen && !seen->failed)
    return not_done("I added no test: " + as_code(test.path) + " is there already.");
  const auto* made = hands.write(test.path, test.text);
  if (!made)
    return std::nullopt;
  if (made->failed)
    return not_done("I added no test: " + failure_of(*made));
  auto out = "I added the test " + as_code(test.path) + ". It checks only that " + test.claim +
             ": what that should do, a simulation cannot know.\n" + fenced_begin(test.text) + "\n";
  if (!hands.has("bash"))
    return sim_report{out + "I could not run it: this agent has no tool `bash`.", true};
  auto command = test_file_command(test.path);
  const auto* run = hands.bash(command, "Run the new test");
  if (!run)
    return std::nullopt;
  auto judged = judge_tests(command, *run);
  return sim_report{out + judged.text, judged.is_done};
}

} // namespace

sim_progress run_tests(const sim_wish& wish, sim_worker& hands) {
  if (!hands.needs("bash"))
    return std::nullopt;
  auto command = wish.paths.empty() ? std::string() : test_file_command(wish.path());
  std::string note;
  if (command.empty()) {
    auto recipe = find_test_recipe(hands);
    if (!recipe)
      return std::nullopt;
    if (recipe->command.empty())
      return not_done("I ran no tests: I found none that I know how to run. I looked at the root "
                      "for a Makefile with a target `test`, scripts/test, package.json, "
                      "Cargo.toml, go.mod, CMakeLists.txt and the like, and for Python and "
                      "JavaScript tests. Give me the command instead: run `COMMAND`.");
    command = recipe->command;
    note = "\n\nThat command follows from " + as_code(recipe->because) + ".";
    if (!wish.paths.empty())
      note += " It runs all tests: I do not know how to run " + as_code(wish.path()) + " alone.";
  }
  const auto* made = hands.bash(command, "Run the tests");
  if (!made)
    return std::nullopt;
  auto out = judge_tests(command, *made);
  out.text += note;
  return out;
}

sim_progress build_project(const sim_wish&, sim_worker& hands) {
  if (!hands.needs("bash"))
    return std::nullopt;
  auto recipe = find_build_recipe(hands);
  if (!recipe)
    return std::nullopt;
  if (recipe->command.empty())
    return not_done("I built nothing: I found nothing at the root that says how. Give me the "
                    "command instead: run `COMMAND`.");
  const auto* made = hands.bash(recipe->command, "Build the project");
  if (!made)
    return std::nullopt;
  auto ending = read_ending(*made);
  return sim_report{(ending.is_good() ? "The build succeeded: " : "The build did not succeed: ") +
                        as_code(recipe->command) + " " + ending.how + ".\n" +
                        (was_denied(*made) ? "" : fenced_end(ending.output)),
                    ending.is_good()};
}

sim_progress add_test(const sim_wish& wish, sim_worker& hands) {
  if (!hands.needs("write"))
    return std::nullopt;
  auto place = find_subject(wish, hands);
  if (!place)
    return std::nullopt;
  if (place->problem)
    return place->problem;
  const auto* seen = read_wherever(place->path, hands);
  if (!seen)
    return std::nullopt;
  if (seen->failed)
    return not_done("I added no test: " + failure_of(*seen));
  auto root = list_root(hands);
  if (!root)
    return std::nullopt;
  auto test =
      compose_test({wish.text, place->path, read_file_text(*seen).lines, test_folder(*root)});
  if (!test.problem.empty())
    return not_done("I added no test: " + test.problem);
  return write_test(test, hands);
}

} // namespace kodad::actors
