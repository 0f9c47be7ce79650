// The REPEAT GUARD: makes a request with an idempotency key harmless to repeat. The first answer is
// kept in the same commit as the write it tells of; a repeat that comes while that commit is under
// way waits for it.
#pragma once

#include "actors/error.hpp"
#include "proto/command.hpp"
#include "proto/json/codec.hpp"
#include "storage/database.hpp"
#include "storage/host/clock.hpp"
#include "storage/reply_store.hpp"

#include <caf/typed_response_promise.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace kodad::actors {

class repeat_guard {
public:
  /// Answers a repeat. False when the request is new (or has no key): go on with it, and call
  /// `finish` however it ends.
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
    auto found = storage::reply_store::find(kept.read(), scope, once.key);
    if (!found)
      promise.deliver(to_caf(found.failure()));
    else if (!*found) {
      under_way_.try_emplace(once.key);
      return false;
    } else if ((*found)->body_hash != once.fingerprint)
      promise.deliver(to_caf(proto::make_error(proto::ec::idempotency_conflict,
                                               "this key was used with another request")));
    else
      repeat((*found)->body, promise);
    return true;
  }

  /// Puts the answer to a new request into the commit that it depends on.
  template <class T>
  void begin(storage::write_batch& batch, const std::string& scope, const proto::idempotency& once,
             const T& answer) {
    if (once.key.empty())
      return;
    storage::reply_store::put(
        batch, scope, once.key,
        {once.fingerprint, 200, proto::json::write(answer), storage::host::now().ms});
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
  template <class T>
  static void repeat(const std::string& body, caf::typed_response_promise<T>& promise) {
    auto answer = proto::json::read<T>(body);
    if (answer)
      promise.deliver(std::move(*answer));
    else
      promise.deliver(to_caf(answer.failure()));
  }

  std::map<std::string, std::vector<std::function<void()>>> under_way_;
};

} // namespace kodad::actors
