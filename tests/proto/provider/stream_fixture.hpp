// Feeds recorded streams to a decoder, whole, in bytes and cut, and sums up what came out.
#pragma once

#include "proto/provider/adapter.hpp"

#include <functional>
#include <map>

namespace kodad::proto::provider {

struct heard_call {
  std::string id;
  std::string tool;
  std::string streamed; ///< The pieces of the arguments.
  std::string whole;    ///< The arguments at the end.
  bool ended = false;

  bool operator==(const heard_call&) const = default;
};

/// All that a stream said.
struct heard {
  std::string text;
  std::string reasoning;
  int reasoning_ends = 0;
  int part_ends = 0;
  std::vector<std::string> opaque;
  std::map<uint32_t, heard_call> calls;
  usage spent;
  std::optional<stop_reason> stop;
  bool late = false; ///< Something but usage came after the stop.
  std::optional<error> failure;

  bool operator==(const heard&) const = default;
};

using decoder_maker = std::function<std::unique_ptr<stream_decoder>()>;

/// Are the recorded streams at hand? They lie beside the repository, not in it.
bool has_recordings();

/// The payloads of a recorded stream, one a line.
std::vector<std::string> recorded(const std::string& name);

/// As "data: …" events.
std::string framed(const std::vector<std::string>& payloads);

heard sum_up(const std::vector<stream_chunk>& chunks);

heard listen(const decoder_maker& make, const std::vector<std::string_view>& pieces);
heard listen(const decoder_maker& make, std::string_view bytes);
heard listen_bytewise(const decoder_maker& make, std::string_view bytes);

} // namespace kodad::proto::provider
