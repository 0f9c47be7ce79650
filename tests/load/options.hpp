// The command line of the load tools: an optional mode word, `--name value` pairs, and after `--`
// a command to start. Wrong use ends the program with a sentence and status 2, so that no caller
// has to check.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::load {

class options {
public:
  options(int argc, char** argv);

  const std::string& mode() const { return mode_; }
  const std::vector<std::string>& command() const { return command_; }

  std::string text(std::string_view name, std::string_view otherwise) const;

  /// A whole number from `low` to `high`; `otherwise` when not given.
  struct bounds {
    int64_t otherwise;
    int64_t low;
    int64_t high;
  };
  int64_t number(std::string_view name, bounds allowed) const;

private:
  std::string mode_;
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<std::string> command_;
};

/// Prints `sentence` and ends the program with status 2.
[[noreturn]] void refuse(const std::string& sentence);

} // namespace kodad::load
