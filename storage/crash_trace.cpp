#include "storage/crash_trace.hpp"

#include "storage/session_store.hpp"
#include "storage/turn_store.hpp"

#include <set>

namespace kodad::storage {

proto::result<void> settle_event_ids(database& opened) {
  write_batch batch;
  {
    auto at = opened.read();
    auto active = turn_store::active(at);
    if (!active)
      return active.failure();
    std::set<proto::session_id> cut_off;
    for (const auto& [id, number] : *active)
      cut_off.insert(id);
    for (const auto& id : cut_off) {
      auto kept = session_store::find(at, id);
      if (!kept || !*kept || (*kept)->event_ids_reserved <= (*kept)->shown.last_event_id)
        continue; // One that cannot be read is told when it is asked for.
      auto now = **kept;
      now.shown.last_event_id = now.event_ids_reserved;
      session_store::put(batch, now, &**kept);
    }
  }
  return batch.operations().empty() ? proto::result<void>() : opened.commit({&batch, 1})[0];
}

} // namespace kodad::storage
