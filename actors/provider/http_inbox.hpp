// HTTP INBOX: where the HTTP client's thread leaves what arrives for an actor. Any number of pieces
// that arrive before the actor looks cost one message. Bounded: what does not fit is dropped, and
// the reader is told. It does not decode anything.
#pragma once

#include "actors/ports.hpp"

#include <functional>
#include <mutex>

namespace kodad::actors {

class http_inbox : public http_listener {
public:
  /// Everything new since the last look.
  struct arrivals {
    std::optional<int> status; ///< Set once, when the head has come.
    header_list headers;
    std::string bytes;
    bool overflowed = false; ///< Bytes were dropped: the body is useless from here on.
    bool ended = false;      ///< Set once; nothing comes after it.
    std::optional<proto::error> failure;
  };

  /// @param bytes_max How much may lie unread.
  /// @param wake Called on the client's thread when there is something to take.
  http_inbox(size_t bytes_max, std::function<void()> wake)
      : bytes_max_(bytes_max), wake_(std::move(wake)) {}

  void head(int status, header_list headers) override;
  void data(std::string bytes) override;
  void end(std::optional<proto::error> failure) override;

  arrivals take();

private:
  void wake(std::unique_lock<std::mutex> lock);

  const size_t bytes_max_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  arrivals unread_;
  bool woken_ = false;
};

} // namespace kodad::actors
