// WEB ADDRESS: what is wrong with an address that the configuration names, host names and origins
// included. Pure. Says what was expected, never what stands there: an address may hold a password.
#pragma once

#include <string>
#include <string_view>

namespace kodad::storage {

/// Of an http or https address to call. Empty where nothing is wrong.
std::string address_fault(std::string_view text);

/// Where the path begins, behind scheme, host and port. @pre address_fault(text).empty()
std::string_view path_of_address(std::string_view text);

/// Does a call there go unencrypted over networks of others? Names that only a network of one's own
/// knows are taken for such. @pre address_fault(text).empty()
bool is_open_on_its_way(std::string_view text);

/// Of a Host header's value: a name or address, perhaps with a port.
std::string host_header_fault(std::string_view text);

/// Why hardly any client sends this value; empty where one may. @pre host_header_fault is empty.
std::string host_header_doubt(std::string_view text);

/// Of a name or address to listen on.
std::string listen_host_fault(std::string_view text);

/// Of an origin as a browser sends it.
std::string origin_fault(std::string_view text);

} // namespace kodad::storage
