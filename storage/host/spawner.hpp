// SPAWNER: a small process, forked by main before any thread exists, that starts, ends and reaps
// every child. It owns no secret (its environment is wiped, its heap is the empty one of the first
// moment), and it outlives no server: when the server is gone, so is everything it started. What
// escapes its parent by forking twice falls to the spawner, the subreaper, and ends there.
// Who wants a child uses process_host; this is only the handle to the process.
#pragma once

#include "proto/result.hpp"
#include "storage/host/descriptor.hpp"

#include <sys/types.h>

namespace kodad::storage::host {

class spawner {
public:
  /// Forks. @pre No other thread exists and no secret has been read. Fails with `host_full`.
  static proto::result<spawner> start();

  spawner(spawner&&) noexcept = default;
  spawner& operator=(spawner&&) noexcept = default;

  /// Closes the socket, which ends all children, and waits until the spawner is gone.
  ~spawner();

  /// The server's end of the socket; packets as in spawner_wire.hpp.
  const descriptor& socket() const { return socket_; }

  pid_t pid() const { return pid_; }

private:
  spawner(descriptor socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}

  descriptor socket_;
  pid_t pid_ = -1;
};

} // namespace kodad::storage::host
