#include "actors/settings/settings.hpp"

#include "actors/error.hpp"
#include "proto/limits.hpp"
#include "proto/limits/storage.hpp"
#include "storage/setting_store.hpp"

namespace kodad::actors {

namespace {

using proto::limits::setting_key_bytes;
using proto::limits::setting_value_bytes;

std::optional<proto::error> refuse_long(const proto::setting& wish) {
  bool is_long = wish.key.size() > setting_key_bytes;
  if (!is_long && wish.value.text.size() <= setting_value_bytes)
    return std::nullopt;
  auto why = proto::field_error(proto::ec::invalid_value, is_long ? "key" : "value",
                                is_long ? "the key is too long" : "the value is too long");
  why.limit = static_cast<int64_t>(is_long ? setting_key_bytes : setting_value_bytes);
  return why;
}

} // namespace

std::optional<proto::error> settings_state::refuse(const proto::setting& wish) {
  if (auto problem = refuse_long(wish))
    return problem;
  auto now = database->read();
  auto is_kept = [&now](const std::string& key) {
    auto found = storage::setting_store::contains(now, key);
    return found.ok() && *found;
  };
  std::erase_if(on_their_way, is_kept);
  if (on_their_way.contains(wish.key) || is_kept(wish.key))
    return std::nullopt;
  auto count = storage::setting_store::count(now);
  if (!count)
    return count.failure();
  if (*count + on_their_way.size() < proto::limits::settings)
    return std::nullopt;
  auto full = proto::field_error(proto::ec::storage_full, "key",
                                 "the host keeps no more settings; put one that is there already");
  full.limit = static_cast<int64_t>(proto::limits::settings);
  return full;
}

settings_actor::behavior_type settings(settings_actor::stateful_pointer<settings_state> self,
                                       store_actor store, const storage::database* database) {
  self->state.database = database;
  return {
      [self, store](const proto::put_setting& wish) -> caf::result<proto::setting> {
        if (auto problem = self->state.refuse(wish.value))
          return to_caf(*problem);
        auto promise = self->make_response_promise<proto::setting>();
        storage::write_batch batch;
        storage::setting_store::put(batch, wish.value);
        self->state.on_their_way.insert(wish.value.key);
        self->request(store, proto::limits::ask, keep{std::move(batch)})
            .then([promise,
                   value = wish.value](acknowledged) mutable { promise.deliver(std::move(value)); },
                  [self, promise, key = wish.value.key](const caf::error& failure) mutable {
                    self->state.on_their_way.erase(key);
                    promise.deliver(failure);
                  });
        return promise;
      },
  };
}

} // namespace kodad::actors
