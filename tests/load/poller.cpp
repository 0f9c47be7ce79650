#include "tests/load/poller.hpp"

#include "tests/load/options.hpp"

#include <algorithm>
#include <ctime>
#include <sys/epoll.h>
#include <unistd.h>

namespace kodad::load {

namespace {

constexpr size_t events_per_wait = 1024;

epoll_event event_for(uint32_t events, ready_handler& whom) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &whom;
  return event;
}

} // namespace

poller::poller() : fd_(::epoll_create1(EPOLL_CLOEXEC)), ready_(events_per_wait) {
  if (fd_ < 0)
    refuse("cannot create an epoll set");
}

poller::~poller() {
  ::close(fd_);
}

void poller::add(int fd, uint32_t events, ready_handler& whom) {
  auto event = event_for(events, whom);
  if (::epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) != 0)
    refuse("cannot watch a socket");
}

void poller::change(int fd, uint32_t events, ready_handler& whom) {
  auto event = event_for(events, whom);
  if (::epoll_ctl(fd_, EPOLL_CTL_MOD, fd, &event) != 0)
    refuse("cannot watch a socket");
}

void poller::remove(int fd) {
  ::epoll_ctl(fd_, EPOLL_CTL_DEL, fd, nullptr);
}

void poller::wait(int64_t until_ns) {
  int64_t left_ns = std::max<int64_t>(0, until_ns - now_ns());
  timespec left{left_ns / ns_per_second, left_ns % ns_per_second};
  int count = ::epoll_pwait2(fd_, ready_.data(), static_cast<int>(ready_.size()), &left, nullptr);
  for (int i = 0; i < count; ++i) {
    auto& event = ready_[static_cast<size_t>(i)];
    static_cast<ready_handler*>(event.data.ptr)->on_ready(event.events);
  }
}

} // namespace kodad::load
