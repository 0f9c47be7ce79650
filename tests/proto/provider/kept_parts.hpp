// Keeps a streamed answer as parts, the way proto/chat.hpp says that chunks become parts, so that
// tests can send an answer back.
#pragma once

#include "tests/proto/provider/stream_fixture.hpp"

#include <vector>

namespace kodad::proto::provider {

struct kept_answer {
  std::vector<chat_part> parts;
  std::optional<stop_reason> stop;
  std::optional<error> failure;
};

/// @param model Who answered.
kept_answer keep(const decoder_maker& make, std::string_view bytes, const model_id& model);

} // namespace kodad::proto::provider
