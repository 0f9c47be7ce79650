// REPLY STORE: first answers to requests with an idempotency key, for the repeat that may come.
#pragma once

#include "proto/setting.hpp"
#include "proto/timestamp.hpp"
#include "storage/database.hpp"

namespace kodad::storage {

class reply_store {
public:
  /// @param scope Whose key it is; the same key in another scope is another key.
  static void put(write_batch& into, const std::string& scope, const std::string& key,
                  const proto::kept_reply& reply);

  static proto::result<std::optional<proto::kept_reply>>
  find(const snapshot& at, const std::string& scope, const std::string& key);

  /// Removes what was kept before that moment, at most `count_max` of it.
  static proto::result<size_t> erase_older(write_batch& into, const snapshot& at,
                                           proto::timestamp than, size_t count_max);
};

} // namespace kodad::storage
