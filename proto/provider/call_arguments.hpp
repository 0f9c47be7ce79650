// CALL ARGUMENTS: what the text of a tool call's arguments means. Models and their servers wrap the
// one JSON object that it should be: they encode it twice, put a fence or a marker around it, leave
// a comma behind, or say it several times, from an empty one or a beginning of it to the whole.
// What is half an object, or none, means nothing: it is never guessed at.
#pragma once

#include "proto/json/reader.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

/// Why the answer is over, as far as its calls are concerned.
enum class calls_end : uint8_t {
  complete,
  cut_short, ///< The output limit was reached: empty arguments are missing, not none.
};

class argument_reader {
public:
  /// The object that `text` means, as JSON; nothing where it means none.
  /// @param restarts Where pieces of it lie that may say all of it anew.
  std::optional<std::string> read(std::string_view text, const std::vector<size_t>& restarts,
                                  calls_end how);

  bool is_object(std::string_view text);

private:
  std::optional<std::string> read_plain(std::string_view text, calls_end how, int depth);
  std::optional<std::string> read_encoded(std::string_view text, calls_end how, int depth);
  std::optional<std::string> read_series(std::string_view text);
  std::optional<std::string> read_restarted(std::string_view text,
                                            const std::vector<size_t>& restarts);
  std::optional<std::string> read_object(std::string_view text);

  json::parser parse_;
};

} // namespace kodad::proto::provider
