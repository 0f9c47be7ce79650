// RANDOM CONVERSATIONS: what a session may hold after cancelled turns, refused calls, changes of
// the provider and models that make things up. The same seed gives the same one everywhere.
#pragma once

#include "proto/chat.hpp"

#include <cstdint>

namespace kodad::test {

/// Seals of the models in `random_models` hold "seal of <model>".
proto::chat_request random_conversation(uint64_t seed);

} // namespace kodad::test
