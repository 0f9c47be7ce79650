// SETTING: one value that clients keep with the host.
#pragma once

#include "proto/record.hpp"

namespace kodad::proto {

struct setting {
  std::string key;
  raw_json value{"null"};

  static constexpr auto fields() {
    return std::tuple(field("key", &setting::key), field("value", &setting::value));
  }
};

/// The kept answer to a request that carried an idempotency key.
struct kept_reply {
  std::string body_hash; ///< SHA-256 of method, path and body, in hexadecimal.
  int32_t status = 0;
  std::string body;
  int64_t kept_at_ms = 0;
  std::string session; ///< Of an answer too large to keep: the session to show instead.

  static constexpr auto fields() {
    return std::tuple(field("body_hash", &kept_reply::body_hash),
                      field("status", &kept_reply::status), field("body", &kept_reply::body),
                      field("kept_at_ms", &kept_reply::kept_at_ms),
                      field("session", &kept_reply::session, presence::omit_empty));
  }
};

} // namespace kodad::proto
