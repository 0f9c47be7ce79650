#include "storage/host/spawner_packet.hpp"

#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

spawner_packet receive_packet(int socket) {
  spawner_packet out;
  iovec piece{&out.request, sizeof out.request};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * spawner_descriptors_max)];
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  out.size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  for (auto* head = out.size < 0 ? nullptr : CMSG_FIRSTHDR(&message); head;
       head = CMSG_NXTHDR(&message, head)) {
    auto count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
      out.descriptors.emplace_back(fd);
    }
  }
  return out;
}

std::optional<child_spec> read_spec(const descriptor& memory) {
  struct stat seen {};
  if (::fstat(memory.get(), &seen) != 0)
    return {};
  std::string bytes(static_cast<size_t>(seen.st_size), '\0');
  if (::pread(memory.get(), bytes.data(), bytes.size(), 0) != seen.st_size)
    return {};
  return unpack_child_spec(bytes);
}

} // namespace kodad::storage::host
