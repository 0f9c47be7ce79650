// ADDRESS: where a running kodad tells programs and people how it is reached.
#pragma once

#include <cstdint>
#include <string>

namespace kodad::http {

/// An IPv6 address gets its brackets.
std::string url_of(const std::string& host, uint16_t port);

/// Programs find us by this file; one that cannot be written is no reason not to run.
void keep_address(const std::string& url);

/// Removes the file.
void forget_address();

} // namespace kodad::http
