// Making, moving and removing files, and commands that are given word for word.
#include "actors/provider/sim/sim_work.hpp"
#include "proto/text/shell_word.hpp"

#include <algorithm>

namespace kodad::actors {

namespace {

bool is_pattern(std::string_view path) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789_-./*?";
  return path.find_first_of("*?") != std::string_view::npos &&
         path.find_first_not_of(plain) == std::string_view::npos;
}

/// Is it the workspace itself, something above it, or everything?
bool is_too_much(std::string_view path) {
  return path.find_first_not_of("./*?~") == std::string_view::npos || path.starts_with('~') ||
         path == "everything" || path == "all";
}

std::string listed(const std::vector<std::string>& paths) {
  std::string out;
  for (size_t i = 0; i < paths.size(); ++i)
    out += (i == 0 ? "" : i + 1 == paths.size() ? " and " : ", ") + as_code(paths[i]);
  return out;
}

/// What became of a command: `done` if its exit code says so, else `undone` and why.
sim_report judged(const std::string& command, const sim_past_call& made, const std::string& done,
                  const std::string& undone) {
  auto ending = read_ending(made);
  if (ending.is_good())
    return {done + " (" + as_code(command) + ", exit code 0).", true};
  return not_done(undone + ": " + as_code(command) + " " + ending.how + ".\n" +
                  (made.failed && !ending.code ? "" : fenced_end(ending.output)));
}

} // namespace

sim_progress remove_files(const sim_wish& wish, sim_worker& hands) {
  std::string command = wish.is_whole ? "rm -r --" : "rm --";
  for (const auto& path : wish.paths) {
    if (is_too_much(path))
      return not_done("I deleted nothing: " + as_code(path) +
                      " is too much at once. Name the files.");
    command += " " + (is_pattern(path) ? path : proto::text::shell_word(path));
  }
  auto what = listed(wish.paths);
  const auto* made = hands.bash(command, "Delete " + wish.paths.front());
  if (!made)
    return std::nullopt;
  auto undone = wish.paths.size() == 1 ? "I did not delete " + what
                                       : "Not all of " + what + " could be deleted";
  auto out = judged(command, *made, "I deleted " + what, undone);
  if (!out.is_done && made->output.find("Is a directory") != std::string::npos)
    out.text += "\nTo delete a folder with all that it holds, say so: delete the folder PATH.";
  return out;
}

sim_progress create_file(const sim_wish& wish, sim_worker& hands) {
  auto path = wish.path();
  if (hands.has("read") && hands.has("write")) {
    const auto* seen = hands.read(path);
    if (!seen)
      return std::nullopt;
    bool is_absent = seen->failed && seen->output.find("there is no file") != std::string::npos;
    bool is_there = !seen->failed || seen->output.find("binary file") != std::string::npos;
    if (is_there && !wish.is_whole)
      return not_done(as_code(path) +
                      " is there already; I left it as it is. To replace all that "
                      "it holds: overwrite " +
                      path + " with content `TEXT`.");
    if (!is_absent && !is_there)
      return not_done("I wrote nothing, since I could not see whether " + as_code(path) +
                      " is there: " + failure_of(*seen));
  }
  const auto* made = hands.write(path, wish.text);
  if (!made)
    return std::nullopt;
  if (made->failed)
    return not_done("I did not write " + as_code(path) + ": " + failure_of(*made));
  auto holds = wish.text.empty() ? std::string(" It is empty.\n")
                                 : " It holds now:\n" + fenced_begin(wish.text);
  return sim_report{
      "I wrote " + as_code(path) + ". The tool says: " + failure_of(*made) + "." + holds, true};
}

sim_progress create_folder(const sim_wish& wish, sim_worker& hands) {
  auto command = "mkdir -pv -- " + proto::text::shell_word(wish.path());
  const auto* made = hands.bash(command, "Create the folder " + wish.path());
  if (!made)
    return std::nullopt;
  auto ending = read_ending(*made);
  bool was_there = ending.is_good() && ending.output.empty();
  auto done = was_there ? "The folder " + as_code(wish.path()) + " was there already"
                        : "I created the folder " + as_code(wish.path());
  return judged(command, *made, done, "I did not create the folder " + as_code(wish.path()));
}

sim_progress move_file(const sim_wish& wish, sim_worker& hands) {
  auto from = wish.path();
  while (from.size() > 1 && from.ends_with('/'))
    from.pop_back();
  auto place = wish.target;
  if (place.ends_with('/'))
    place += from.substr(from.rfind('/') + 1); // npos + 1 is 0.
  // mv would take the place of what is there without a word.
  auto command = "test ! -e " + proto::text::shell_word(place) + " && mv -- " +
                 proto::text::shell_word(from) + " " + proto::text::shell_word(wish.target);
  const auto* made = hands.bash(command, "Move " + from);
  if (!made)
    return std::nullopt;
  auto out = judged(command, *made, "I moved " + as_code(from) + " to " + as_code(wish.target),
                    "I did not move " + as_code(from));
  auto ending = read_ending(*made);
  if (ending.code == 1 && ending.output.empty())
    out.text += "\nThere is something at " + as_code(place) +
                " already. If it is a folder: move the file into the folder PATH.";
  return out;
}

sim_progress run_command(const sim_wish& wish, sim_worker& hands) {
  const auto* made = hands.bash(wish.text, "Run what was asked for");
  if (!made)
    return std::nullopt;
  auto ending = read_ending(*made);
  return sim_report{as_code(wish.text) + " " + ending.how + ".\n" +
                        (was_denied(*made) ? "" : fenced_end(ending.output)),
                    ending.is_good()};
}

sim_progress ask_git(const sim_wish& wish, sim_worker& hands) {
  bool is_log = wish.what == sim_wish::kind::log;
  std::string command =
      is_log ? "git log --oneline -n 15" : "git status --short --branch && git diff --stat";
  const auto* made =
      hands.bash(command, is_log ? "Show the last commits" : "Show what has changed");
  if (!made)
    return std::nullopt;
  auto ending = read_ending(*made);
  if (!ending.is_good())
    return not_done("git did not tell: " + as_code(command) + " " + ending.how + ".\n" +
                    (was_denied(*made) ? "" : fenced_end(ending.output)));
  auto lines = std::count(ending.output.begin(), ending.output.end(), '\n');
  if (!is_log && lines <= 1)
    return sim_report{"git says that nothing has changed since the last commit (" +
                          as_code(command) + ").\n" + fenced_end(ending.output),
                      true};
  return sim_report{"git says (" + as_code(command) + "):\n" + fenced_end(ending.output), true};
}

sim_progress commit_all(const sim_wish& wish, sim_worker& hands) {
  auto message = wish.text;
  if (message.empty()) {
    const auto* state = hands.bash("git status --short", "See what there is to commit");
    if (!state)
      return std::nullopt;
    auto ending = read_ending(*state);
    auto files = std::count(ending.output.begin(), ending.output.end(), '\n');
    if (!ending.is_good())
      return not_done("I committed nothing: `git status --short` " + ending.how + ".\n" +
                      (was_denied(*state) ? "" : fenced_end(ending.output)));
    if (files == 0)
      return not_done("I committed nothing: nothing has changed since the last commit.");
    auto first = ending.output.substr(0, ending.output.find('\n'));
    message = files == 1 ? "Change " + first.substr(std::min<size_t>(first.size(), 3))
                         : "Change " + std::to_string(files) + " files";
  }
  auto command = "git add -A && git commit -m " + proto::text::shell_word(message);
  const auto* made = hands.bash(command, "Commit all changes");
  if (!made)
    return std::nullopt;
  auto ending = read_ending(*made);
  if (!ending.is_good())
    return not_done("I committed nothing: " + as_code(command) + " " + ending.how + ".\n" +
                    (was_denied(*made) ? "" : fenced_end(ending.output)));
  return sim_report{"I committed all changes with the message " + as_code(message) + ":\n" +
                        fenced_end(ending.output),
                    true};
}

} // namespace kodad::actors
