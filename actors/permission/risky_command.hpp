// RISKY COMMANDS: those that can run or write more than their name says, by themselves (`eval`,
// `xargs`, `awk`: proto/programs.hpp) or by one of their flags (`find -exec`, `git -c`). A rule
// that allows `find *` means finding. Lists, not cleverness; the sandbox stands behind them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

/// Is this a plain name of a program, nothing that expands, assigns or hides?
bool names_a_command(std::string_view word);

/// Can this command run another program, or write a file, that its name does not tell of?
bool is_risky(const std::vector<std::string>& command);

/// May the words after this one be a command (`sudo`, `env`, `X=1`, `then`)?
bool leads_to_a_command(std::string_view word);

} // namespace kodad::actors
