// SIM WISH: what a prompt asks sim/koda to do, as far as plain English in its first line tells: run
// the tests, delete or change a file, search, count, commit. Pure and simple on purpose: what is
// not understood for certain is no wish. A line is carried out only if all its words are
// understood, see sim_strict.hpp.
#pragma once

#include "actors/provider/sim/sim_clause.hpp"

namespace kodad::actors {

struct sim_wish {
  enum class kind : uint8_t {
    run_tests,     ///< All, or those in the first path.
    build,         ///< The project.
    command,       ///< `text`, a command line.
    remove,        ///< `paths`.
    create,        ///< The first path, with `text`.
    create_folder, ///< The first path.
    move,          ///< The first path to `target`.
    replace,       ///< `text` by `target` in the first path, everywhere.
    append,        ///< `text` as a line at the end of the first path.
    prepend,       ///< The same at its beginning.
    add_test,      ///< For what `text` names, perhaps in the first path.
    search,        ///< For `text`, perhaps within the first path.
    find_files,    ///< That fit the glob `text`.
    changes,       ///< What git says has changed.
    log,           ///< The last commits.
    commit,        ///< All changes, with the message `text`; a plain one if it is empty.
    count_lines,   ///< Of the first path, or of all files, or of those with the ending `text`.
    count_files,   ///< All, or those with the ending `text`.
    unclear,       ///< Nearly: `text` says what is missing.
  };

  kind what = kind::unclear;
  std::vector<std::string> paths;
  std::string text;
  std::string target;
  std::string said; ///< The words that asked for it.
  /// Where the texts, patterns and commands stand in the line: words that are not the request's.
  std::vector<sim_range> texts;
  /// Where other words stand that were obeyed: options.
  std::vector<sim_range> options;
  bool is_any_case = false; ///< Search: upper and lower case are equal.
  /// Remove: folders too. Create: over what is there. Replace: a line, which goes altogether.
  bool is_whole = false;

  std::string path() const { return paths.empty() ? std::string() : paths.front(); }
};

struct sim_wishes {
  std::vector<sim_wish> all; ///< In the order of the prompt.
  size_t left_out = 0;       ///< How many more it asks for.
};

/// Nothing where the prompt asks for nothing of the kind.
sim_wishes read_wishes(std::string_view prompt);

/// The words at the line's beginning that only wrap a request: "could you please".
size_t skip_politeness(std::string_view line, std::span<const sim_word> words, size_t at);

// What a clause asks for; each reads the verbs it knows. `about` has the lines below the request.
std::optional<sim_wish> read_run(const sim_clause& clause, const sim_message& about);
std::optional<sim_wish> read_removal(const sim_clause& clause);
std::optional<sim_wish> read_move(const sim_clause& clause);
std::optional<sim_wish> read_new_test(const sim_clause& clause);
std::optional<sim_wish> read_creation(const sim_clause& clause, const sim_message& about);
std::optional<sim_wish> read_replacement(const sim_clause& clause);
std::optional<sim_wish> read_insertion(const sim_clause& clause, const sim_message& about);
std::optional<sim_wish> read_search(const sim_clause& clause);
std::optional<sim_wish> read_count(const sim_clause& clause);
std::optional<sim_wish> read_git(const sim_clause& clause);

} // namespace kodad::actors
