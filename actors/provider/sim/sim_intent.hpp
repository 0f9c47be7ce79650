// The SIM INTENT: what an ordinary prompt wants of sim/koda, found by looking at its words. Pure
// and simple on purpose: there is no understanding here, only names to look for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

struct sim_intent {
  enum class kind : uint8_t {
    greeting, ///< Nothing to look up.
    find,     ///< Where `names` are, and what they are.
    file,     ///< What is in `path`.
    list,     ///< Which files there are.
    overview, ///< Anything else: what the project says of itself.
  };

  kind what = kind::overview;
  std::vector<std::string> names; ///< At most three, in the order of the prompt.
  std::string path;
  bool is_entry_point = false; ///< The names are the program's `main`.
};

sim_intent read_intent(std::string_view prompt);

/// The pattern for grep that finds the intent's names.
std::string grep_pattern(const sim_intent& intent);

/// The words of `text`, in lower case, of at least `length_min` letters.
std::vector<std::string> words_of(std::string_view text, size_t length_min);

} // namespace kodad::actors
