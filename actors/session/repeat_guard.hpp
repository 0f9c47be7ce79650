// The REPEAT GUARD: makes a request with an idempotency key harmless to repeat. The first answer is
// kept in the same commit as the write it tells of; a repeat that comes while that commit is under
// way waits for it. Answers are forgotten after 24 hours (actors/store removes them), and no more
// than a bound are kept of one owner, and of the host.
#pragma once

#include "actors/error.hpp"
#include "proto/command.hpp"
#include "proto/json/codec.hpp"
#include "proto/limits/storage.hpp"
#include "storage/database.hpp"
#include "storage/host/clock.hpp"

#include <caf/typed_response_promise.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kodad::actors {

struct repeat_bounds {
  size_t of_owner = proto::limits::replies_of_session; ///< SIZE_MAX: not counted.
  size_t of_host = proto::limits::replies;
};

class repeat_guard {
public:
  using clock = std::function<proto::timestamp()>;

  explicit repeat_guard(repeat_bounds bounds = {}, clock now = storage::host::now)
      : bounds_(bounds), now_(std::move(now)) {}

  /// Answers a repeat, or refuses a new request because too many are kept. False when the request
  /// is new (or has no key): go on with it, and call `finish` however it ends.
  /// @param scope Whose keys these are: a session's id, or a word for all.
  /// @param again Handles the same request once more, after the first one's commit.
  template <class T>
  bool answers(const storage::database& kept, const std::string& scope,
               const proto::idempotency& once, caf::typed_response_promise<T>& promise,
               std::function<void()> again) {
    if (once.key.empty())
      return false;
    if (auto first = under_way_.find(once.key); first != under_way_.end()) {
      first->second.push_back(std::move(again));
      return true;
    }
    auto at = kept.read();
    auto found = find(at, scope, once);
    if (!found)
      promise.deliver(to_caf(found.failure()));
    else if (*found)
      repeat(at, **found, promise);
    else if (auto full = refuse(at, scope))
      promise.deliver(to_caf(*full));
    else {
      under_way_.try_emplace(once.key);
      return false;
    }
    return true;
  }

  /// Puts the answer to a new request into the commit that it depends on.
  template <class T>
  void begin(storage::write_batch& batch, const std::string& scope, const proto::idempotency& once,
             const T& answer) {
    if (once.key.empty())
      return;
    proto::kept_reply reply{once.fingerprint, 200, proto::json::write(answer), now_().ms, ""};
    // Only a branch of a session of unusual length: the session itself is kept anyway.
    if constexpr (std::same_as<T, proto::session>)
      if (reply.body.size() > proto::limits::reply_bytes) {
        reply.session = answer.id.text;
        reply.body.clear();
      }
    keep(batch, scope, once, reply);
  }

  /// The request is over, well or not: repeats that waited are handled now.
  void finish(const proto::idempotency& once) {
    auto waited = under_way_.extract(once.key);
    if (waited.empty())
      return;
    for (auto& again : waited.mapped())
      again();
  }

private:
  using maybe_reply = std::optional<proto::kept_reply>;

  template <class T>
  static void repeat(const storage::snapshot& at, const proto::kept_reply& kept,
                     caf::typed_response_promise<T>& promise) {
    auto answer = kept.session.empty() ? proto::json::read_own<T>(kept.body) : rebuild<T>(at, kept);
    if (answer)
      promise.deliver(std::move(*answer));
    else
      promise.deliver(to_caf(answer.failure()));
  }

  template <class T>
  static proto::result<T> rebuild(const storage::snapshot& at, const proto::kept_reply& kept) {
    if constexpr (std::same_as<T, proto::session>)
      return find_session(at, kept.session);
    return proto::make_error(proto::ec::storage_failed, "the kept answer is of another kind");
  }

  /// The kept answer that still counts; fails with `idempotency_conflict` for another request.
  proto::result<maybe_reply> find(const storage::snapshot& at, const std::string& scope,
                                  const proto::idempotency& once) const;
  std::optional<proto::error> refuse(const storage::snapshot& at, const std::string& scope);
  void keep(storage::write_batch& batch, const std::string& scope, const proto::idempotency& once,
            const proto::kept_reply& reply);
  static proto::result<proto::session> find_session(const storage::snapshot& at,
                                                    const std::string& id);

  repeat_bounds bounds_;
  clock now_;
  std::map<std::string, std::vector<std::function<void()>>> under_way_;
  std::map<std::string, size_t> kept_; // By scope, of those that were counted.
};

} // namespace kodad::actors
