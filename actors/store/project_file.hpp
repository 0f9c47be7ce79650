// PROJECT FILE: a workspace's own kodad.yaml, read for one step of a turn. The file is hostile and
// its disk may hang: this blocks. Only what it says now counts; nothing is remembered.
#pragma once

#include "actors/messages.hpp"
#include "proto/result.hpp"

#include <string>
#include <vector>

namespace kodad::actors {

struct seen_rules {
  proto::result<project_rules> rules;
  std::vector<std::string> lines; ///< For the operator, each once for a workspace and content.
  size_t content = 0;             ///< Tells one content from another.
};

/// No file has no rules. Fails with `tool_denied` where it cannot be read or is not clear, with
/// `workspace_vanished` where the folder is gone. @param workspace Absolute, without links.
seen_rules look_at_project(const std::string& workspace);

} // namespace kodad::actors
