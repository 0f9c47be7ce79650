// PATH PREFIX: a proxy may serve us below a path of its own, which it takes off before it passes a
// request on and names in X-Forwarded-Prefix. The paths in our answers (Location, Link) get it
// back.
#pragma once

#include "http/gateway/request.hpp"

#include <string>

namespace kodad::http {

/// "/below/this", or "" when there is none, or one that is no plain path.
/// @param headers Names in lower case.
std::string path_prefix_of(const header_list& headers);

/// Puts the prefix before the paths in Location and Link.
void add_path_prefix(const std::string& prefix, header_list& headers);

} // namespace kodad::http
