#include "http/report.hpp"

#include "proto/limits/start.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <unistd.h>

namespace kodad::http {

namespace {

constexpr std::string_view speaker = "kodad: ";

/// Never waits longer than `patience` for room; what a pipe reports room for, it takes whole.
bool write_patiently(int fd, std::string_view text, std::chrono::milliseconds patience) {
  while (!text.empty()) {
    pollfd room{fd, POLLOUT, 0};
    int ready = ::poll(&room, 1, static_cast<int>(patience.count()));
    if (ready == 0)
      errno = EAGAIN;
    if (ready == 0 || (ready < 0 && errno != EINTR))
      return false;
    if (ready < 0)
      continue;
    auto written = ::write(fd, text.data(), text.size() < PIPE_BUF ? text.size() : PIPE_BUF);
    if (written < 0 && errno != EINTR)
      return false;
    text.remove_prefix(written < 0 ? 0 : static_cast<size_t>(written));
  }
  return true;
}

bool is_control(char one) {
  return static_cast<unsigned char>(one) < ' ' || one == '\x7f';
}

} // namespace

bool tell(std::string_view text, std::chrono::milliseconds patience) {
  std::array<char, PIPE_BUF> line;
  size_t size = speaker.copy(line.data(), line.size());
  while (!text.empty() && is_control(text.back()))
    text.remove_suffix(1);
  for (char one : text.substr(0, line.size() - size - 1))
    line[size++] = is_control(one) ? ' ' : one;
  line[size++] = '\n';
  return write_patiently(STDERR_FILENO, {line.data(), size}, patience);
}

void tell(std::string_view text) {
  (void)tell(text, proto::limits::tell_patience);
}

bool announce(std::string_view text) {
  constexpr auto patience = proto::limits::tell_patience;
  return write_patiently(STDOUT_FILENO, text, patience) &&
         write_patiently(STDOUT_FILENO, "\n", patience);
}

} // namespace kodad::http
