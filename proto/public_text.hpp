// PUBLIC TEXT: what clients are told of failures inside the host, in answers, events and turns.
// Their details may hold paths of the state; they belong to the operator and stand on stderr.
#pragma once

#include "proto/error.hpp"

#include <optional>
#include <string_view>

namespace kodad::proto {

/// The sentence for a code that is about the host's inside; nothing for all others.
std::optional<std::string_view> public_text(ec code);

/// What a client is told. A sentence about a field of its request was written for it.
std::string_view sentence_for_client(const error& failure);

} // namespace kodad::proto
