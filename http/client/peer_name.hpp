// PEER NAME: whose address a call needs before it can connect.
#pragma once

#include <string>

namespace kodad::http {

struct peer_name {
  std::string host; ///< As libcurl will ask for it; empty if there is nothing to look up.
  std::string port;
};

/// The host of `url`, or the proxy's. Nothing for an address, for localhost, which libcurl knows by
/// itself, and for what is no URL.
/// @param proxy Empty for none.
peer_name peer_name_of(const std::string& url, const std::string& proxy);

} // namespace kodad::http
