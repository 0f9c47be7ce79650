// SPAWNER PACKET: a request as it comes out of the socket at the spawner's end.
#pragma once

#include "storage/host/descriptor.hpp"
#include "storage/host/spawner_wire.hpp"

#include <optional>
#include <sys/types.h>
#include <vector>

namespace kodad::storage::host {

struct spawner_packet {
  ssize_t size = 0; ///< As recvmsg returned it, with errno.
  spawner_request request;
  std::vector<descriptor> descriptors;
};

/// Takes the next one. Never waits.
spawner_packet receive_packet(int socket);

/// What a memory file says; nothing if that was not made by `pack`.
std::optional<child_spec> read_spec(const descriptor& memory);

} // namespace kodad::storage::host
