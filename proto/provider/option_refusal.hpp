// OPTION REFUSAL: which option of a request an answer complains of. The wordings differ:
// "Unsupported parameter: 'x' is not supported with this model", "Unrecognized request argument
// supplied: x", "x: Extra inputs are not permitted", FastAPI's {"loc": ["body", "x"]}, Google's
// `Unknown name "x" at 'generation_config'`, or a `param` of its own.
#pragma once

#include "proto/provider/option_rewrite.hpp"
#include "proto/provider/wire.hpp"

#include <optional>
#include <string_view>

namespace kodad::proto::provider {

/// What to change in `sent` before it is sent again; nothing where the answer is not about one of
/// its options, or where the change would change nothing.
/// @param known What is left out of `sent` already.
std::optional<refused_option> read_refusal(int status, std::string_view answer,
                                           const wire_request& sent,
                                           const std::vector<refused_option>& known);

/// `request` changed as all of `refused` want it.
wire_request without_options(wire_request request, const std::vector<refused_option>& refused);

} // namespace kodad::proto::provider
