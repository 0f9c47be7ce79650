// ANTHROPIC SEAL: what makes a piece of reasoning valid when it is sent back, as `opaque` of its
// part: {"signature":"…"} beside readable text, or {"redacted":"…"}, which is all there is.
#pragma once

#include "proto/json/reader.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kodad::proto::provider {

enum class seal_kind : uint8_t { signature, redacted };

struct anthropic_seal {
  seal_kind kind = seal_kind::signature;
  std::string data; ///< Empty: there is none.
};

std::string to_opaque(const anthropic_seal& seal);

/// Nothing for what `to_opaque` did not write.
std::optional<anthropic_seal> seal_of(json::parser& parse, std::string_view opaque);

} // namespace kodad::proto::provider
