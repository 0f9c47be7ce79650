// SEARCH RESULT: what a search script has written, as the model reads it. Says what was left out
// and why, so that "nothing" is only said where there is nothing. Pure.
#pragma once

#include "actors/tools/call_rules.hpp"
#include "actors/tools/search/search_script.hpp"
#include "actors/tools/tool.hpp"
#include "storage/host/process_host.hpp"

#include <optional>

namespace kodad::actors {

enum class result_kind : uint8_t { files, lines, matching_files, counts };

struct result_shape {
  result_kind kind = result_kind::lines;
  output_page page;
  bool with_numbers = true;
  bool ignored = false;            ///< Were ignored files looked at, too?
  std::string place;               ///< As in file_choice.
  std::string root;                ///< The workspace.
  std::optional<call_rules> rules; ///< For what is guarded.
  std::vector<std::string> notes;  ///< What is to be said of the call besides.
  std::vector<std::string> hints;  ///< The same where nothing was found.
};

/// @param text What the script wrote, or its begin. @param is_cut Is more than that missing?
tool_output search_result(std::string_view text, bool is_cut, const result_shape& shape);

} // namespace kodad::actors
