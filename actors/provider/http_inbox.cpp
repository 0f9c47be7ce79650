#include "actors/provider/http_inbox.hpp"

namespace kodad::actors {

void http_inbox::head(int status, header_list headers) {
  std::unique_lock lock(mutex_);
  unread_.status = status;
  unread_.headers = std::move(headers);
  wake(std::move(lock));
}

void http_inbox::data(std::string bytes) {
  std::unique_lock lock(mutex_);
  if (unread_.bytes.size() + bytes.size() > bytes_max_)
    unread_.overflowed = true;
  else if (unread_.bytes.empty())
    unread_.bytes = std::move(bytes);
  else
    unread_.bytes += bytes;
  wake(std::move(lock));
}

void http_inbox::end(std::optional<proto::error> failure) {
  std::unique_lock lock(mutex_);
  unread_.ended = true;
  unread_.failure = std::move(failure);
  wake(std::move(lock));
}

http_inbox::arrivals http_inbox::take() {
  std::unique_lock lock(mutex_);
  woken_ = false;
  return std::exchange(unread_, {});
}

void http_inbox::wake(std::unique_lock<std::mutex> lock) {
  bool first = !std::exchange(woken_, true);
  lock.unlock();
  if (first)
    wake_();
}

} // namespace kodad::actors
