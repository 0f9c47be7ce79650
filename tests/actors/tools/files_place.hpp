// A workspace with the tools that read and change its files.
#pragma once

#include "actors/tools/files/read.hpp"
#include "actors/tools/files/write.hpp"
#include "tests/actors/tools/fixture.hpp"

namespace kodad::actors {

struct files_place : workspace_place {
  tool_output read(const std::string& json) {
    return read_tool(workspace, arguments("read", json));
  }
  tool_output write(const std::string& json) {
    return write_tool(workspace, arguments("write", json), turns);
  }
  tool_output edit(const std::string& json) {
    return edit_tool(workspace, arguments("edit", json), turns);
  }

  file_order order;
  file_turns turns{order, {}};
};

} // namespace kodad::actors
