// SPAWNER: a small process that starts, ends and reaps every child. It is our own program, executed
// once more with an environment of four variables and no descriptor but its socket: it owns no
// secret. It outlives no server: when the server is gone, so is everything it started. What escapes
// its parent by forking twice falls to the spawner, the subreaper, and ends there.
// Who wants a child uses process_host; this is only the handle to the process.
#pragma once

#include "proto/result.hpp"
#include "storage/host/descriptor.hpp"

#include <functional>
#include <string>
#include <sys/types.h>

namespace kodad::storage::host {

class spawner {
public:
  /// Executes this very program, whose main has to call `run_spawner_if_asked` first. May be called
  /// from any thread, however many there are. Fails as the system does.
  static proto::result<spawner> start();

  /// @param socket Our end; at the other end the child `pid` is in `run_spawner`.
  spawner(descriptor socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}

  spawner(spawner&& other) noexcept
      : socket_(std::move(other.socket_)), pid_(std::exchange(other.pid_, -1)),
        ending_(std::move(other.ending_)) {}
  spawner& operator=(spawner&& other) noexcept {
    std::swap(socket_, other.socket_);
    std::swap(pid_, other.pid_);
    std::swap(ending_, other.ending_);
    return *this;
  }

  /// Dismisses it and waits until it is gone; kills one that does not go. Bounded.
  ~spawner();

  /// The server's end of the socket; packets as in spawner_wire.hpp.
  const descriptor& socket() const { return socket_; }

  pid_t pid() const { return pid_; }

  /// Closes the socket: the spawner ends all children, and itself.
  void dismiss() { socket_.reset(); }

  /// Ends it at once, also when it is stopped.
  void kill();

  /// Reaps it if it has ended.
  bool is_gone();

  /// How it ended, for people: "by SIGKILL", "with code 1". Empty before it is known to be gone.
  const std::string& ending() const { return ending_; }

  /// Nobody waits for it any more.
  void forget() { pid_ = -1; }

private:
  descriptor socket_;
  pid_t pid_ = -1;
  std::string ending_;
};

/// Where a process host gets its spawners from.
using spawner_source = std::function<proto::result<spawner>()>;

/// Serves as the spawner and exits if that is what this process was executed for; else returns.
/// @pre First thing in main.
void run_spawner_if_asked(int count, char** words);

} // namespace kodad::storage::host
