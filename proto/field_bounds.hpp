// FIELD BOUNDS: how long what a client says may be. Checked where a body was read, before anything
// is done; the bounds stand in limits/storage.hpp. What a bound stops is refused with its `field`
// and `limit`, never cut.
#pragma once

#include "proto/command.hpp"
#include "proto/result.hpp"

namespace kodad::proto {

/// Fail with `invalid_value`.
result<void> check_bounds(const create_session& wish);
result<void> check_bounds(const patch_session& wish);
result<void> check_bounds(const branch_session& wish);
result<void> check_bounds(const agent& wish);

/// Fails with `body_too_large` for the content.
result<void> check_bounds(const send_message& wish);

/// The field is `response`.
result<void> check_bounds(const std::vector<std::string>& response);

/// About how many bytes of JSON a value becomes.
size_t json_bytes(const agent& of);
size_t json_bytes(const model& of);

} // namespace kodad::proto
