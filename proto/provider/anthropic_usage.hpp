// ANTHROPIC USAGE: the token counts of Messages. They count up over an answer and come in parts.
#pragma once

#include "proto/json/reader.hpp"
#include "proto/usage.hpp"

namespace kodad::proto::provider {

/// Takes over what `from` says; what it leaves out stays. A zero does not replace a count: some
/// gateways fill in zeros for what they do not repeat.
void read_anthropic_usage(const json::object& from, usage& into);

} // namespace kodad::proto::provider
