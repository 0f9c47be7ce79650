// TOOL: what a model is told about a tool.
#pragma once

#include "proto/record.hpp"

namespace kodad::proto {

struct tool_spec {
  std::string name;
  std::string description;
  raw_json schema;        ///< JSON Schema of the arguments, an object.
  bool read_only = false; ///< Running it twice does no harm.

  static constexpr auto fields() {
    return std::tuple(
        field("name", &tool_spec::name), field("description", &tool_spec::description),
        field("schema", &tool_spec::schema), field("read_only", &tool_spec::read_only));
  }
};

} // namespace kodad::proto
