// ERROR LINES: old builds of llama.cpp report an error inside a stream as a line "error: {…}", a
// field that event streams do not have and that is therefore skipped. Here such a line becomes an
// event named "error". Bytes may be cut anywhere.
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
};

} // namespace kodad::proto::provider
