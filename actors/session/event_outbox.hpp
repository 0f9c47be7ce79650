// The EVENT OUTBOX of a session: numbers its events, holds back what is not durable yet, and knows
// what the log on disk still lacks. Pure.
//
// Two kinds of event pass through. A transient one (a delta) may be shown at once and is kept with
// the next commit. A durable one is shown only after the commit that it travels with; whatever
// was numbered after it waits behind it, so that ids come out in order.
//
// Ids are never reused: an id may be shown only while it lies within a reservation that is on disk.
// A crash then skips at most the rest of the reservation.
#pragma once

#include "actors/ports.hpp"
#include "proto/event.hpp"

#include <vector>

namespace kodad::actors {

/// The wire form of one event.
shared_frame encode_frame(uint64_t id, const proto::event& what);

class event_outbox {
public:
  /// @param last_id The last id given out, or that may have been.
  explicit event_outbox(uint64_t last_id);

  uint64_t last_id() const { return last_id_; }

  /// All events up to here are on disk.
  uint64_t kept_to() const { return kept_to_; }

  /// Numbers an event that may be shown before it is kept. Returns its id.
  uint64_t add_transient(proto::event what);

  /// Numbers an event that must be kept first.
  uint64_t add_durable(proto::event what);

  /// Bytes of events that no commit has taken along yet.
  size_t unkept_bytes() const { return unkept_bytes_; }

  /// An event and its number, for the log.
  struct numbered {
    uint64_t id = 0;
    proto::event what;
  };

  /// What the next commit must put into the log.
  struct cargo {
    uint64_t ticket = 0;   ///< For `committed`.
    uint64_t reserved = 0; ///< The reservation to write down; no id beyond is shown before.
    std::vector<numbered> events;
  };

  /// Hands over all that no commit has taken along yet.
  cargo take();

  /// The commit with this ticket, and all before it, are durable.
  void committed(uint64_t ticket);

  /// What may be shown now, in order.
  std::vector<shared_frame> release();

private:
  struct held {
    shared_frame frame;
    bool durable = false;
  };
  struct trip {
    uint64_t ticket = 0;
    uint64_t last_id = 0;
    uint64_t reserved = 0;
  };

  uint64_t add(proto::event what, bool durable);

  uint64_t last_id_;
  uint64_t kept_to_;
  uint64_t reserved_; // On disk.
  uint64_t last_ticket_ = 0;
  size_t unkept_bytes_ = 0;
  std::vector<numbered> unkept_;
  // Short, and there is one of each per session: an empty deque would cost 600 bytes.
  std::vector<held> held_;
  std::vector<trip> under_way_;
};

} // namespace kodad::actors
