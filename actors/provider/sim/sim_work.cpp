#include "actors/provider/sim/sim_work.hpp"

#include "actors/provider/sim/sim_findings.hpp"
#include "proto/text/regex_literal.hpp"
#include "proto/text/shell_word.hpp"

#include <algorithm>
#include <set>

namespace kodad::actors {

using kind = sim_wish::kind;

namespace {

/// The first number in a text.
std::string number_in(std::string_view text) {
  constexpr std::string_view digits = "0123456789";
  auto first = text.find_first_of(digits);
  if (first == std::string_view::npos)
    return {};
  auto last = std::min(text.find_first_not_of(digits, first), text.size());
  return std::string(text.substr(first, last - first));
}

constexpr size_t hits_shown = 20;

std::string counted(size_t n, const std::string& one) {
  return std::to_string(n) + " " + one + (n == 1 ? "" : "s");
}

/// What the tool says of its result, handed on.
std::string told(const std::vector<std::string>& notes) {
  std::string out;
  for (const auto& note : notes)
    out += (out.empty() ? "\n\nThe tool says: " : "; ") + as_code(note);
  return out.empty() ? out : out + ".";
}

/// Nothing was found: but only if the tool says that this is all.
sim_report tell_of_none(const std::string& asked, const std::string& none,
                        const sim_past_call& made) {
  auto notes = read_notes(made.output);
  if (!is_without_finds(made.output))
    return not_done(asked + ", and cannot read what the tool gave back:\n" +
                    fenced_begin(made.output));
  bool is_open = tell_of_more(notes);
  return {asked + ": " + none + (is_open ? " in what was searched and shown." : ".") + told(notes),
          true};
}

std::string find_command(const std::string& ending, const std::string& end) {
  auto names = ending.empty() ? "" : " -name " + proto::text::shell_word("*." + ending);
  return "find . -path ./.git -prune -o -type f" + names + " " + end;
}

} // namespace

sim_report not_done(std::string text) {
  return {std::move(text), false};
}

const sim_past_call* read_wherever(std::string& path, sim_worker& hands) {
  const auto* seen = hands.read(path);
  bool is_lost = seen && seen->failed && seen->output.find("there is no file") != std::string::npos;
  if (!is_lost || path.find('/') != std::string::npos || !hands.has("glob"))
    return seen;
  const auto* found = hands.glob("**/" + path);
  if (!found)
    return nullptr;
  auto paths = found->failed ? std::vector<std::string>() : read_paths(found->output);
  if (paths.size() != 1)
    return seen;
  path = paths.front();
  return hands.read(path);
}

sim_progress search_text(const sim_wish& wish, sim_worker& hands) {
  const auto* made =
      hands.grep(proto::text::regex_literal(wish.text), wish.path(), wish.is_any_case);
  if (!made)
    return std::nullopt;
  auto what = as_code(wish.text) + (wish.is_any_case ? ", in upper or lower case" : "");
  if (made->failed)
    return not_done("The search for " + what + " failed: " + failure_of(*made) +
                    (wish.paths.empty() ? "" : ". If the place belongs to the text, quote both."));
  auto hits = read_hits(made->output);
  auto binaries = read_binaries(made->output);
  if (hits.empty() && binaries.empty())
    return tell_of_none("I searched for " + what, "nothing matches", *made);
  auto notes = read_notes(made->output);
  std::string out = "I searched for " + what + ": " + (tell_of_more(notes) ? "at least " : "");
  std::set<std::string> files;
  for (const auto& hit : hits)
    files.insert(hit.path);
  out += counted(hits.size(), "line");
  if (files.size() > 1)
    out += " in " + counted(files.size(), "file");
  if (!binaries.empty())
    out += ", and " + counted(binaries.size(), "binary file") + " with matches";
  out += ".\n";
  for (size_t i = 0; i < std::min(hits.size(), hits_shown); ++i)
    out +=
        "\n- `" + hits[i].path + ":" + std::to_string(hits[i].line) + "`: " + as_code(hits[i].text);
  if (hits.size() > hits_shown)
    out += "\n- and " + std::to_string(hits.size() - hits_shown) + " more";
  for (size_t i = 0; i < std::min(binaries.size(), hits_shown); ++i)
    out += "\n- " + as_code(binaries[i]) + " (a binary file)";
  return sim_report{out + told(notes), true};
}

sim_progress find_files(const sim_wish& wish, sim_worker& hands) {
  auto pattern = wish.text.find('/') == std::string::npos ? "**/" + wish.text : wish.text;
  if (!wish.paths.empty())
    pattern = wish.path() + "/" + pattern;
  const auto* made = hands.glob(pattern);
  if (!made)
    return std::nullopt;
  if (made->failed)
    return not_done("The search for " + as_code(pattern) + " failed: " + failure_of(*made));
  auto paths = read_paths(made->output);
  if (paths.empty())
    return tell_of_none("I looked for " + as_code(pattern), "no file fits", *made);
  constexpr size_t shown = 50;
  auto notes = read_notes(made->output);
  std::string out = (tell_of_more(notes) ? "At least " : "") + counted(paths.size(), "file") +
                    (paths.size() == 1 ? " fits " : " fit ") + as_code(pattern) + ":\n";
  for (size_t i = 0; i < std::min(paths.size(), shown); ++i)
    out += "\n- " + as_code(paths[i]);
  if (paths.size() > shown)
    out += "\n- and " + std::to_string(paths.size() - shown) + " more";
  return sim_report{out + told(notes), true};
}

sim_progress count_things(const sim_wish& wish, sim_worker& hands) {
  bool of_lines = wish.what == kind::count_lines;
  auto what = wish.text.empty() ? std::string("all files") : as_code("*." + wish.text) + " files";
  if (!wish.paths.empty()) {
    auto path = wish.path();
    const auto* seen = read_wherever(path, hands);
    if (!seen)
      return std::nullopt;
    if (seen->failed)
      return not_done("I could not count the lines of " + as_code(path) + ": " + failure_of(*seen));
    auto text = read_file_text(*seen);
    if (text.lines.empty() && !is_without_finds(seen->output))
      return not_done("I could not count the lines of " + as_code(path) +
                      ": it is no text file. I count those of one file, or of all.");
    auto lines = std::max(text.last_number, text.follow_until);
    return sim_report{as_code(path) + " has " + std::to_string(lines) +
                          (lines == 1 ? " line." : " lines."),
                      true};
  }
  auto command = of_lines ? find_command(wish.text, "-print0 | xargs -0 -r cat -- | wc -l")
                          : find_command(wish.text, "-print | wc -l");
  const auto* made = hands.bash(command, of_lines ? "Count the lines" : "Count the files");
  if (!made)
    return std::nullopt;
  auto ending = read_ending(*made);
  auto number = number_in(ending.output);
  if (!ending.is_good() || number.empty())
    return not_done("I could not count: " + as_code(command) + " " + ending.how + ".\n" +
                    fenced_end(ending.output));
  auto counted = of_lines ? number + " lines in " + what : number + " files (" + what + ")";
  return sim_report{"I counted " + counted + ", `.git` left out: " + as_code(command) + ".", true};
}

sim_progress perform(const sim_wish& wish, sim_worker& hands) {
  switch (wish.what) {
  case kind::run_tests:
    return run_tests(wish, hands);
  case kind::build:
    return build_project(wish, hands);
  case kind::command:
    return run_command(wish, hands);
  case kind::remove:
    return remove_files(wish, hands);
  case kind::create:
    return create_file(wish, hands);
  case kind::create_folder:
    return create_folder(wish, hands);
  case kind::move:
    return move_file(wish, hands);
  case kind::replace:
    return replace_text(wish, hands);
  case kind::append:
  case kind::prepend:
    return add_line(wish, hands);
  case kind::add_test:
    return add_test(wish, hands);
  case kind::search:
    return search_text(wish, hands);
  case kind::find_files:
    return find_files(wish, hands);
  case kind::changes:
  case kind::log:
    return ask_git(wish, hands);
  case kind::commit:
    return commit_all(wish, hands);
  case kind::count_lines:
  case kind::count_files:
    return count_things(wish, hands);
  case kind::unclear:
    return not_done("I did nothing. " + wish.text);
  }
  return std::nullopt;
}

} // namespace kodad::actors
