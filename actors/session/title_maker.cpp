#include "actors/session/title_maker.hpp"

#include "actors/turn/title.hpp"

namespace kodad::actors {

namespace {

constexpr int calls_max = 3; // KodaCode's; so is the pause.
constexpr auto pause = std::chrono::seconds(2);
constexpr size_t text_max = 4096;

} // namespace

void title_maker_state::call() {
  ++calls_;
  text_.clear();
  spent_ = {};
  last_call_ = last_call_ == 0 ? (self->id() << 20) + 1 : last_call_ + 1;
  self->send(provider,
             start_call{last_call_, id, request, caf::actor_cast<call_listener_actor>(self)});
}

void title_maker_state::take(const call_chunks& more) {
  for (const auto& chunk : more.chunks) {
    if (chunk.kind == proto::chunk_kind::text && text_.size() < text_max)
      text_ += chunk.text;
    if (chunk.kind == proto::chunk_kind::usage)
      spent_ = chunk.spent;
  }
}

void title_maker_state::finish(const call_ended& how) {
  all_ += spent_;
  bool may_pass = how.failure && how.failure->then == proto::provider::remedy::retry;
  if (may_pass && calls_ < calls_max) {
    self->delayed_send(self, pause, caf::tick_atom_v);
    return;
  }
  auto title = how.failure ? std::string() : title_of_answer(text_);
  self->send(session, title_made{std::move(title), all_, proto::cost_usd(all_, by)});
  self->quit();
}

title_maker_actor::behavior_type
title_maker(title_maker_actor::stateful_pointer<title_maker_state> self, title_wish wish) {
  auto& state = self->state;
  state.request = std::make_shared<const proto::chat_request>(title_request(wish.by, wish.content));
  state.session = std::move(wish.session);
  state.id = std::move(wish.id);
  state.provider = std::move(wish.provider);
  state.by = std::move(wish.by);
  self->monitor(state.session);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  self->send(self, caf::tick_atom_v);
  return {
      [](const call_waits&) {},
      [self](const call_chunks& more) { self->state.take(more); },
      [self](const call_ended& how) { self->state.finish(how); },
      [self](caf::tick_atom) { self->state.call(); },
  };
}

} // namespace kodad::actors
