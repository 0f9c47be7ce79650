#include "storage/host/sandbox/broker_caller.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <sys/stat.h>
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

/// The number after "NAME:\t" of fdinfo.
std::optional<uint64_t> line_of(std::string_view text, std::string_view name, int base) {
  auto at = text.find(name);
  if (at == text.npos || (at > 0 && text[at - 1] != '\n'))
    return std::nullopt;
  text.remove_prefix(at + name.size());
  uint64_t out = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return read.ec == std::errc() ? std::optional(out) : std::nullopt;
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

bool broker_caller::writes(int number, const descriptor& file) const {
  struct statx seen {};
  if (::statx(file.get(), "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO | STATX_MNT_ID, &seen) != 0 ||
      !S_ISREG(seen.stx_mode) || (seen.stx_mask & STATX_MNT_ID) == 0)
    return false;
  // The number may have come to mean another file since: what counts is that it is this one.
  auto text = read_text(folder_ + "/fdinfo/" + std::to_string(number));
  auto flags = line_of(text, "flags:\t", 8);
  if (!flags || line_of(text, "mnt_id:\t", 10) != seen.stx_mnt_id ||
      line_of(text, "ino:\t", 10) != seen.stx_ino)
    return false;
  auto access = *flags & O_ACCMODE;
  return (*flags & O_PATH) == 0 && (access == O_WRONLY || access == O_RDWR);
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
