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

  /// How many are kept of a scope; not counted beyond `most`.
  static proto::result<size_t> count(const snapshot& at, const std::string& scope, size_t most);

  /// Removes all of a scope.
  static void erase_all(write_batch& into, const std::string& scope);

  /// Removes what was kept before that moment, at most `count_max` of it.
  /// @returns How many entries were looked at; fewer than `count_max` when all is done.
  static proto::result<size_t> erase_older(write_batch& into, const snapshot& at,
                                           proto::timestamp than, size_t count_max);
};

} // namespace kodad::storage
