// Loopback sockets, non-blocking and without Nagle's delay, and the limit on their number. The load
// tools speak to nothing but this machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::load {

struct endpoint {
  uint16_t port = 0;
  std::string host_header; ///< As the `Host` field wants it.
};

/// Reads `http://127.0.0.1:PORT` or `http://localhost:PORT`; refuses everything else.
endpoint read_url(std::string_view url);

/// A socket whose connection is under way, or -1.
int connect_loopback(uint16_t port);

/// A listening socket; refuses when the port is taken.
int listen_loopback(uint16_t port);

/// The next connection of a listening socket, or -1 when there is none.
int accept_next(int listener);

/// The error of a connection that was under way; 0 when it stands.
int connect_error(int fd);

/// Raises the number of descriptors to what the system allows and ignores SIGPIPE.
void prepare_for_many_sockets();

} // namespace kodad::load
