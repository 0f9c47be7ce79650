// LISTENER: the socket that clients connect to, bound before anything else is opened: an address
// that cannot be had is then known while a start still costs nothing. Nobody is accepted yet; who
// connects meanwhile waits in the kernel's queue.
#pragma once

#include "http/gateway/socket.hpp"

#include <chrono>

namespace kodad::http {

struct listen_address {
  std::string host; ///< An address or a name, without brackets.
  uint16_t port = 0;
  bool is_open_to_others =
      false; ///< Else a name that does not lead back to this machine is refused.
};

/// Fails with one line that names host and port. Waits for a name server at most `patience`.
proto::result<descriptor> open_listener(const listen_address& place,
                                        std::chrono::milliseconds patience);

/// An IPv6 address in brackets, as in a URL, without them; all else as it is.
std::string without_brackets(const std::string& host);

/// Can only this machine reach this numeric address? True as well for the name "localhost".
bool is_loopback(const std::string& host);

/// Is this a numeric address, with brackets or without, that others reach? A name is none.
bool lets_others_in(const std::string& host);

} // namespace kodad::http
