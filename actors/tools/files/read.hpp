// READ: shows a file with line numbers, a page at a time, or lists a folder.
#pragma once

#include "actors/tools/tool.hpp"

namespace kodad::actors {

tool_output read_tool(const storage::host::folder& workspace, const tool_arguments& given);

/// A short name for a file's content, to say later "as I saw it".
std::string content_version(std::string_view bytes);

/// Is this no text? Text in another encoding than UTF-8 is text; it is shown mended.
bool is_binary(std::string_view bytes);

} // namespace kodad::actors
