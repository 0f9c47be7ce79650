#include "http/client/curl_loop.hpp"

#include <algorithm>
#include <climits>
#include <unistd.h>
#include <utility>

namespace kodad::http {

using proto::ec;
using proto::make_error;

namespace {

constexpr size_t events_per_turn = 512;

// A spare handle costs 6 KiB, making one costs 10 us: many while calls come and go, few of them
// once none is open for a while.
constexpr size_t spare_max = 256;
constexpr size_t spare_idle = 8;

// Idle connections kept for the next call; as many as one provider may have streams.
constexpr long connections_kept = 256;

// With no call open for so long, all of them are closed.
constexpr std::chrono::seconds connections_idle{10};

// Streams on one HTTP/2 connection, where the server allows as many.
constexpr long streams_per_connection = 128;

uint32_t interest_of(int what) {
  switch (what) {
  case CURL_POLL_IN:
    return EPOLLIN;
  case CURL_POLL_OUT:
    return EPOLLOUT;
  case CURL_POLL_INOUT:
    return EPOLLIN | EPOLLOUT;
  default:
    return 0;
  }
}

int readiness_of(uint32_t events) {
  int ready = 0;
  if (events & (EPOLLIN | EPOLLHUP))
    ready |= CURL_CSELECT_IN;
  if (events & EPOLLOUT)
    ready |= CURL_CSELECT_OUT;
  if (events & EPOLLERR)
    ready |= CURL_CSELECT_ERR;
  return ready;
}

} // namespace

curl_loop::curl_loop(client_options options, int wake_fd)
    : options_(std::move(options)), wake_fd_(wake_fd), epoll_(epoll_create1(EPOLL_CLOEXEC)),
      multi_(curl_multi_init()), share_(curl_share_init()), names_(wake_fd),
      events_(events_per_turn) {
  if (!is_open())
    return;
  current_.now = steady::now();
  set_up_multi();
  // Addresses and connections are shared by all handles of a multi handle anyway.
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  epoll_event interest{};
  interest.events = EPOLLIN;
  interest.data.fd = wake_fd_;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_fd_, &interest);
}

void curl_loop::set_up_multi() {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &curl_loop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &curl_loop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections_kept);
  curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, streams_per_connection);
}

/// Closes the connections kept for a next call, and lets go of what it takes to make many. Curl
/// looks at them only when it makes another one, so that those which the other side has closed
/// would stay for ever.
void curl_loop::let_connections_go() {
  if (!idle_from_ || *idle_from_ + connections_idle > current_.now)
    return;
  idle_from_.reset();
  looks_ = {};
  while (spare_.size() > spare_idle) {
    curl_easy_cleanup(spare_.back());
    spare_.pop_back();
  }
  auto* fresh = curl_multi_init();
  if (!fresh)
    return;
  curl_multi_cleanup(std::exchange(multi_, fresh));
  curl_timer_.reset();
  set_up_multi();
}

curl_loop::~curl_loop() {
  if (is_open())
    cancel_all();
  for (auto* easy : spare_)
    curl_easy_cleanup(easy);
  curl_multi_cleanup(multi_);
  curl_share_cleanup(share_);
  if (epoll_ >= 0)
    close(epoll_);
}

void curl_loop::start(start_command command) {
  idle_from_.reset();
  auto* easy = take_easy();
  auto key = command.key;
  auto added = std::make_unique<exchange>(std::move(command), easy, current_);
  auto ready = easy ? added->prepare(options_, share_)
                    : make_error(ec::provider_down, "call a provider: no memory for a handle");
  if (!ready) {
    added->end_with(ready.failure());
    added.reset();
    return give_back(easy);
  }
  auto& one = *exchanges_.emplace(key, std::move(added)).first->second;
  const auto& name = one.peer().host;
  auto addresses = name.empty() ? std::vector<std::string>() : names_.find(name);
  if (!name.empty() && addresses.empty()) {
    one.await_address();
    nameless_[name].push_back(key);
  } else if (!name.empty()) {
    one.use(addresses);
  }
  looks_.push({one.next_look(steady::now()), key});
  if (!one.awaits_address())
    send(one);
}

/// Lets curl have it. @post It may be gone.
void curl_loop::send(exchange& ready) {
  auto code = curl_multi_add_handle(multi_, ready.easy());
  if (code != CURLM_OK)
    retire(ready.key(), [code](exchange& refused) {
      refused.end_with(make_error(ec::provider_down, curl_multi_strerror(code)));
    });
}

/// Sends who waited for an address, or tells them that there is none.
void curl_loop::take_names() {
  for (const auto& answer : names_.take()) {
    auto waiting = nameless_.extract(answer.name);
    for (auto key : waiting ? waiting.mapped() : std::vector<actors::exchange_key>()) {
      auto& one = *exchanges_.at(key);
      if (answer.addresses.empty()) {
        retire(key, [&answer](exchange& lost) { lost.end_with(lost.nameless(answer.failure)); });
      } else {
        one.use(answer.addresses);
        send(one);
      }
    }
  }
}

/// Nobody waits for an address on its behalf any more.
void curl_loop::leave_queue(const exchange& leaving) {
  auto place = nameless_.find(leaving.peer().host);
  if (place == nameless_.end())
    return;
  std::erase(place->second, leaving.key());
  if (place->second.empty())
    nameless_.erase(place);
}

void curl_loop::cancel(actors::exchange_key key) {
  retire(key, [](exchange& ending) {
    ending.end_with(make_error(ec::cancelled, "call a provider: cancelled"));
  });
}

void curl_loop::cancel_all() {
  std::vector<actors::exchange_key> keys;
  for (const auto& [key, running] : exchanges_)
    keys.push_back(key);
  for (auto key : keys)
    cancel(key);
}

void curl_loop::turn() {
  int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), wait_ms());
  current_.now = steady::now();
  move_ready(count);
  move_late();
  take_names();
  // In this order: `flush_gathered` holds pointers to what the others destroy.
  flush_gathered();
  reap();
  end_silent();
  let_connections_go();
}

int curl_loop::wait_ms() const {
  auto until = curl_timer_;
  if (!looks_.empty() && (!until || looks_.top().at < *until))
    until = looks_.top().at;
  if (idle_from_ && (!until || *idle_from_ + connections_idle < *until))
    until = *idle_from_ + connections_idle;
  if (!until)
    return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - steady::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, INT_MAX));
}

void curl_loop::move_ready(int count) {
  int running = 0;
  for (int i = 0; i < count; ++i) {
    const auto& event = events_[static_cast<size_t>(i)];
    if (event.data.fd != wake_fd_) {
      curl_multi_socket_action(multi_, event.data.fd, readiness_of(event.events), &running);
      continue;
    }
    uint64_t rings = 0;
    [[maybe_unused]] auto got = read(wake_fd_, &rings, sizeof rings);
  }
}

void curl_loop::move_late() {
  if (!curl_timer_ || *curl_timer_ > current_.now)
    return;
  curl_timer_.reset();
  int running = 0;
  curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
}

void curl_loop::flush_gathered() {
  for (auto* owner : current_.with_data)
    owner->flush();
  current_.with_data.clear();
}

void curl_loop::reap() {
  int left = 0;
  while (auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE)
      continue;
    auto code = message->data.result;
    char* owner = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
    auto& over = *reinterpret_cast<exchange*>(owner);
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_OPERATION_TIMEDOUT)
      names_.forget(over.peer().host); // It may have moved.
    retire(over.key(), [code](exchange& done) { done.end(code); });
  }
}

void curl_loop::end_silent() {
  while (!looks_.empty() && looks_.top().at <= current_.now) {
    auto key = looks_.top().key;
    looks_.pop();
    auto place = exchanges_.find(key);
    if (place == exchanges_.end())
      continue;
    if (place->second->deadline() > current_.now)
      looks_.push({place->second->next_look(current_.now), key});
    else
      retire(key, [](exchange& silent) { silent.end_with(silent.silence()); });
  }
}

void curl_loop::retire(actors::exchange_key key, const std::function<void(exchange&)>& last_word) {
  auto place = exchanges_.find(key);
  if (place == exchanges_.end())
    return;
  auto leaving = std::move(place->second);
  exchanges_.erase(place);
  if (leaving->awaits_address())
    leave_queue(*leaving);
  auto* easy = leaving->easy();
  curl_multi_remove_handle(multi_, easy);
  last_word(*leaving);
  leaving.reset();
  give_back(easy);
  if (exchanges_.empty())
    idle_from_ = current_.now;
}

CURL* curl_loop::take_easy() {
  if (spare_.empty())
    return curl_easy_init();
  auto* easy = spare_.back();
  spare_.pop_back();
  return easy;
}

void curl_loop::give_back(CURL* easy) {
  if (!easy)
    return;
  curl_easy_reset(easy);
  if (spare_.size() < spare_max)
    spare_.push_back(easy);
  else
    curl_easy_cleanup(easy);
}

int curl_loop::on_socket(CURL*, curl_socket_t fd, int what, void* self, void* known) {
  static_cast<curl_loop*>(self)->watch(fd, what, known != nullptr);
  return 0;
}

void curl_loop::watch(curl_socket_t fd, int what, bool known) {
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    return;
  }
  epoll_event interest{};
  interest.events = interest_of(what);
  interest.data.fd = fd;
  // Curl may close a descriptor and get the same number again without telling us in between.
  if (epoll_ctl(epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &interest) != 0)
    epoll_ctl(epoll_, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &interest);
  if (!known)
    curl_multi_assign(multi_, fd, this);
}

int curl_loop::on_timer(CURLM*, long timeout_ms, void* self) {
  auto& me = *static_cast<curl_loop*>(self);
  if (timeout_ms < 0)
    me.curl_timer_.reset();
  else
    me.curl_timer_ = steady::now() + std::chrono::milliseconds(timeout_ms);
  return 0;
}

} // namespace kodad::http
