#include "http/gateway/pace.hpp"

#include "proto/limits/door.hpp"

#include <algorithm>
#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace kodad::http {

void pace::fell_behind(int socket, instant now) {
  if (is_behind_)
    return;
  is_behind_ = true;
  since_ = now;
  received_before_ = received(socket);
}

bool pace::is_hopeless(int socket, instant now, milliseconds window) {
  if (!is_behind_ || now - since_ <= window)
    return false;
  auto spent = std::chrono::duration_cast<milliseconds>(now - since_);
  auto least = static_cast<uint64_t>(spent.count()) * proto::limits::read_bytes_per_second / 1000;
  auto taken = received(socket);
  if (taken - received_before_ < least)
    return true;
  received_before_ = taken;
  since_ = now;
  return false;
}

uint64_t pace::received(int socket) const {
  int queued = 0;
  if (::ioctl(socket, SIOCOUTQ, &queued) != 0 || queued < 0)
    return sent_;
  return sent_ - std::min(sent_, static_cast<uint64_t>(queued));
}

} // namespace kodad::http
