#include "storage/host/shared_memory.hpp"

#include "storage/host/descriptor.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace kodad::storage::host;

namespace {

constexpr size_t size = size_t{8} << 20;

shared_usage ours() {
  return shared_usage_of({::getpid()});
}

/// A memory file that is full.
descriptor full_file() {
  descriptor out(::memfd_create("test", MFD_CLOEXEC));
  std::string text(size, 'x');
  REQUIRE(::write(out.get(), text.data(), size) == static_cast<ssize_t>(size));
  return out;
}

void send(int socket, int file) {
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof file)] = {};
  char byte = 0;
  iovec text{&byte, 1};
  msghdr message{};
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  auto* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof file);
  *reinterpret_cast<int*>(CMSG_DATA(head)) = file;
  REQUIRE(::sendmsg(socket, &message, 0) == 1);
}

} // namespace

TEST_CASE("a memory file counts once, however often it is open, and mapped or not") {
  auto before = ours().bytes;
  auto machine = machine_shared_bytes();
  auto file = full_file();
  CHECK(ours().bytes == before + size);
  CHECK(machine_shared_bytes() > machine + size / 2);
  descriptor again(::dup(file.get()));
  CHECK(ours().bytes == before + size);
  auto* mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  REQUIRE(mapped != MAP_FAILED);
  CHECK(::madvise(mapped, size, MADV_POPULATE_READ) == 0);
  CHECK(ours().bytes == before + size);
  ::munmap(mapped, size);
  file = {};
  CHECK(ours().bytes == before + size);
  again = {};
  CHECK(ours().bytes == before);
}

TEST_CASE("shared memory without a file counts in full, or it is said that there may be more") {
  auto before = ours();
  auto* mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  REQUIRE(mapped != MAP_FAILED);
  CHECK(::madvise(mapped, size, MADV_DONTNEED) == 0);
  auto used = ours();
  CHECK((used.is_partial || used.bytes == before.bytes + size));
  ::munmap(mapped, size);
  CHECK(ours().is_partial == before.is_partial);
}

TEST_CASE("what is in flight between sockets is not seen, and that is said") {
  auto before = ours();
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  descriptor from(ends[0]);
  descriptor to(ends[1]);
  CHECK(ours().queues == before.queues + 2);
  CHECK_FALSE(ours().is_partial);
  send(from.get(), full_file().get());
  CHECK(ours().bytes == before.bytes);
  CHECK(ours().is_partial);
}

TEST_CASE("who is gone shares nothing") {
  auto gone = shared_usage_of({0});
  CHECK(gone.bytes == 0);
  CHECK(gone.queues == 0);
  CHECK_FALSE(gone.is_partial);
}
