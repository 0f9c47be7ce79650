#include "storage/host/sandbox/broker_caller.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

constexpr size_t page_size = 4096; // The smallest there is: a longer one is read in pieces.

std::string read_text(const std::string& path) {
  descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string out(1024, '\0');
  auto got = file.is_open() ? ::read(file.get(), out.data(), out.size()) : 0;
  out.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return out;
}

} // namespace

broker_caller::broker_caller(pid_t thread)
    : thread_(thread), folder_("/proc/" + std::to_string(thread)) {}

int broker_caller::read(uint64_t address, void* into, size_t size) const {
  iovec ours{into, size};
  iovec theirs{reinterpret_cast<void*>(address), size};
  auto got = ::process_vm_readv(thread_, &ours, 1, &theirs, 1, 0);
  if (got < 0)
    return errno;
  return static_cast<size_t>(got) == size ? 0 : EFAULT;
}

int broker_caller::read_path(uint64_t address, std::string& out) const {
  out.clear();
  char piece[page_size];
  while (out.size() < PATH_MAX) {
    // What lies behind the end of the path may not be there to be read.
    auto left = page_size - (address + out.size()) % page_size;
    auto size = std::min<size_t>(left, PATH_MAX - out.size());
    if (auto number = read(address + out.size(), piece, size))
      return number;
    auto length = ::strnlen(piece, size);
    out.append(piece, length);
    if (length < size)
      return 0;
  }
  return ENAMETOOLONG;
}

descriptor broker_caller::working_folder() const {
  return descriptor(::open((folder_ + "/cwd").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

descriptor broker_caller::opened(int number) const {
  descriptor out;
  if (number >= 0)
    out =
        descriptor(::open((folder_ + "/fd/" + std::to_string(number)).c_str(), O_PATH | O_CLOEXEC));
  if (!out.is_open())
    errno = EBADF;
  return out;
}

descriptor broker_caller::shared(int number) const {
  constexpr unsigned of_thread = O_EXCL; // PIDFD_THREAD, from Linux 6.9's pidfd.h.
  descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, thread_, of_thread)));
  return descriptor(static_cast<int>(::syscall(SYS_pidfd_getfd, handle.get(), number, 0)));
}

uint64_t broker_caller::turns() const {
  auto text = read_text(folder_ + "/schedstat"); // Time on a processor, time waited, turns.
  auto last = text.rfind(' ');
  uint64_t out = 0;
  if (last != text.npos)
    std::from_chars(text.data() + last + 1, text.data() + text.size(), out);
  return out;
}

bool broker_caller::is_running() const {
  auto stat = read_text(folder_ + "/stat");
  auto name_end = stat.rfind(')');
  return name_end != stat.npos && name_end + 2 < stat.size() && stat[name_end + 2] == 'R';
}

} // namespace kodad::storage::host
