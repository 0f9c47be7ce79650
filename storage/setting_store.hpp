// SETTING STORE: what clients keep with the host, by key.
#pragma once

#include "proto/command.hpp"
#include "storage/database.hpp"

namespace kodad::storage {

class setting_store {
public:
  static void put(write_batch& into, const proto::setting& value);

  static proto::result<std::optional<proto::setting>> find(const snapshot& at,
                                                           const std::string& key);

  static proto::result<bool> contains(const snapshot& at, const std::string& key);

  static proto::result<uint64_t> count(const snapshot& at);

  /// Those after the cursor, which is a key; at most `limits::page_bytes` of them.
  static proto::result<proto::setting_list> page(const snapshot& at, const proto::page_wish& wish);
};

} // namespace kodad::storage
