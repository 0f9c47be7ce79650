// The REPLY TOKEN: the right and the duty to answer one request, from any thread, exactly once. A
// token whose last copy dies unanswered answers 500; one kept beyond the reply deadline is answered
// with 504 by the reactor, and what it says later is dropped. Instead of an answer it can become a
// stream.
#pragma once

#include "actors/ports.hpp"
#include "http/gateway/mailbox.hpp"
#include "http/gateway/request.hpp"
#include "http/operator_log.hpp"
#include "proto/error.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace kodad::http {

/// What all copies of one token share. The connection knows it too, but does not keep it alive.
class pending_reply {
public:
  /// @param failures Is told of those that belong to the host.
  /// @param is_stopping Parts that have ended already do not answer then.
  pending_reply(std::shared_ptr<mailbox> post, exchange_place place, std::string request_id,
                std::shared_ptr<operator_log> failures,
                std::shared_ptr<const std::atomic<bool>> is_stopping)
      : post_(std::move(post)), place_(place), request_id_(std::move(request_id)),
        failures_(std::move(failures)), is_stopping_(std::move(is_stopping)) {}
  ~pending_reply();
  pending_reply(const pending_reply&) = delete;
  pending_reply& operator=(const pending_reply&) = delete;

  void answer(response reply);
  void answer(const proto::error& failure);
  const std::string& request_id() const { return request_id_; }
  actors::subscriber_key stream_key();
  void open_stream(header_list headers);

  /// Put on every answer. Set before the token is handed out.
  void set_extra_headers(header_list headers) { extra_headers_ = std::move(headers); }

  /// Put before the paths that an answer names. Set before the token is handed out.
  void set_path_prefix(std::string prefix) { path_prefix_ = std::move(prefix); }

  /// Called by the reactor when the client closes its side.
  void client_closed() { open_.store(false, std::memory_order_relaxed); }

  bool is_open() const {
    return open_.load(std::memory_order_relaxed) && !spent_.load(std::memory_order_relaxed);
  }

private:
  std::shared_ptr<mailbox> post_;
  exchange_place place_;
  std::string request_id_; ///< On every answer, too.
  std::shared_ptr<operator_log> failures_;
  std::shared_ptr<const std::atomic<bool>> is_stopping_;
  std::atomic<bool> open_{true};
  std::atomic<bool> spent_{false};
  std::mutex mutex_; ///< Guards `key_`.
  actors::subscriber_key key_ = 0;
  header_list extra_headers_;
  std::string path_prefix_;
};

/// Copies share one duty: the first answer counts, all later ones do nothing.
class reply_token {
public:
  reply_token() = default;
  explicit reply_token(std::shared_ptr<pending_reply> shared) : shared_(std::move(shared)) {}

  /// Answers the request. A reserved stream is dropped (`gone`).
  void answer(response reply) const;

  /// Answers with the error's status and body.
  void answer(const proto::error& failure) const;

  /// Reserves a stream. The hub takes calls for the key at once and keeps what they queue until
  /// the stream opens. The same key for every call; 0 once the request is answered.
  actors::subscriber_key stream_key() const;

  /// Answers 200 with an event stream, the reserved one. @param headers Beside the usual ones.
  void open_stream(header_list headers = {}) const;

  /// False once the client has closed its side, or the request is answered. An answer is still
  /// sent to a client that has closed one direction only.
  bool is_open() const { return shared_ && shared_->is_open(); }

private:
  std::shared_ptr<pending_reply> shared_;
};

} // namespace kodad::http
