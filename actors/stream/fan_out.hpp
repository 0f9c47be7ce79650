// The FAN-OUT actor. Interface: actors/interfaces.hpp.
//
// Gives every stream of one session its place: history from the log on disk, page by page and never
// faster than the stream reads, then the recent events from memory, then live. It promises that a
// stream sees each event once and in order. It writes no socket itself: the stream hub does.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/stream/start_rule.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace kodad::actors {

struct fan_out_state {
  explicit fan_out_state(fan_out_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "fan_out";

  /// A stream that is still reading history.
  struct replay {
    uint64_t start = 0;  ///< Where it began.
    uint64_t cursor = 0; ///< The last event handed over.
    bool is_reading = false;
    bool ends_when_live = false; ///< The stream is over once it has all up to `live_at`.
    uint64_t live_at = 0;
    uint64_t log_end = 0; ///< Memory began after this event when the page was asked for.
  };

  void open(const open_stream& what);
  void advance(subscriber_key who);
  void read_on(subscriber_key who);
  void take_page(subscriber_key who, const event_page& page);
  void miss_page(subscriber_key who, const proto::error& why);
  void follow(subscriber_key who, const replay& from, std::vector<shared_frame> first);
  void reset(subscriber_key who, const char* reason);
  void publish(const publish_frames& news);
  void note(const frame& what);
  void note_carried();
  void trim();
  void leave(subscriber_key who);
  bool close();

  fan_out_actor::pointer self;
  proto::session_id session;
  std::shared_ptr<stream_hub> hub;
  reader_actor archive;
  directory_actor directory;
  channel_key channel = 0;

  std::deque<shared_frame> recent; ///< All events after `forgotten_to`.
  uint64_t forgotten_to = 0;
  size_t recent_bytes = 0; ///< Of memory, not of text.
  uint64_t kept_to = 0;
  stream_outlook outlook;
  std::map<subscriber_key, replay> replays;
  std::set<subscriber_key> followers;
  std::map<subscriber_key, uint64_t> ending_at; ///< Followers that end once this event has left.
};

/// @param outlook What the database says of the session's events.
/// @param directory Told when a turn's end was carried.
fan_out_actor::behavior_type fan_out(fan_out_actor::stateful_pointer<fan_out_state> self,
                                     proto::session_id session, std::shared_ptr<stream_hub> hub,
                                     reader_actor archive, directory_actor directory,
                                     stream_outlook outlook);

} // namespace kodad::actors
