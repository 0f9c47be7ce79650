// The half of the SSE writer that sends: passes over audiences, and what one stream gets next.
#include "http/gateway/sse_writer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace kodad::http {

namespace {

constexpr size_t frames_per_send = 64;
constexpr size_t stream_input_max = 64 * 1024; ///< A listener has nothing to say.

/// What one stream has not sent yet, as the kernel wants it.
class parcel {
public:
  /// @param skip Bytes of the first piece that have left already.
  explicit parcel(size_t skip) : skip_(skip) {}

  void add(std::string_view text) {
    auto skipped = std::min(skip_, text.size());
    skip_ -= skipped;
    if (skipped == text.size())
      return;
    auto* begin = const_cast<char*>(text.data()) + skipped; // sendmsg only reads it.
    parts_[count_++] = {begin, text.size() - skipped};
  }

  void add_chunk(std::string_view text) {
    auto& begin = begins_[frames_] = chunk_begin(text.size());
    add(begin.text());
    add(text);
    add(chunk_end);
  }

  /// @return Is there room for more?
  bool add_frame(const subscriber& s, const actors::frame& next) {
    if (s.is_chunked)
      add_chunk(next.text);
    else
      add(next.text);
    ++frames_;
    // Behind the last frame nothing comes but the last chunk.
    if (s.is_chunked && ends(s.filter, next))
      add(last_chunk);
    return frames_ < frames_per_send && !ends(s.filter, next);
  }

  bool empty() const { return count_ == 0; }

  ssize_t send(int socket) {
    msghdr message{};
    message.msg_iov = parts_.data();
    message.msg_iovlen = count_;
    return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

private:
  // A head, three parts of each frame, a last chunk.
  std::array<iovec, 3 * frames_per_send + 2> parts_;
  std::array<chunk_begin, frames_per_send> begins_;
  size_t skip_;
  size_t count_ = 0;
  size_t frames_ = 0;
};

void gather(const subscriber& s, parcel& out) {
  if (s.finished)
    return out.add(last_chunk);
  out.add(s.head);
  for (size_t i = 0; i < s.queue.size(); ++i)
    if (!out.add_frame(s, *s.queue.at(i)))
      return;
  if (!s.following)
    return;
  const auto& ring = s.home->ring;
  for (uint64_t i = s.cursor; i < ring.next(); ++i)
    if (wants(s.filter, *ring.at(i)) && !out.add_frame(s, *ring.at(i)))
      return;
}

} // namespace

void sse_writer::run_slice(instant now) {
  now_ = now;
  run_ready(limits_.slice);
  size_t budget = limits_.slice;
  while (budget > 0 && !passes_.empty()) {
    auto home = std::move(passes_.front());
    passes_.pop_front();
    budget -= run_pass(*home, budget);
    if (home->in_pass)
      passes_.push_back(std::move(home)); // Others have their turn before it goes on.
  }
}

void sse_writer::run_ready(size_t budget) {
  for (; budget > 0 && !ready_.empty(); --budget) {
    auto* s = find(ready_.front());
    ready_.pop_front();
    if (s == nullptr)
      continue;
    s->is_ready = false;
    visit(*s);
  }
}

void sse_writer::start_pass(const std::shared_ptr<audience>& home) {
  if (home->in_pass) {
    home->pass_again = true;
    return;
  }
  home->in_pass = true;
  home->scan = 0;
  home->lowest = home->ring.next();
  passes_.push_back(home);
}

size_t sse_writer::run_pass(audience& home, size_t budget) {
  size_t visits = 0;
  while (visits < budget && home.scan < home.members.size()) {
    ++visits;
    auto* s = home.members[home.scan];
    if (!s->following) {
      ++home.scan;
    } else if (visit(*s) == fate::alive) {
      home.lowest = std::min(home.lowest, s->cursor);
      ++home.scan;
    } // A member that went has left its place to another.
  }
  if (home.scan < home.members.size())
    return visits;
  home.ring.trim(std::clamp(home.lowest, home.ring.first(), home.ring.next()));
  home.in_pass = std::exchange(home.pass_again, false);
  home.scan = 0;
  home.lowest = home.ring.next();
  return std::max<size_t>(visits, 1);
}

void sse_writer::move_cursor(subscriber& s, uint64_t to) {
  audience& home = *s.home;
  if (s.cursor < home.ring.next() && to == home.ring.next())
    --home.behind;
  s.cursor = to;
  if (home.behind == 0)
    home.ring.trim(home.ring.next());
}

void sse_writer::absorb(subscriber& s) {
  const auto& ring = s.home->ring;
  for (uint64_t i = s.cursor; i < ring.next(); ++i) {
    if (!wants(s.filter, *ring.at(i)))
      continue;
    bool leaving = s.offset > 0 && s.queue.size() == 1;
    s.queue.absorb(ring.at(i),
                   leaving ? send_queue::last_frame::is_leaving : send_queue::last_frame::may_grow);
  }
  move_cursor(s, ring.next());
}

sse_writer::fate sse_writer::visit(subscriber& s) {
  if (s.socket.is_open() && !s.blocked && pump(s) == fate::gone)
    return fate::gone;
  return keep_within_bound(s);
}

sse_writer::fate sse_writer::keep_within_bound(subscriber& s) {
  if (!s.following)
    return fate::alive;
  size_t pending = s.home->ring.bytes_from(s.cursor);
  // Merged well before the bound, so that a reader who is merely slow has less to catch up with.
  if (pending > limits_.buffer_bytes / 4 ||
      pending + s.queue.absorbed_bytes() > limits_.buffer_bytes)
    absorb(s);
  if (s.queue.absorbed_bytes() <= limits_.buffer_bytes)
    return fate::alive;
  return remove(s, ending::cut);
}

sse_writer::fate sse_writer::pump(subscriber& s) {
  for (;;) {
    parcel out(s.offset);
    gather(s, out);
    if (out.empty())
      return settle(s);
    ssize_t sent = out.send(s.socket.get());
    if (sent < 0 && errno == EINTR)
      continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      s.blocked = true;
      s.pace.fell_behind(s.socket.get(), now_);
      return fate::alive;
    }
    if (sent < 0)
      return remove(s, ending::cut);
    s.last_sent = now_;
    s.pace.sent(static_cast<size_t>(sent));
    if (advance(s, static_cast<size_t>(sent)) == progress::complete)
      return complete(s);
  }
}

sse_writer::fate sse_writer::settle(subscriber& s) {
  s.pace.caught_up();
  if (s.following)
    move_cursor(s, s.home->ring.next()); // The rest of the ring is of turns it does not want.
  if (s.ending)
    return remove(s, ending::graceful);
  if (std::exchange(s.wants_drained, false) && s.home && s.home->listener)
    s.home->listener->drained(s.key);
  return fate::alive;
}

/// Takes what has left off the head, the queue and the ring.
sse_writer::progress sse_writer::advance(subscriber& s, size_t bytes) {
  bytes += std::exchange(s.offset, 0);
  if (!s.finished)
    bytes = leave_behind(s, bytes);
  s.offset = static_cast<uint32_t>(bytes);
  bool is_complete = s.finished && (!s.is_chunked || bytes == last_chunk.size());
  return is_complete ? progress::complete : progress::partial;
}

/// Removes all whose bytes have left. @returns How many have of what comes next.
size_t sse_writer::leave_behind(subscriber& s, size_t bytes) {
  if (bytes < s.head.size())
    return bytes;
  bytes -= s.head.size();
  std::string().swap(s.head);
  while (!s.queue.empty() && !s.finished) {
    const auto& next = *s.queue.at(0);
    if (bytes < wire_size(s, next))
      return bytes;
    bytes -= wire_size(s, next);
    s.finished = ends(s.filter, next);
    s.queue.pop();
  }
  if (!s.following)
    return bytes;
  const auto& ring = s.home->ring;
  uint64_t at = s.cursor;
  for (; at < ring.next() && !s.finished; ++at) {
    const auto& next = *ring.at(at);
    if (!wants(s.filter, next))
      continue;
    if (bytes < wire_size(s, next))
      break;
    bytes -= wire_size(s, next);
    s.finished = ends(s.filter, next);
  }
  move_cursor(s, at);
  return bytes;
}

sse_writer::fate sse_writer::discard_input(subscriber& s) {
  std::array<char, 4096> bytes;
  for (;;) {
    ssize_t got = ::recv(s.socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return fate::alive;
    if (got > 0)
      s.discarded += static_cast<uint32_t>(got);
    if (got <= 0 || s.discarded > stream_input_max)
      return remove(s, ending::cut);
  }
}

void sse_writer::sweep(instant now) {
  now_ = now;
  for (auto at = subscribers_.begin(); at != subscribers_.end();) {
    auto& s = *at->second;
    ++at; // The entry may go.
    if (s.socket.is_open())
      sweep_one(s);
  }
}

void sse_writer::sweep_one(subscriber& s) {
  auto silence = now_ - s.last_sent;
  bool is_stuck = s.ending && silence > limits_.write_stall;
  // Not only what is to end: a page of history is outside of the stream's bound on bytes.
  if (is_stuck || s.pace.is_hopeless(s.socket.get(), now_, limits_.write_stall)) {
    remove(s, ending::aborted);
    return;
  }
  bool idle = !s.blocked && !s.is_ready && s.queue.empty() &&
              (!s.following || s.cursor == s.home->ring.next());
  if (idle && silence >= limits_.heartbeat) {
    s.queue.append(heartbeat_);
    mark_ready(s);
  }
}

} // namespace kodad::http
