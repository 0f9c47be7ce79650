// NUMBER RANGE: which number of a JSON text is too large for any of our types. Only after the
// parser has refused the text, to say more of it than that it is no JSON.
#pragma once

#include "proto/error.hpp"

#include <optional>
#include <string_view>

namespace kodad::proto::json {

/// `invalid_value` with the path of the first number ("value.sizes[2]") that is a whole number of
/// more than 64 bits, or beyond the range of a double; nothing where there is none.
std::optional<error> number_out_of_range(std::string_view text);

} // namespace kodad::proto::json
