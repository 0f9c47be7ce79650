// REQUEST IDS: every answer carries one, so that a client's report and the operator's log can be
// brought together.
#pragma once

#include "http/gateway/request.hpp"

#include <string>

namespace kodad::http {

inline constexpr std::string_view request_id_header = "X-Request-Id";

/// An id never given before by this process, nor, in all likelihood, by another.
std::string new_request_id();

/// The client's own id when it is 1 to 128 of [A-Za-z0-9._-] and given once, else a new one.
/// @param headers Names in lower case.
std::string request_id_of(const header_list& headers);

} // namespace kodad::http
