#include "storage/setting_store.hpp"

#include "proto/limits/storage.hpp"
#include "storage/keys.hpp"
#include "storage/record.hpp"

namespace kodad::storage {

using proto::result;

void setting_store::put(write_batch& into, const proto::setting& value) {
  into.put(table::settings, name_key(value.key), encode(value));
}

result<std::optional<proto::setting>> setting_store::find(const snapshot& at,
                                                          const std::string& key) {
  return read_one<proto::setting>(at, table::settings, name_key(key));
}

result<bool> setting_store::contains(const snapshot& at, const std::string& key) {
  return at.contains(table::settings, name_key(key));
}

result<uint64_t> setting_store::count(const snapshot& at) {
  return at.count(table::settings);
}

result<proto::setting_list> setting_store::page(const snapshot& at, const proto::page_wish& wish) {
  proto::setting_list out;
  size_t bytes = 0;
  // The least key after the cursor's.
  auto first = wish.cursor.empty() ? std::string() : name_key(wish.cursor) + '\0';
  auto read = read_each<proto::setting>(
      at, table::settings, {first, std::string(key_bytes_max + 1, '\xff')},
      [&](proto::setting& one, size_t size) {
        bytes += size;
        bool is_full = wish.limit > 0 && out.settings.size() >= wish.limit;
        if (is_full || (!out.settings.empty() && bytes > proto::limits::page_bytes)) {
          out.next_cursor = out.settings.back().key;
          return false;
        }
        out.settings.push_back(std::move(one));
        return true;
      });
  if (!read)
    return read.failure();
  return out;
}

} // namespace kodad::storage
