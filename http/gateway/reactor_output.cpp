// The half of the reactor that sends responses and ends connections.
#include "http/error_response.hpp"
#include "http/gateway/reactor.hpp"
#include "http/gateway/request_id.hpp"
#include "http/gateway/response_head.hpp"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace kodad::http {

namespace {

/// Sends what is left. @return Bytes sent, or -1 as sendmsg.
ssize_t send_rest(int socket, outgoing& out) {
  std::array<iovec, 2> parts{};
  size_t count = 0;
  size_t skip = out.sent;
  for (std::string* text : {&out.head, &out.body}) {
    if (skip < text->size())
      parts[count++] = {text->data() + skip, text->size() - skip};
    skip -= std::min(skip, text->size());
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// The id of the request that is here, for an answer that no token gives.
std::string id_of_request(const connection& c) {
  if (auto reply = c.reply.lock())
    return reply->request_id();
  return c.reader ? request_id_of(c.reader->head().headers) : new_request_id();
}

} // namespace

void reactor::reject(connection& c, const rejection& why) {
  auto reply = to_response(why.failure, why.status);
  if (why.failure.code == proto::ec::method_not_allowed)
    reply.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  c.keep_alive = false; // Where the next request would begin is uncertain.
  c.head_only = false;
  c.unread.reset();
  respond(c, std::move(reply));
}

void reactor::respond(connection& c, response reply) {
  if (!find_header(reply.headers, request_id_header))
    reply.headers.emplace_back(request_id_header, id_of_request(c));
  c.keep_alive &= !draining_ && !c.above_cap;
  auto then = c.keep_alive ? afterwards::keep_open : afterwards::close;
  auto head = response_head(reply, then, date());
  bool has_text = !c.head_only && has_body(reply.status);
  start_sending(c, {std::move(head), has_text ? std::move(reply.body) : std::string(), 0, {}});
}

void reactor::start_sending(connection& c, outgoing what) {
  if (c.reserved != 0)
    streams_.drop(std::exchange(c.reserved, 0));
  c.reply.reset();
  c.reader.reset();
  c.out = std::make_unique<outgoing>(std::move(what));
  connections_.enter(c, connection::phase::responding, now_);
  weigh_answer(c, c.out->head.size() + c.out->body.size());
  flush(c);
  if (is_overweight())
    relieve();
}

void reactor::flush(connection& c) {
  size_t whole = c.out->head.size() + c.out->body.size();
  while (c.out->sent < whole) {
    ssize_t sent = send_rest(c.socket.get(), *c.out);
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return c.out->pace.fell_behind(c.socket.get(), now_);
    if (sent < 0)
      return close(c);
    c.out->sent += static_cast<size_t>(sent);
    c.out->pace.sent(static_cast<size_t>(sent));
    connections_.enter(c, connection::phase::responding, now_);
  }
  after_response(c);
}

void reactor::after_response(connection& c) {
  c.out.reset();
  weigh_answer(c, 0);
  if (c.keep_alive) {
    connections_.enter(c, connection::phase::idle, now_);
    if (c.unread || c.may_read)
      resume_later(c);
    return;
  }
  // Closing with bytes unread would reset the connection, and the answer might be lost with it.
  connections_.enter(c, connection::phase::lingering, now_);
  c.unread.reset();
  (void)::shutdown(c.socket.get(), SHUT_WR);
  discard_input(c);
}

void reactor::discard_input(connection& c) {
  for (;;) {
    ssize_t got = ::recv(c.socket.get(), scratch_.data(), scratch_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return;
    if (got > 0)
      c.discarded += static_cast<size_t>(got);
    if (got <= 0 || c.discarded > proto::limits::linger_bytes)
      return close(c);
  }
}

void reactor::release(connection& c) {
  connections_.enter(c, connection::phase::closed, now_);
  c.unread.reset();
  weigh_answer(c, 0);
  c.reply.reset();
  closed_.push_back(c.id);
}

void reactor::close(connection& c) {
  if (c.now == connection::phase::closed)
    return;
  if (auto reply = c.reply.lock())
    reply->client_closed();
  if (c.reserved != 0)
    streams_.drop(std::exchange(c.reserved, 0));
  // An answer that is given up was not taken; all others have left.
  bool is_unread = c.now == connection::phase::responding;
  close_socket(c.socket, is_unread ? ending::aborted : ending::graceful);
  release(c);
}

std::string_view reactor::date() {
  time_t second = ::time(nullptr);
  if (second != date_second_) {
    date_second_ = second;
    date_ = http_date(second);
  }
  return date_;
}

} // namespace kodad::http
