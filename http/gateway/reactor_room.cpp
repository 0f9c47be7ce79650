// The part of the reactor that lets connections in and decides who goes when there is no room.
//
// At the cap the connection that has been silent the longest is told so and closed; without a
// silent one, it is one whose head does not come. Requests that are whole, answers on their way and
// live streams stay. Should everything be busy, a margin above the cap takes connections of which
// only urgent requests are served.
#include "http/error_response.hpp"
#include "http/gateway/reactor.hpp"
#include "http/gateway/response_head.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace kodad::http {

namespace {

using phase = connection::phase;

constexpr size_t accepts_per_turn = 256;
constexpr size_t looks_for_silence = 64; ///< Connections that turn out to have just spoken.

/// Has the client sent something, or ended, that we have not seen?
bool has_news(const connection& c) {
  char byte = 0;
  return c.unread || ::recv(c.socket.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

/// Tells a client that it must go, if its socket takes a line: one whose request is on its way then
/// reads an answer instead of nothing.
void say_goodbye(int socket, std::string_view date) {
  auto reply = to_response(host_is_full("too many connections"));
  auto text = response_head(reply, afterwards::close, date) + reply.body;
  (void)::send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// Without a free descriptor accept() fails whether or not there is anybody to accept.
bool someone_waits(int listener) {
  pollfd asked{listener, POLLIN, 0};
  return ::poll(&asked, 1, 0) > 0;
}

/// Might the next connection be accepted although this one was not?
bool concerns_one_only(int problem) {
  return problem == EINTR || problem == ECONNABORTED || problem == EPROTO || problem == ENETDOWN ||
         problem == EHOSTUNREACH || problem == ENETUNREACH || problem == EHOSTDOWN ||
         problem == ENONET || problem == ENOPROTOOPT || problem == EOPNOTSUPP;
}

} // namespace

void reactor::accept_some() {
  for (size_t i = 0; i < accepts_per_turn && listener_.is_open(); ++i) {
    auto socket = accept_one(listener_);
    int problem = errno;
    if (socket.is_open()) {
      admit(std::move(socket));
    } else if (problem == EAGAIN || problem == EWOULDBLOCK) {
      return;
    } else if (problem == EMFILE || problem == ENFILE) {
      if (!someone_waits(listener_.get()))
        return;
      if (!free_descriptor())
        return pause_accepting();
    } else if (!concerns_one_only(problem)) {
      return pause_accepting(); // No memory, for example: it may pass.
    }
  }
}

size_t reactor::held() const {
  return connections_.size() - connections_.count(phase::closed) + streams_.open_streams();
}

void reactor::admit(descriptor socket) {
  size_t cap = options_.connection.connections;
  // Those who are only lingering have had their answer and need no place.
  bool above = held() - connections_.count(phase::lingering) >= cap && !make_room();
  while (held() >= cap + options_.connection.margin)
    if (!dismiss_answered() && !dismiss_slow_body()) {
      say_goodbye(socket.get(), date());
      return close_socket(socket, ending::graceful);
    }
  auto& c = connections_.add(std::move(socket), now_);
  c.above_cap = above;
  watch(c.socket.get(), c.id);
}

bool reactor::make_room() {
  return dismiss_silent() || dismiss_unfinished(phase::reading);
}

bool reactor::dismiss_answered() {
  auto* c = connections_.oldest(phase::lingering);
  if (c != nullptr)
    close(*c);
  return c != nullptr;
}

bool reactor::dismiss_silent() {
  for (size_t looked = 0; looked < looks_for_silence; ++looked) {
    auto* c = connections_.oldest(phase::idle);
    if (c == nullptr)
      return false;
    if (!has_news(*c)) {
      say_goodbye(c->socket.get(), date());
      (void)::shutdown(c->socket.get(), SHUT_WR);
      close(*c);
      return true;
    }
    c->may_read = true;
    connections_.enter(*c, phase::idle, now_);
    resume_later(*c);
  }
  return false;
}

/// Ends the request of this phase that has taken longest to arrive. It is answered, and closed when
/// the next one needs its place: closing it now could lose the answer. An honest head comes at
/// once, so that among as many as the cap allows the oldest that is not whole is none.
bool reactor::dismiss_unfinished(phase which) {
  auto* c = connections_.oldest(which);
  if (c != nullptr)
    reject(*c, {503, host_is_full("too many connections")});
  return c != nullptr;
}

bool reactor::dismiss_slow_body() {
  auto* c = connections_.oldest(phase::receiving);
  return c != nullptr && now_ - c->since >= proto::limits::body_patience &&
         dismiss_unfinished(phase::receiving);
}

bool reactor::free_descriptor() {
  return dismiss_answered() || make_room() || shed_one();
}

/// Turns the next client away with the descriptor that is kept for this.
bool reactor::shed_one() {
  if (!spare_.is_open())
    spare_ = descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!spare_.is_open())
    return false;
  spare_.reset();
  auto socket = accept_one(listener_);
  bool was_shed = socket.is_open();
  if (was_shed)
    say_goodbye(socket.get(), date());
  close_socket(socket, ending::graceful);
  spare_ = descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return was_shed && spare_.is_open();
}

/// @param bytes Of its request or its answer; what is pipelined behind comes on top.
void reactor::weigh(connection& c, size_t bytes) {
  bytes += c.unread ? c.unread->size() : 0;
  weight_ += bytes;
  weight_ -= std::exchange(c.weight, bytes);
}

/// The same for an answer, which has a bound of its own as well.
void reactor::weigh_answer(connection& c, size_t bytes) {
  weigh(c, bytes);
  answers_ += bytes;
  answers_ -= std::exchange(c.answer, bytes);
}

bool reactor::is_overweight() const {
  return weight_ > options_.connection.bytes || answers_ > options_.connection.answer_bytes;
}

/// Together the clients hold more memory than they may: those go who read their answer, or send
/// their request, without progress for the longest.
void reactor::relieve() {
  if (std::exchange(is_relieving_, true))
    return; // Refusing a request is an answer, too, which would bring us back here.
  relieve_all();
  is_relieving_ = false;
}

void reactor::relieve_all() {
  while (is_overweight()) {
    if (auto* unread = connections_.oldest(phase::responding))
      close(*unread);
    else if (auto* body = connections_.oldest(phase::receiving))
      reject(*body, {503, host_is_full("requests hold too much memory")});
    else if (auto* head = connections_.oldest(phase::reading))
      reject(*head, {503, host_is_full("requests hold too much memory")});
    else
      return;
  }
}

} // namespace kodad::http
