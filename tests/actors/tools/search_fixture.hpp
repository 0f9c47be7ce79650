// What the tests of searches share: a workspace, searches in it, and the rules that are usual.
#pragma once

#include "tests/actors/tools/fixture.hpp"

#include <algorithm>
#include <sstream>

namespace kodad::actors {

struct search_place : workspace_place {
  std::string glob(const std::string& json) {
    return finish_command(*processes, glob_command(workspace, arguments("glob", json))).text;
  }
  std::string grep(const std::string& json) {
    return finish_command(*processes, grep_command(workspace, arguments("grep", json), rules)).text;
  }
  /// A glob's files, sorted.
  std::string files(const std::string& json) {
    std::vector<std::string> lines;
    std::stringstream text(glob(json));
    for (std::string line; std::getline(text, line);)
      lines.push_back(line);
    std::ranges::sort(lines);
    std::string out;
    for (const auto& line : lines)
      out += (out.empty() ? "" : " ") + line;
    return out;
  }
  std::string refused(const std::string& json) {
    return glob_command(workspace, arguments("glob", json)).failure().context;
  }

  std::optional<call_rules> rules;
  std::unique_ptr<storage::host::process_host> processes = storage::host::start_processes();
};

/// What comes with the program: files named .env are asked for.
inline call_rules usual_rules() {
  call_rules out;
  out.builtin = true;
  out.agent.tools = {{"read",
                      {{"*", proto::action::allow},
                       {"*.env", proto::action::ask},
                       {"*.env.*", proto::action::ask},
                       {"*.env.example", proto::action::allow}}}};
  return out;
}

} // namespace kodad::actors
