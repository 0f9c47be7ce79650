// OPENAI USAGE: the token counts of Chat Completions and its dialects, and of Responses.
#pragma once

#include "proto/json/reader.hpp"
#include "proto/usage.hpp"

namespace kodad::proto::provider {

/// Cached tokens are taken out of the input. Where the sum shows that reasoning was not counted as
/// output (xAI), it is added.
usage read_openai_usage(const json::object& from);

/// The same of a Responses answer, which has other names for it.
usage read_responses_usage(const json::object& from);

} // namespace kodad::proto::provider
