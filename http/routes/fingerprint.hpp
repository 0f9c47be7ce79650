// FINGERPRINT: what tells a repeated request from another one that was sent with the same
// idempotency key. The request itself may hold secrets and megabytes, and is not kept.
#pragma once

#include "http/routes.hpp"

#include <string>

namespace kodad::http {

/// SHA-256 of method, path and body, in hexadecimal.
std::string fingerprint_of(const request& in);

} // namespace kodad::http
