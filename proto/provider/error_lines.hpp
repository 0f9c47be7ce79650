// ERROR LINES: what some servers write into a stream without the form of an event, which would be
// skipped as an unknown field. Old builds of llama.cpp report an error as a line "error: {…}",
// which becomes an event named "error" here; others write a line that is a JSON object and nothing
// else, which becomes an event without a name. Bytes may be cut anywhere.
#pragma once

#include "proto/sse/decoder.hpp"

#include <string_view>

namespace kodad::proto::provider {

class error_lines {
public:
  /// Hands `bytes` on. What could still become the field's name waits for the next call; at the
  /// end of a stream it is a field without a value and means nothing.
  void push(std::string_view bytes, sse::decoder& to);

private:
  size_t matched_ = 0;      ///< Bytes of the name that the current line began with, held back.
  bool line_begins_ = true; ///< All of the current line so far, which may be nothing, is held back.
  bool is_bare_ = false;    ///< The current line is an event of its own.
};

} // namespace kodad::proto::provider
