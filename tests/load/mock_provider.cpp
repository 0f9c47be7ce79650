#include "tests/load/mock_provider.hpp"

#include "tests/load/sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kodad::load {

namespace {

std::array<char, 256 * 1024> shared_buffer;

} // namespace

struct mock_provider::client final : ready_handler {
  client(mock_provider& its_owner, uint64_t its_number, int its_fd)
      : owner(its_owner), number(its_number), fd(its_fd) {}

  void on_ready(uint32_t events) override {
    if (fd >= 0 && (events & EPOLLOUT))
      owner.send_up_to(*this, allowed);
    if (fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
      owner.read(*this);
  }

  mock_provider& owner;
  uint64_t number;
  int fd;
  mock_request_reader reader{};
  const std::string* bytes = nullptr;    ///< The answer being sent; null: none.
  const streamed_reply* paced = nullptr; ///< Set while chunks go out one by one.
  size_t sent = 0;
  size_t allowed = 0; ///< How much of `bytes` may be sent by now.
  size_t next_part = 0;
  int64_t next_at_ns = 0;
  bool waits_for_room = false;
};

mock_provider::mock_provider(const settings& given)
    : settings_(given), replies_(given.shape), listener_(listen_loopback(given.port)) {
  loop_.add(listener_, EPOLLIN, *this);
}

mock_provider::~mock_provider() {
  for (auto& [number, one] : clients_)
    ::close(one->fd);
  ::close(listener_);
}

void mock_provider::run(const volatile int& is_over) {
  while (is_over == 0) {
    int64_t until_ns = now_ns() + ns_per_second;
    if (!due_.empty())
      until_ns = std::min(until_ns, due_.top().at_ns);
    loop_.wait(until_ns);
    send_due();
    gone_.clear();
  }
}

void mock_provider::on_ready(uint32_t) {
  for (int fd = accept_next(listener_); fd >= 0; fd = accept_next(listener_)) {
    uint64_t number = next_number_++;
    auto one = std::make_unique<client>(*this, number, fd);
    loop_.add(fd, EPOLLIN, *one);
    clients_.emplace(number, std::move(one));
  }
}

void mock_provider::read(client& from) {
  auto count = ::recv(from.fd, shared_buffer.data(), shared_buffer.size(), 0);
  if (count < 0 && errno == EAGAIN)
    return;
  if (count <= 0)
    return close(from);
  from.reader.feed({shared_buffer.data(), static_cast<size_t>(count)});
  if (from.bytes == nullptr)
    answer_next(from);
}

void mock_provider::answer_next(client& to) {
  mock_request asked;
  auto state = to.reader.next(asked);
  if (state == mock_request_reader::state::broken)
    return close(to);
  if (state == mock_request_reader::state::more)
    return;
  const streamed_reply* stream = nullptr;
  if (asked.method == "GET" && asked.path.ends_with("/models"))
    to.bytes = &replies_.models;
  else if (asked.method != "POST" || !asked.path.ends_with("/chat/completions"))
    to.bytes = &replies_.not_found;
  else if (!asked.wants_stream)
    to.bytes = &replies_.whole;
  else
    to.bytes = &(stream = stream_for(asked))->bytes;
  to.sent = 0;
  if (stream == nullptr || settings_.delay_ns == 0)
    return send_up_to(to, to.bytes->size());
  to.paced = stream;
  to.next_part = 1;
  to.next_at_ns = now_ns() + settings_.delay_ns;
  due_.push({to.next_at_ns, to.number});
  send_up_to(to, stream->ends[0]);
}

const streamed_reply* mock_provider::stream_for(const mock_request& asked) const {
  bool calls =
      asked.offers_tools && asked.tool_results < static_cast<size_t>(settings_.shape.tool_calls);
  return calls ? &replies_.tool_call : &replies_.text;
}

// Ends the answer when all of it is out, and goes on with a request that came meanwhile.
void mock_provider::send_up_to(client& to, size_t end) {
  to.allowed = end;
  while (to.bytes != nullptr && to.sent < end) {
    auto count = ::send(to.fd, to.bytes->data() + to.sent, end - to.sent, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN)
      return close(to);
    if (count < 0)
      break;
    to.sent += static_cast<size_t>(count);
  }
  bool waits = to.bytes != nullptr && to.sent < end;
  if (waits != to.waits_for_room)
    loop_.change(to.fd, waits ? EPOLLIN | EPOLLOUT : EPOLLIN, to);
  to.waits_for_room = waits;
  if (to.bytes == nullptr || to.sent < to.bytes->size())
    return;
  to.bytes = nullptr;
  to.paced = nullptr;
  answer_next(to);
}

void mock_provider::send_due() {
  int64_t now = now_ns();
  while (!due_.empty() && due_.top().at_ns <= now) {
    auto found = clients_.find(due_.top().client_number);
    due_.pop();
    if (found == clients_.end() || found->second->paced == nullptr)
      continue;
    client& to = *found->second;
    size_t end = to.paced->ends[to.next_part++];
    if (to.next_part < to.paced->ends.size()) {
      to.next_at_ns += settings_.delay_ns;
      due_.push({to.next_at_ns, to.number});
    }
    send_up_to(to, end);
  }
}

void mock_provider::close(client& gone) {
  if (gone.fd < 0)
    return;
  loop_.remove(gone.fd);
  ::close(gone.fd);
  gone.fd = -1;
  auto found = clients_.find(gone.number);
  gone_.push_back(std::move(found->second));
  clients_.erase(found);
}

} // namespace kodad::load
