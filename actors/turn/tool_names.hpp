// TOOL NAMES: which tool a model means. Models write the name in another case, with another hyphen,
// in quotes, or with what their training put around it: "functions.bash", "default_api:bash",
// "bash<|channel|>commentary". A name that fits one tool but for such things is that tool; one that
// fits none, or several, is nobody's. Pure.
#pragma once

#include "proto/error.hpp"
#include "proto/tool.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::actors {

/// The one tool among `tools` that `name` means.
std::optional<std::string> meant_tool(const std::vector<proto::tool_spec>& tools,
                                      std::string_view name);

/// `tool_not_found`, with the names that there are, so that the model can go on.
proto::error no_such_tool(const std::vector<proto::tool_spec>& tools, std::string_view name);

} // namespace kodad::actors
