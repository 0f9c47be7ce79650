// COMMAND LINE: a shell command cut into the simple commands it runs, as far as that can be known
// from the text. This is no shell: quotes, escapes and the operators `; & && | || |&` and newline
// are understood, and nothing that expands, redirects, nests or starts another interpreter. What is
// not understood is said so, and then only suspicions are given. Rules ask for consent; what a
// command can really do is the sandbox's business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

struct command_line {
  /// Is it certain that the shell runs exactly `commands` and each of them does no more than its
  /// name says?
  bool understood = true;

  /// The simple commands, unquoted, one space between the words. When not understood: the whole
  /// text, as it is.
  std::vector<std::string> commands;

  /// When not understood: everything that could turn out to be a command, generously: rules that
  /// forbid are held against these too.
  std::vector<std::string> suspects;
};

command_line read_command_line(std::string_view text);

} // namespace kodad::actors
