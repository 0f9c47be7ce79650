// The part of the reactor that takes requests in: from the socket to the work queue.
#include "http/error_response.hpp"
#include "http/gateway/reactor.hpp"
#include "http/gateway/request_id.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace kodad::http {

namespace {

constexpr size_t read_bytes_per_turn = 256 * 1024; ///< Then others have their turn.

} // namespace

void reactor::on_connection(connection& c, uint32_t events) {
  using phase = connection::phase;
  if (c.now == phase::closed)
    return;
  if ((events & (EPOLLHUP | EPOLLERR)) != 0)
    return close(c);
  c.may_read |= (events & (EPOLLIN | EPOLLRDHUP)) != 0;
  if ((events & EPOLLRDHUP) != 0) {
    c.peer_ended = true;
    if (auto reply = c.reply.lock())
      reply->client_closed();
  }
  if (c.now == phase::responding && (events & EPOLLOUT) != 0)
    flush(c);
  if (c.now <= phase::receiving)
    read(c);
  else if (c.now == phase::lingering)
    discard_input(c);
}

void reactor::read(connection& c) {
  size_t budget = read_bytes_per_turn;
  while (c.now <= connection::phase::receiving) {
    if (c.unread) {
      auto bytes = std::move(c.unread);
      consume(c, *bytes);
    } else if (budget == 0) {
      return resume_later(c);
    } else if (!c.may_read || !read_once(c, budget)) {
      return;
    }
  }
}

bool reactor::read_once(connection& c, size_t& budget) {
  ssize_t got = ::recv(c.socket.get(), scratch_.data(), scratch_.size(), MSG_DONTWAIT);
  if (got < 0 && errno == EINTR)
    return true;
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    c.may_read = false;
    return false;
  }
  if (got < 0) {
    close(c);
    return false;
  }
  if (got == 0) {
    end_of_input(c);
    return false;
  }
  auto size = static_cast<size_t>(got);
  // A short read has emptied the socket; what comes later is a new event. Not so a client's end,
  // which may have come with these bytes.
  if (size < scratch_.size() && !c.peer_ended)
    c.may_read = false;
  budget -= std::min(budget, size);
  consume(c, {scratch_.data(), size});
  return true;
}

void reactor::consume(connection& c, std::string_view bytes) {
  if (!c.reader) {
    c.reader = std::make_unique<request_reader>(options_.reader);
    connections_.enter(c, connection::phase::reading, now_);
    c.continued = false;
  }
  size_t used = c.reader->feed(bytes);
  auto after = c.reader->now();
  if (after == request_reader::state::refused)
    return reject(c, c.reader->refusal());
  if (!may_go_on(c))
    return;
  if (after == request_reader::state::complete)
    return dispatch(c, bytes.substr(used));
  if (after == request_reader::state::body && c.now == connection::phase::reading)
    connections_.enter(c, connection::phase::receiving, now_); // The body's time begins.
  if (c.reader->awaits_continue() && !c.continued)
    send_continue(c);
}

/// Is there room for the request, as far as it is here? It is answered when not.
bool reactor::may_go_on(connection& c) {
  bool is_known = c.reader->now() != request_reader::state::head;
  if (is_known && c.above_cap && lane_of(c.reader->head()) != lane::urgent) {
    reject(c, {503, host_is_full("too many connections")});
    return false;
  }
  weigh(c, c.reader->held());
  if (is_overweight())
    relieve();
  return c.now <= connection::phase::receiving; // It may itself have been the one to go.
}

void reactor::send_continue(connection& c) {
  c.continued = true;
  constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
  (void)::send(c.socket.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void reactor::end_of_input(connection& c) {
  c.peer_ended = true;
  c.may_read = false;
  if (c.now == connection::phase::idle)
    return close(c);
  reject(c, {400, proto::make_error(proto::ec::invalid_request,
                                    "the connection ended within the request")});
}

void reactor::dispatch(connection& c, std::string_view rest) {
  if (!rest.empty()) {
    c.unread = std::make_unique<std::string>(rest);
    weigh(c, c.reader->held());
  }
  connections_.enter(c, connection::phase::waiting, now_);
  ++c.serial;
  c.keep_alive = c.reader->head().keep_alive;
  c.head_only = c.reader->head().method == "HEAD";
  c.is_1_0 = c.reader->head().is_1_0;
  auto reply = std::make_shared<pending_reply>(post_, exchange_place{c.id, c.serial},
                                               request_id_of(c.reader->head().headers),
                                               options_.failures, options_.is_stopping);
  if (c.peer_ended)
    reply->client_closed();
  c.reply = reply;
  work_item item{std::move(c.reader->head()), std::move(c.reader->body()), std::move(reply)};
  c.reader.reset();
  if (draining_)
    respond(c, to_response(proto::make_error(proto::ec::draining, "the server is stopping")));
  else if (!work_.push(item))
    respond(c, to_response(host_is_full("too many requests are waiting")));
}

void reactor::resume_later(connection& c) {
  if (!std::exchange(c.is_resumed, true))
    resumed_.push_back(c.id);
}

void reactor::resume_some() {
  // Only those of this turn: a connection that goes on resuming itself waits for the next.
  for (size_t left = resumed_.size(); left > 0; --left) {
    auto* c = connections_.find(resumed_.front());
    resumed_.pop_front();
    if (c == nullptr)
      continue;
    c->is_resumed = false;
    read(*c);
  }
}

} // namespace kodad::http
