// The TITLE MAKER actor: asks the utility model once what to call a session, tells the session
// (title_made) and quits. A failed call is made again twice; then the session keeps the title it
// has. Goes when its session goes.
#pragma once

#include "actors/session/world.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace kodad::actors {

using title_maker_actor =
    call_listener_actor::extend<caf::reacts_to<caf::tick_atom>>; // INTERNAL: make the call.

struct title_maker_state {
  explicit title_maker_state(title_maker_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "title_maker";

  void call();
  void take(const call_chunks& more);
  void finish(const call_ended& how);

  title_maker_actor::pointer self;
  session_actor session;
  proto::session_id id;
  provider_actor provider;
  proto::model by;
  std::shared_ptr<const proto::chat_request> request;

private:
  model_call_key last_call_ = 0;
  int calls_ = 0;
  std::string text_;
  proto::usage spent_; // Of the call under way.
  proto::usage all_;   // Of the calls before.
};

/// What a title is made from.
struct title_wish {
  session_actor session;
  proto::session_id id;
  provider_actor provider; ///< Of the utility model.
  proto::model by;
  std::string content; ///< The session's first message.
};

title_maker_actor::behavior_type
title_maker(title_maker_actor::stateful_pointer<title_maker_state> self, title_wish wish);

} // namespace kodad::actors
