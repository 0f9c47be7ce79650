#include "actors/session/event_outbox.hpp"

namespace kodad::actors {

namespace {

/// Ids reserved ahead of need: far more events than a turn shows between two commits (which are at
/// most 100 ms apart), and few enough that a crash leaves small gaps.
constexpr uint64_t reservation = 8192;

} // namespace

shared_frame encode_frame(uint64_t id, const proto::event& what) {
  auto out = std::make_shared<frame>();
  out->id = id;
  out->turn = what.turn;
  out->ends_turn = ends_turn(what.type);
  auto& text = out->text;
  text.reserve(what.data.size() + 96);
  if (id > 0)
    text.append("id: ").append(std::to_string(id)).append("\n");
  out->event_begin = static_cast<uint32_t>(text.size());
  auto name = words(what.type)[static_cast<size_t>(what.type)];
  text.append("event: ").append(name);
  // Clients that see nothing but the data learn the event's name from its first member.
  text.append("\ndata: {\"type\":\"").append(name).append("\"");
  auto rest = std::string_view(what.data).substr(1); // Behind the brace.
  if (!rest.starts_with('}'))
    text.push_back(',');
  if (what.content_end > 0) {
    out->content_begin = static_cast<uint32_t>(text.size()) + what.content_begin - 1;
    out->content_end = static_cast<uint32_t>(text.size()) + what.content_end - 1;
  }
  text.append(rest).append("\n\n");
  return out;
}

event_outbox::event_outbox(uint64_t last_id)
    : last_id_(last_id), kept_to_(last_id), reserved_(last_id) {}

uint64_t event_outbox::add_transient(proto::event what) {
  return add(std::move(what), false);
}

uint64_t event_outbox::add_durable(proto::event what) {
  return add(std::move(what), true);
}

uint64_t event_outbox::add(proto::event what, bool durable) {
  held_.push_back({encode_frame(++last_id_, what), durable});
  unkept_bytes_ += what.data.size();
  unkept_.push_back({last_id_, std::move(what)});
  return last_id_;
}

event_outbox::cargo event_outbox::take() {
  cargo out;
  out.ticket = ++last_ticket_;
  out.events = std::move(unkept_);
  unkept_.clear();
  unkept_bytes_ = 0;
  out.reserved = last_id_ + reservation;
  under_way_.push_back({out.ticket, last_id_, out.reserved});
  return out;
}

void event_outbox::committed(uint64_t ticket) {
  auto at = under_way_.begin();
  for (; at != under_way_.end() && at->ticket <= ticket; ++at) {
    kept_to_ = at->last_id;
    reserved_ = at->reserved;
  }
  under_way_.erase(under_way_.begin(), at);
}

std::vector<shared_frame> event_outbox::release() {
  std::vector<shared_frame> out;
  auto at = held_.begin();
  for (; at != held_.end(); ++at) {
    if (at->frame->id > (at->durable ? kept_to_ : reserved_))
      break;
    out.push_back(std::move(at->frame));
  }
  held_.erase(held_.begin(), at);
  return out;
}

} // namespace kodad::actors
