#include "storage/setting_store.hpp"

#include "storage/keys.hpp"
#include "storage/record.hpp"

namespace kodad::storage {

void setting_store::put(write_batch& into, const proto::setting& value) {
  into.put(table::settings, name_key(value.key), encode(value));
}

proto::result<std::optional<proto::setting>> setting_store::find(const snapshot& at,
                                                                 const std::string& key) {
  return read_one<proto::setting>(at, table::settings, name_key(key));
}

proto::result<std::vector<proto::setting>> setting_store::all(const snapshot& at) {
  return read_all<proto::setting>(at, table::settings, {"", "\xff"});
}

} // namespace kodad::storage
