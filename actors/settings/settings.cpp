#include "actors/settings/settings.hpp"

#include "proto/limits.hpp"
#include "proto/limits/storage.hpp"
#include "storage/setting_store.hpp"

namespace kodad::actors {

namespace {

using proto::limits::setting_key_bytes;
using proto::limits::setting_value_bytes;

std::optional<proto::error> refuse(const proto::setting& wish) {
  bool is_long = wish.key.size() > setting_key_bytes;
  if (!is_long && wish.value.text.size() <= setting_value_bytes)
    return std::nullopt;
  auto why = proto::field_error(proto::ec::invalid_value, is_long ? "key" : "value",
                                is_long ? "the key is too long" : "the value is too long");
  why.limit = static_cast<int64_t>(is_long ? setting_key_bytes : setting_value_bytes);
  return why;
}

} // namespace

settings_actor::behavior_type settings(settings_actor::pointer self, store_actor store) {
  return {
      [self, store](const proto::put_setting& wish) -> caf::result<proto::setting> {
        if (auto problem = refuse(wish.value))
          return to_caf(*problem);
        auto promise = self->make_response_promise<proto::setting>();
        storage::write_batch batch;
        storage::setting_store::put(batch, wish.value);
        self->request(store, proto::limits::ask, keep{std::move(batch)})
            .then([promise,
                   value = wish.value](acknowledged) mutable { promise.deliver(std::move(value)); },
                  [promise](const caf::error& failure) mutable { promise.deliver(failure); });
        return promise;
      },
  };
}

} // namespace kodad::actors
