// SETTING STORE: what clients keep with the host, by key.
#pragma once

#include "proto/setting.hpp"
#include "storage/database.hpp"

namespace kodad::storage {

class setting_store {
public:
  static void put(write_batch& into, const proto::setting& value);

  static proto::result<std::optional<proto::setting>> find(const snapshot& at,
                                                           const std::string& key);

  /// All settings, by key.
  static proto::result<std::vector<proto::setting>> all(const snapshot& at);
};

} // namespace kodad::storage
