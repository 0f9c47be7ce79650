#include "http/gateway/sse_writer.hpp"

#include <algorithm>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace kodad::http {

namespace {

actors::shared_frame plain_frame(std::string text) {
  auto made = std::make_shared<actors::frame>();
  made->text = std::move(text);
  return made;
}

} // namespace

sse_writer::sse_writer(const stream_limits& limits)
    : limits_(limits), now_(std::chrono::steady_clock::now()),
      opening_(plain_frame("retry: 1000\n\n: ok\n\n")), heartbeat_(plain_frame(": hb\n\n")) {}

void sse_writer::apply(http::open_channel& order) {
  auto home = std::make_shared<audience>();
  home->listener = std::move(order.listener);
  channels_.emplace(order.key, std::move(home));
}

void sse_writer::apply(const http::close_channel& order) {
  auto found = channels_.find(order.key);
  if (found == channels_.end())
    return;
  auto home = std::move(found->second); // Its members keep it from now on.
  channels_.erase(found);
  for (auto* member : home->members)
    end(*member);
}

void sse_writer::apply(const adopt_stream& order) {
  auto channel = channels_.find(order.channel);
  auto* s = find(order.key);
  if (channel == channels_.end()) {
    // Nobody will ever speak to this stream: better it ends than that it hangs.
    if (s != nullptr && !s->home)
      end(*s);
    return;
  }
  if (s == nullptr) {
    // The client left before the adoption; whoever adopts must hear of it all the same.
    if (channel->second->listener)
      channel->second->listener->gone(order.key);
    return;
  }
  if (s->home)
    return;
  s->home = channel->second;
  s->filter = order.filter;
  s->place = static_cast<uint32_t>(s->home->members.size());
  s->home->members.push_back(s);
}

void sse_writer::apply(push_page& order) {
  auto* s = find(order.key);
  if (s == nullptr)
    return;
  if (s->following)
    absorb(*s); // What was published before comes before.
  for (auto& next : order.page)
    if (wants(s->filter, *next))
      s->queue.append(std::move(next));
  s->wants_drained = true;
  mark_ready(*s);
}

void sse_writer::apply(follow_channel& order) {
  auto* s = find(order.key);
  if (s == nullptr || !s->home || s->following)
    return;
  for (auto& next : order.backlog)
    if (wants(s->filter, *next))
      s->queue.append(std::move(next));
  s->following = true;
  s->cursor = s->home->ring.next();
  ++s->home->followers;
  mark_ready(*s);
}

void sse_writer::apply(publish_frames& order) {
  auto found = channels_.find(order.channel);
  if (found == channels_.end() || found->second->followers == 0 || order.frames.empty())
    return;
  audience& home = *found->second;
  for (auto& next : order.frames)
    home.ring.append(std::move(next));
  home.behind = home.followers;
  start_pass(found->second);
}

void sse_writer::reserve(actors::subscriber_key key) {
  auto made = std::make_unique<subscriber>();
  made->key = key;
  made->last_sent = now_;
  subscribers_.emplace(key, std::move(made));
}

void sse_writer::open(actors::subscriber_key key, descriptor socket, std::string head,
                      stream_manner manner) {
  auto* s = find(key);
  if (s == nullptr)
    return;
  int size = static_cast<int>(limits_.socket_buffer_bytes);
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  s->socket = std::move(socket);
  s->last_sent = now_;
  s->is_chunked = manner.coding == stream_coding::chunked;
  s->keeps_open = manner.connection == afterwards::keep_open;
  s->head = std::move(head);
  s->queue.prepend(opening_);
  ++open_streams_;
  mark_ready(*s);
}

void sse_writer::drop(actors::subscriber_key key) {
  if (auto* s = find(key))
    remove(*s, ending::cut);
}

void sse_writer::on_event(actors::subscriber_key key, uint32_t events) {
  auto* s = find(key);
  if (s == nullptr || !s->socket.is_open())
    return;
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    remove(*s, ending::cut);
    return;
  }
  if ((events & EPOLLIN) != 0 && discard_input(*s) == fate::gone)
    return;
  if ((events & EPOLLOUT) != 0 && s->blocked) {
    s->blocked = false;
    mark_ready(*s);
  }
}

void sse_writer::end_all() {
  for (auto& [key, s] : subscribers_)
    end(*s);
}

void sse_writer::drop_all() {
  while (!subscribers_.empty())
    remove(*subscribers_.begin()->second, ending::cut);
  channels_.clear();
  passes_.clear();
  ready_.clear();
}

subscriber* sse_writer::find(actors::subscriber_key key) {
  auto found = subscribers_.find(key);
  return found == subscribers_.end() ? nullptr : found->second.get();
}

sse_writer::fate sse_writer::remove(subscriber& s, ending how) {
  auto key = s.key;
  auto home = s.home;
  if (home)
    leave(s);
  if (s.socket.is_open()) {
    --open_streams_;
    close_socket(s.socket, how);
  }
  subscribers_.erase(key);
  if (home && home->listener)
    home->listener->gone(key);
  return fate::gone;
}

/// All has left, the last chunk too. What the client has said meanwhile was passed over.
sse_writer::fate sse_writer::complete(subscriber& s) {
  if (s.keeps_open && s.discarded == 0) {
    finished_.push_back(std::move(s.socket));
    --open_streams_;
  }
  return remove(s, ending::graceful);
}

void sse_writer::leave(subscriber& s) {
  audience& home = *s.home;
  if (s.following) {
    move_cursor(s, home.ring.next());
    --home.followers;
  }
  // The last member takes the free place. If the pass has been there, the mover would be missed.
  auto* last = home.members.back();
  home.members[s.place] = last;
  last->place = s.place;
  home.members.pop_back();
  if (home.in_pass && s.place < home.scan) {
    home.pass_again = true;
    if (last->following)
      home.lowest = std::min(home.lowest, last->cursor);
  }
}

void sse_writer::mark_ready(subscriber& s) {
  if (s.is_ready || !s.socket.is_open())
    return;
  s.is_ready = true;
  ready_.push_back(s.key);
}

void sse_writer::end(subscriber& s) {
  s.ending = true;
  s.last_sent = now_; // From now on the stream must make progress.
  mark_ready(s);
}

} // namespace kodad::http
