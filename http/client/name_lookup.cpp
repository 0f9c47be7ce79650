#include "http/client/name_lookup.hpp"

#include "proto/limits/names.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_set>

namespace kodad::http {

namespace limits = proto::limits;
using steady = std::chrono::steady_clock;

/// Shared with the threads, which may outlive the lookup by as long as a name server is silent.
struct name_lookup::desk {
  std::mutex guard;
  std::condition_variable changed;
  std::deque<std::string> waiting;           ///< For a thread.
  std::unordered_set<std::string> under_way; ///< Waiting or being looked up.
  std::vector<name_answer> answers;
  size_t threads = 0;
  size_t idle = 0;
  int wake_fd = -1; ///< -1: nobody listens any more.

  void put(name_answer answer);
};

namespace {

void append(std::vector<std::string>& out, const addrinfo& found) {
  char text[INET6_ADDRSTRLEN] = {};
  if (found.ai_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, found.ai_addr, sizeof address);
    ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  } else if (found.ai_family == AF_INET6) {
    sockaddr_in6 address{};
    std::memcpy(&address, found.ai_addr, sizeof address);
    if (address.sin6_scope_id == 0) // libcurl cannot be told of a scope.
      ::inet_ntop(AF_INET6, &address.sin6_addr, text, sizeof text);
  }
  if (*text && out.size() < limits::name_addresses)
    out.emplace_back(text);
}

name_answer look_up(std::string name) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  auto code = ::getaddrinfo(name.c_str(), nullptr, &wanted, &found);
  name_answer out{std::move(name), {}, {}};
  for (const auto* each = code == 0 ? found : nullptr; each; each = each->ai_next)
    append(out.addresses, *each);
  if (code == 0)
    ::freeaddrinfo(found);
  if (out.addresses.empty())
    out.failure = code == 0            ? "it has no address that can be used"
                  : code == EAI_AGAIN  ? "the name server does not answer"
                  : code == EAI_NONAME ? "there is no such name"
                                       : ::gai_strerror(code);
  return out;
}

} // namespace

/// @pre `guard` is held.
void name_lookup::desk::put(name_answer answer) {
  if (wake_fd < 0)
    return;
  answers.push_back(std::move(answer));
  uint64_t one = 1;
  [[maybe_unused]] auto sent = ::write(wake_fd, &one, sizeof one);
}

name_lookup::name_lookup(int wake_fd) : desk_(std::make_shared<desk>()) {
  desk_->wake_fd = wake_fd;
}

name_lookup::~name_lookup() {
  std::lock_guard lock(desk_->guard);
  desk_->wake_fd = -1;
  desk_->waiting.clear();
  desk_->changed.notify_all();
}

std::vector<std::string> name_lookup::find(const std::string& name) {
  auto place = known_.find(name);
  auto age = place == known_.end() ? steady::duration::max() : steady::now() - place->second.since;
  if (age >= limits::name_fresh)
    ask(name);
  if (age < limits::name_usable)
    return place->second.addresses;
  return {};
}

std::vector<name_answer> name_lookup::take() {
  std::vector<name_answer> out;
  {
    std::lock_guard lock(desk_->guard);
    out.swap(desk_->answers);
    // Not before: who asks between an answer and its being known would ask for it anew.
    for (const auto& each : out)
      desk_->under_way.erase(each.name);
  }
  for (const auto& each : out) {
    if (each.addresses.empty())
      continue;
    if (known_.size() >= limits::names_kept && !known_.contains(each.name))
      known_.erase(
          std::ranges::min_element(known_, {}, [](const auto& one) { return one.second.since; }));
    known_[each.name] = {each.addresses, steady::now()};
  }
  return out;
}

void name_lookup::ask(const std::string& name) {
  std::lock_guard lock(desk_->guard);
  if (!desk_->under_way.insert(name).second)
    return;
  if (desk_->waiting.size() >= limits::names_waiting)
    return desk_->put({name, {}, "too many names are being looked up"});
  desk_->waiting.push_back(name);
  if (desk_->idle >= desk_->waiting.size() || desk_->threads >= limits::name_threads)
    return desk_->changed.notify_one();
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&attributes, limits::name_stack_bytes);
  pthread_t ignored{};
  auto owner = std::make_unique<std::shared_ptr<desk>>(desk_);
  if (::pthread_create(&ignored, &attributes, &name_lookup::serve, owner.get()) == 0) {
    owner.release();
    ++desk_->threads;
  } else if (desk_->threads == 0) {
    desk_->waiting.pop_back();
    desk_->put({name, {}, "the system has no thread to look it up"});
  }
  ::pthread_attr_destroy(&attributes);
}

void* name_lookup::serve(void* desk_ptr) {
  std::unique_ptr<std::shared_ptr<desk>> owner(static_cast<std::shared_ptr<desk>*>(desk_ptr));
  auto& at = **owner;
  std::unique_lock lock(at.guard);
  for (;;) {
    ++at.idle;
    at.changed.wait_for(lock, limits::name_thread_idle,
                        [&at] { return !at.waiting.empty() || at.wake_fd < 0; });
    --at.idle;
    if (at.waiting.empty())
      break;
    auto name = std::move(at.waiting.front());
    at.waiting.pop_front();
    lock.unlock();
    auto answer = look_up(std::move(name));
    lock.lock();
    at.put(std::move(answer));
  }
  --at.threads;
  return nullptr;
}

} // namespace kodad::http
