// The parser of a thread, for the frames of the providers' streams. Thousands of streams that wait
// for their next frame would otherwise each hold the memory that it takes to parse one.
#pragma once

#include "proto/json/reader.hpp"

namespace kodad::proto::json {

/// The parser for this frame: for a small one that of the thread, for a large one `own`. What it
/// parsed lives until the same thread asks for the next frame.
inline parser& frame_parser(std::string_view frame, parser& own) {
  // Nearly all frames are smaller; for such a text a parser holds 55 KiB.
  constexpr size_t small_bytes = 4 * 1024;
  thread_local parser of_thread;
  return frame.size() <= small_bytes ? of_thread : own;
}

} // namespace kodad::proto::json
