#include "http/gateway/reactor.hpp"

#include "http/error_response.hpp"
#include "http/gateway/response_head.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/epoll.h>

namespace kodad::http {

namespace {

using std::chrono::steady_clock;

constexpr uint64_t stream_bit = uint64_t{1} << 63;
constexpr uint64_t listener_mark = ~uint64_t{0};
constexpr uint64_t mailbox_mark = listener_mark - 1;
constexpr size_t scratch_bytes = 64 * 1024;
constexpr int events_max = 512;
constexpr uint32_t socket_events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

/// Often enough for the shortest deadline, seldom enough to cost nothing.
milliseconds sweep_interval(const gateway_options& options) {
  const auto& c = options.connection;
  auto shortest = std::min({c.head_deadline, c.body_grace, c.idle, c.reply_deadline, c.write_stall,
                            c.linger, options.stream.heartbeat, options.stream.write_stall});
  return std::clamp(shortest / 4, milliseconds(5), milliseconds(500));
}

proto::error too_slow(std::string context) {
  return proto::make_error(proto::ec::request_timeout, std::move(context));
}

} // namespace

reactor::reactor(const gateway_options& options, descriptor listener, std::shared_ptr<mailbox> post,
                 work_queue& work)
    : options_(options), listener_(std::move(listener)), epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      spare_(::open("/dev/null", O_RDONLY | O_CLOEXEC)), post_(std::move(post)), work_(work),
      streams_(options.stream), scratch_(scratch_bytes), now_(steady_clock::now()),
      next_sweep_(now_), sweep_interval_(sweep_interval(options)) {
  is_whole_ = epoll_.is_open() && spare_.is_open() &&
              watch_for_input(listener_.get(), listener_mark) &&
              watch_for_input(post_->wake_descriptor(), mailbox_mark);
}

std::optional<proto::error> reactor::problem() const {
  if (is_whole_)
    return std::nullopt;
  return proto::make_error(proto::ec::invalid_value,
                           "the descriptors for the server's loop cannot be had (ulimit -n)");
}

bool reactor::watch_for_input(int fd, uint64_t mark) {
  epoll_event wanted{};
  wanted.events = EPOLLIN; // Level-triggered: what one turn leaves comes back in the next.
  wanted.data.u64 = mark;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) == 0;
}

void reactor::pause_accepting() {
  // A listener that is readable but cannot be served would wake the loop for ever.
  epoll_event nothing{};
  nothing.data.u64 = listener_mark;
  if (listener_.is_open())
    is_paused_ = ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listener_.get(), &nothing) == 0;
}

void reactor::resume_accepting() {
  is_paused_ = false;
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.u64 = listener_mark;
  if (listener_.is_open())
    (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listener_.get(), &wanted);
}

void reactor::run() {
  while (!stopping_)
    turn();
  close_all();
}

void reactor::watch(int fd, uint64_t mark) {
  epoll_event wanted{};
  wanted.events = socket_events;
  wanted.data.u64 = mark;
  // A new socket is added; one that became a stream gets another mark and is reported afresh.
  // Should the kernel have no memory for either, nothing is heard of it and a deadline ends it.
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) != 0)
    (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &wanted);
}

int reactor::patience() const {
  if (!resumed_.empty() || streams_.has_work())
    return 0;
  if (connections_.size() == 0 && streams_.open_streams() == 0 && !is_paused_)
    return -1;
  auto left = std::chrono::ceil<milliseconds>(next_sweep_ - now_);
  return static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
}

void reactor::turn() {
  std::array<epoll_event, events_max> events;
  int count = ::epoll_wait(epoll_.get(), events.data(), events_max, patience());
  now_ = steady_clock::now();
  for (int i = 0; i < count; ++i)
    on_event(events[static_cast<size_t>(i)].data.u64, events[static_cast<size_t>(i)].events);
  resume_some();
  streams_.run_slice(now_);
  for (auto& socket : streams_.take_finished())
    welcome_back(std::move(socket));
  if (now_ >= next_sweep_)
    sweep();
  for (auto id : closed_)
    if (auto* c = connections_.find(id))
      connections_.remove(*c);
  closed_.clear();
  if (draining_ && !told_drained_)
    tell_drained();
}

void reactor::on_event(uint64_t mark, uint32_t events) {
  if (mark == listener_mark)
    return accept_some();
  if (mark == mailbox_mark)
    return take_mail();
  if ((mark & stream_bit) != 0)
    return streams_.on_event(mark & ~stream_bit, events);
  if (auto* c = connections_.find(mark))
    on_connection(*c, events);
}

void reactor::take_mail() {
  post_->take(mail_);
  for (auto& order : mail_)
    std::visit([this](auto& one) { apply(one); }, order);
  mail_.clear();
}

connection* reactor::find_waiting(exchange_place place) {
  auto* c = connections_.find(place.connection);
  bool waits = c != nullptr && c->now == connection::phase::waiting && c->serial == place.serial;
  return waits ? c : nullptr;
}

void reactor::apply(answer_request& order) {
  if (auto* c = find_waiting(order.place))
    respond(*c, std::move(order.reply));
}

void reactor::apply(reserve_stream& order) {
  auto* c = find_waiting(order.place);
  if (c == nullptr)
    return;
  streams_.reserve(order.key);
  c->reserved = order.key;
}

void reactor::apply(http::open_stream& order) {
  auto* c = find_waiting(order.place);
  if (c == nullptr)
    return;
  if (!streams_.is_reserved(order.key)) {
    // Cut off for falling behind before it was even open.
    auto failure = proto::make_error(proto::ec::host_full, "the stream fell behind");
    failure.retry_after_s = 1;
    return respond(*c, to_response(failure));
  }
  if (c->peer_ended)
    return close(*c);
  auto coding = c->is_1_0 ? stream_coding::plain : stream_coding::chunked;
  // What is pipelined behind would wait for the stream's end; said so, it can be asked for again.
  c->keep_alive &= coding == stream_coding::chunked && !c->unread;
  auto then = c->keep_alive ? afterwards::keep_open : afterwards::close;
  auto head = stream_head(order.headers, date(), coding, then);
  if (c->head_only) // A stream has no length that could be told.
    return start_sending(*c, {std::move(head), {}, 0, {}});
  c->reserved = 0;
  watch(c->socket.get(), stream_bit | order.key);
  streams_.open(order.key, std::move(c->socket), std::move(head), {coding, then});
  release(*c);
}

/// A stream has ended as it should, and its client may ask for more.
void reactor::welcome_back(descriptor socket) {
  if (draining_)
    return close_socket(socket, ending::graceful);
  auto& c = connections_.add(std::move(socket), now_);
  watch(c.socket.get(), c.id);
}

void reactor::apply(lifecycle order) {
  listener_.reset();
  if (order == lifecycle::stop)
    stopping_ = true;
  if (order != lifecycle::drain)
    return;
  draining_ = true;
  streams_.end_all();
  connections_.for_each([this](connection& c) {
    if (c.now == connection::phase::idle)
      close(c);
  });
}

void reactor::tell_drained() {
  bool busy = streams_.open_streams() > 0;
  connections_.for_each(
      [&busy](const connection& c) { busy |= c.now < connection::phase::lingering; });
  if (busy)
    return;
  told_drained_ = true;
  drained_.set_value();
}

void reactor::sweep() {
  next_sweep_ = now_ + sweep_interval_;
  connections_.for_each([this](connection& c) { check_deadline(c); });
  streams_.sweep(now_);
  if (is_paused_)
    resume_accepting();
}

void reactor::check_deadline(connection& c) {
  using phase = connection::phase;
  const auto& limits = options_.connection;
  auto spent = now_ - c.since;
  if (c.now == phase::idle && spent > limits.idle) {
    close(c);
  } else if (c.now == phase::reading) {
    if (spent > limits.head_deadline)
      reject(c, {408, too_slow("the head did not arrive in time")});
  } else if (c.now == phase::receiving) {
    // The grace, and then as long as what has come would take at the lowest rate.
    auto earned = milliseconds(c.reader->body_received() * 1000 / limits.body_bytes_per_second);
    if (spent > limits.body_grace + earned)
      reject(c, {408, too_slow("the body arrived too slowly")});
  } else if (c.now == phase::waiting && spent > limits.reply_deadline) {
    respond(c, to_response(proto::make_error(proto::ec::timeout, "no answer came in time")));
  } else if (c.now == phase::responding &&
             c.out->pace.is_hopeless(c.socket.get(), now_, limits.write_stall)) {
    close(c);
  } else if (c.now == phase::lingering && spent > limits.linger) {
    close(c);
  }
}

void reactor::close_all() {
  post_->close();
  streams_.drop_all();
  auto stopping = proto::make_error(proto::ec::draining, "the server is stopping");
  connections_.for_each([this, &stopping](connection& c) {
    using phase = connection::phase;
    if (auto reply = c.reply.lock(); reply && c.now == phase::waiting)
      reply->client_closed(); // No longer its to answer.
    if (c.now == phase::reading || c.now == phase::receiving || c.now == phase::waiting)
      reject(c, {503, stopping});
    close(c);
  });
}

} // namespace kodad::http
