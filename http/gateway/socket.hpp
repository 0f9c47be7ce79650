// SOCKETS: the few system calls of the reactor, as values. A descriptor is closed by its owner.
#pragma once

#include "proto/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace kodad::http {

/// Owns one file descriptor.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept;
  ~descriptor() { reset(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void reset();

private:
  int fd_ = -1;
};

/// A listening, non-blocking socket. Never shares its port (no SO_REUSEPORT).
/// @param host An address or name; the first address it resolves to is taken.
/// @param port 0 takes a free one.
proto::result<descriptor> listen_on(const std::string& host, uint16_t port);

/// The port a socket is bound to.
uint16_t bound_port(const descriptor& socket);

/// Accepts one connection: non-blocking, no Nagle delay. Closed with errno set when none came.
descriptor accept_one(const descriptor& listener);

enum class ending : uint8_t {
  graceful, ///< Our side ends once all that was sent has arrived.
  cut,      ///< Both sides end; what was sent is still on its way.
  aborted,  ///< At once, and what was sent is dropped: for a peer that would never take it.
};

void close_socket(descriptor& socket, ending how);

} // namespace kodad::http
