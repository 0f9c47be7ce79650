// NETWORK: how outgoing calls reach their hosts: directly or by a proxy, and whom they trust.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto {

struct network_config {
  std::string http_proxy;              ///< For http:// addresses; empty: none. May hold a secret.
  std::string https_proxy;             ///< For https:// addresses.
  std::vector<std::string> past_proxy; ///< Hosts that are called directly, as in NO_PROXY.
  std::string ca_file;                 ///< PEM file of trusted roots; empty: the system's.

  bool operator==(const network_config&) const = default;
};

/// The proxy for a call to `url`; empty for a direct one. Loopback is always called directly.
std::string_view proxy_for(const network_config& by, std::string_view url);

/// Is this an address of a proxy: http, https, socks5 or socks5h, or none of these (then http), a
/// host, and no path?
bool is_proxy_address(std::string_view text);

/// The entries of a NO_PROXY: parted by commas or blanks.
std::vector<std::string> read_past_proxy(std::string_view text);

} // namespace kodad::proto
