#include "actors/session/repeat_guard.hpp"

#include "proto/limits.hpp"
#include "storage/digest.hpp"
#include "storage/reply_store.hpp"
#include "storage/session_store.hpp"

namespace kodad::actors {

using proto::ec;

namespace {

constexpr int64_t window_ms =
    std::chrono::duration_cast<std::chrono::milliseconds>(proto::limits::idempotency_window)
        .count();

/// The first release kept the request itself where its hash belongs.
bool is_same_request(const std::string& kept, const std::string& fingerprint) {
  return kept == fingerprint || storage::to_hex(storage::sha256(kept)) == fingerprint;
}

proto::error too_many(std::string who, size_t limit) {
  auto out = proto::make_error(ec::host_full, std::move(who) + " used as many idempotency keys in "
                                                               "24 hours as are kept");
  out.limit = static_cast<int64_t>(limit);
  out.retry_after_s = std::chrono::seconds(proto::limits::reply_sweep).count();
  return out;
}

} // namespace

proto::result<repeat_guard::maybe_reply> repeat_guard::find(const storage::snapshot& at,
                                                            const std::string& scope,
                                                            const proto::idempotency& once) const {
  auto found = storage::reply_store::find(at, scope, once.key);
  if (!found)
    return found.failure();
  if (!*found || (*found)->kept_at_ms < now_().ms - window_ms)
    return maybe_reply();
  if (!is_same_request((*found)->body_hash, once.fingerprint))
    return proto::make_error(ec::idempotency_conflict, "this key was used with another request");
  return std::move(*found);
}

std::optional<proto::error> repeat_guard::refuse(const storage::snapshot& at,
                                                 const std::string& scope) {
  auto all = at.count(storage::table::replies);
  if (!all)
    return all.failure();
  if (*all >= bounds_.of_host)
    return too_many("clients of this host", bounds_.of_host);
  if (bounds_.of_owner == SIZE_MAX)
    return std::nullopt;
  auto counted = kept_.find(scope);
  // Counted anew where it seems to be full: some may have been forgotten since.
  if (counted == kept_.end() || counted->second >= bounds_.of_owner) {
    auto kept = storage::reply_store::count(at, scope, bounds_.of_owner);
    if (!kept)
      return kept.failure();
    counted = kept_.insert_or_assign(scope, *kept).first;
  }
  if (counted->second >= bounds_.of_owner)
    return too_many("clients of this session", bounds_.of_owner);
  return std::nullopt;
}

void repeat_guard::keep(storage::write_batch& batch, const std::string& scope,
                        const proto::idempotency& once, const proto::kept_reply& reply) {
  storage::reply_store::put(batch, scope, once.key, reply);
  ++kept_[scope];
}

proto::result<proto::session> repeat_guard::find_session(const storage::snapshot& at,
                                                         const std::string& id) {
  auto found = storage::session_store::find(at, {id});
  if (!found)
    return found.failure();
  if (!*found)
    return proto::make_error(ec::session_not_found, "the session that this made is deleted");
  return std::move((*found)->shown);
}

} // namespace kodad::actors
