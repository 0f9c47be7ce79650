#include "actors/stream/fan_out.hpp"

#include "actors/error.hpp"
#include "actors/session/event_outbox.hpp"
#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::actors {

namespace {

/// Enough that a client which posts a message and then opens the stream finds it all in memory;
/// older events come from the log. Each session that streams holds as much.
constexpr size_t recent_bytes_max = 8 * 1024;

/// What a frame costs: most are short, and then it is not their text that fills the memory.
size_t cost_of(const frame& what) {
  constexpr size_t control_block_bytes = 16;
  return sizeof(frame) + control_block_bytes + sizeof(shared_frame) + what.text.capacity();
}

/// Carries the hub's news from the reactor's thread to the actor.
class hub_listener : public channel_listener {
public:
  explicit hub_listener(fan_out_actor owner) : owner_(std::move(owner)) {}

  void drained(subscriber_key who) override { caf::anon_send(owner_, caf::get_atom_v, who); }
  void gone(subscriber_key who) override { caf::anon_send(owner_, caf::leave_atom_v, who); }

private:
  fan_out_actor owner_;
};

/// Closes a stream to which nothing more will come.
shared_frame last_frame() {
  auto out = std::make_shared<frame>();
  out->ends_stream = true;
  out->text = ": end\n\n";
  return out;
}

bool starts_turn(const frame& what) {
  constexpr std::string_view mark = "event: turn_start\n";
  return std::string_view(what.text).substr(what.event_begin).starts_with(mark);
}

} // namespace

void fan_out_state::open(const open_stream& what) {
  hub->adopt(channel, what.subscriber, what.filter);
  auto start = where_to_start({what.after, outlook.last_event_id, outlook.last_turn_first_event,
                               outlook.last_turn_carried});
  auto& place = replays[what.subscriber];
  place.start = place.cursor = start.after;
  place.ends_when_live = what.filter.until_live;
  place.live_at = what.filter.live_at;
  if (start.is_ahead)
    reset(what.subscriber, "the cursor is no number of an event so far");
  else
    advance(what.subscriber);
}

/// Moves a stream on: live if memory has all that it lacks, else to the next page of the log.
void fan_out_state::advance(subscriber_key who) {
  auto place = replays.find(who);
  if (place == replays.end() || place->second.is_reading)
    return;
  if (place->second.cursor < forgotten_to)
    return read_on(who);
  auto from = place->second;
  replays.erase(place);
  follow(who, from, {});
}

void fan_out_state::read_on(subscriber_key who) {
  auto& place = replays[who];
  place.is_reading = true;
  place.log_end = forgotten_to;
  self->request(archive, proto::limits::ask,
                read_events{session, place.cursor, proto::limits::replay_page_bytes})
      .then([this, who](const event_page& page) { take_page(who, page); },
            [this, who](const caf::error& failure) { miss_page(who, from_caf(failure)); });
}

/// Only a log that cannot be read costs a stream its place.
void fan_out_state::miss_page(subscriber_key who, const proto::error& why) {
  auto place = replays.find(who);
  if (place == replays.end() || why.code == proto::ec::internal)
    return; // The archive has ended: the host stops, and its end cuts the stream off.
  if (why.code != proto::ec::timeout)
    return reset(who, "the event log could not be read");
  place->second.is_reading = false;
  advance(who);
}

void fan_out_state::take_page(subscriber_key who, const event_page& page) {
  auto place = replays.find(who);
  if (place == replays.end())
    return;
  auto& at = place->second;
  at.is_reading = false;
  if (at.cursor > 0 && page.first_kept > at.cursor + 1)
    return reset(who, "the events after the cursor are no longer kept");
  if (auto frames = announced(page.frames, outlook.last_event_id); !frames.empty()) {
    at.cursor = frames.back()->id;
    hub->push(who, std::move(frames));
    return; // `drained` brings us back.
  }
  // The log had no more: what lies between is a gap that a crash left.
  at.cursor = std::max(at.cursor, at.log_end);
  advance(who);
}

void fan_out_state::follow(subscriber_key who, const replay& from,
                           std::vector<shared_frame> first) {
  auto backlog = std::move(first);
  for (const auto& what : recent)
    if (what->id > from.cursor)
      backlog.push_back(what);
  for (const auto& asked : outlook.waiting) {
    if (asked->id > from.start)
      continue;
    auto bare = std::make_shared<frame>(*asked);
    bare->id = 0;
    backlog.push_back(std::move(bare));
  }
  if (from.ends_when_live && outlook.last_event_id >= from.live_at)
    backlog.push_back(last_frame());
  else if (from.ends_when_live)
    ending_at[who] = from.live_at; // Some of it is kept already and about to be announced.
  bool carries_end = std::ranges::any_of(backlog, [](const auto& x) { return x->ends_turn; });
  followers.insert(who);
  hub->follow(who, std::move(backlog));
  bool was_replayed = from.start < from.cursor && from.cursor >= outlook.last_event_id;
  if ((carries_end || was_replayed) && !outlook.last_turn_carried && !outlook.turn_runs)
    note_carried();
}

void fan_out_state::reset(subscriber_key who, const char* reason) {
  auto place = replays.extract(who);
  replay from;
  if (!place.empty()) {
    from.ends_when_live = place.mapped().ends_when_live;
    from.live_at = place.mapped().live_at;
  }
  from.start = from.cursor = outlook.last_event_id;
  follow(who, from, {encode_frame(from.cursor, proto::reset_event(reason, from.cursor))});
}

void fan_out_state::publish(const publish_frames& news) {
  kept_to = std::max(kept_to, news.kept_to);
  for (const auto& what : news.frames) {
    recent.push_back(what);
    recent_bytes += cost_of(*what);
    note(*what);
  }
  if (!followers.empty()) // The others come back for it.
    hub->publish(channel, news.frames);
  std::erase_if(ending_at, [this](const auto& each) {
    bool is_over = outlook.last_event_id >= each.second;
    if (is_over)
      hub->push(each.first, {last_frame()});
    return is_over;
  });
  trim();
}

void fan_out_state::note(const frame& what) {
  outlook.last_event_id = what.id;
  if (starts_turn(what)) {
    outlook.last_turn = what.turn;
    outlook.last_turn_first_event = what.id;
    outlook.last_turn_carried = false;
    outlook.turn_runs = true;
  } else if (what.ends_turn && what.turn == outlook.last_turn) {
    // A turn cancelled in the queue is none that ran.
    outlook.turn_runs = false;
    if (!followers.empty())
      note_carried();
  }
}

void fan_out_state::note_carried() {
  outlook.last_turn_carried = true;
  self->send(directory, end_carried{session, outlook.last_turn});
}

void fan_out_state::trim() {
  while (recent_bytes > recent_bytes_max && recent.front()->id <= kept_to) {
    recent_bytes -= cost_of(*recent.front());
    forgotten_to = recent.front()->id;
    recent.pop_front();
  }
}

void fan_out_state::leave(subscriber_key who) {
  replays.erase(who);
  followers.erase(who);
  ending_at.erase(who);
}

bool fan_out_state::close() {
  if (!replays.empty() || !followers.empty())
    return false;
  hub->close_channel(channel);
  self->quit();
  return true;
}

fan_out_actor::behavior_type fan_out(fan_out_actor::stateful_pointer<fan_out_state> self,
                                     proto::session_id session, std::shared_ptr<stream_hub> hub,
                                     reader_actor archive, directory_actor directory,
                                     stream_outlook outlook) {
  auto& state = self->state;
  state.session = std::move(session);
  state.hub = std::move(hub);
  state.archive = std::move(archive);
  state.directory = std::move(directory);
  state.outlook = std::move(outlook);
  state.forgotten_to = state.outlook.last_event_id;
  state.channel = state.hub->open_channel(std::make_shared<hub_listener>(fan_out_actor(self)));
  return {
      [self](const open_stream& what) -> caf::result<acknowledged> {
        self->state.open(what);
        return acknowledged{};
      },
      [self](const publish_frames& news) { self->state.publish(news); },
      [self](const waiting_questions& all) { self->state.outlook.waiting = all.frames; },
      [self](const proto::delete_session&) {
        self->state.hub->close_channel(self->state.channel);
        self->quit();
      },
      [self](caf::close_atom) -> caf::result<bool> { return self->state.close(); },
      [self](caf::get_atom, subscriber_key who) { self->state.advance(who); },
      [self](caf::leave_atom, subscriber_key who) { self->state.leave(who); },
  };
}

} // namespace kodad::actors
