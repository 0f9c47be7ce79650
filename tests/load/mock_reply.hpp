// What the mock provider answers: built once, as HTTP bytes, and then only sent. Each event is one
// chunk of the transfer encoding, as a real provider sends it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kodad::load {

struct reply_shape {
  int64_t chunks = 50;      ///< Deltas of text per answer.
  int64_t chunk_bytes = 16; ///< Bytes of text in each.
  int64_t tool_calls = 0;   ///< Rounds answered with a tool call before the text.
  std::string tool = "glob";
  std::string tool_input = R"({"pattern":"*.md"})";
};

/// One streamed answer: all of it, and where each part that is sent on its own ends.
struct streamed_reply {
  std::string bytes;
  std::vector<size_t> ends;
};

struct replies {
  explicit replies(const reply_shape& shape);

  streamed_reply text;
  streamed_reply tool_call;
  std::string whole;     ///< The answer to a request that asks for no stream.
  std::string models;    ///< GET …/models.
  std::string not_found; ///< Everything else.
};

} // namespace kodad::load
