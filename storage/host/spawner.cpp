#include "storage/host/spawner.hpp"

#include "storage/host/spawner_loop.hpp"
#include "storage/host/system_error.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <sys/wait.h>

namespace kodad::storage::host {

proto::result<spawner> spawner::start() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return system_error(errno, "create", "the spawner's socket");
  descriptor ours(ends[0]);
  descriptor theirs(ends[1]);
  auto pid = ::fork();
  if (pid < 0)
    return system_error(errno, "fork", "the spawner");
  if (pid == 0)
    run_spawner(theirs.get()); // Does not return.
  return spawner(std::move(ours), pid);
}

spawner::~spawner() {
  if (!socket_.is_open())
    return;
  socket_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

} // namespace kodad::storage::host
