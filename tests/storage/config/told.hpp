// TOLD: what the loader says of a configuration, for tests of its mistakes.
#pragma once

#include "storage/config/config_loader.hpp"

#include <map>
#include <string>
#include <vector>

namespace kodad::tests {

struct told_lines {
  bool is_taken = false;
  std::vector<std::string> lines; ///< Warnings and mistakes.

  std::string text() const {
    std::string out;
    for (const auto& line : lines)
      out += line + "\n";
    return out;
  }
};

inline std::optional<std::string> test_variable(const std::string& name) {
  static const std::map<std::string, std::string> all{
      {"HOME", "/home/me"},
      {"KEY", "sk-0123456789abcdef"},
      {"EMPTY", ""},
      {"BROKEN", "sk-012\n3456789abcdef"},
      {"TOKEN", "0123456789abcdef\n"},
      {"QUOTED", "\xe2\x80\x9csk-0123456789\xe2\x80\x9d"}};
  auto found = all.find(name);
  return found == all.end() ? std::nullopt : std::optional(found->second);
}

/// Of a file that is called f.
inline told_lines tell_of(const std::string& text) {
  told_lines out;
  storage::other_findings others;
  auto done = storage::read_config(text, "f", test_variable, &others);
  out.is_taken = done.ok();
  out.lines = done ? done->warnings : others;
  if (!done)
    out.lines.push_back(done.failure().context);
  return out;
}

} // namespace kodad::tests
