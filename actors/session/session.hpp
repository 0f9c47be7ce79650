// The SESSION actor. Interface: actors/interfaces.hpp.
//
// Owns one session's record, transcript, event numbers and queue, and the turn that runs. Promises
// that nothing durable is answered or shown before its commit, and that events come out in order
// and are numbered once. It never talks to a provider or runs a tool: the turn does.
//
// A commit that fails leaves what is in memory ahead of what is kept. The session then answers all
// that waits with the error and quits; the directory loads it again from what is kept.
#pragma once

#include "actors/session/event_outbox.hpp"
#include "actors/session/repeat_guard.hpp"
#include "actors/session/world.hpp"
#include "actors/turn/turn.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace kodad::actors {

/// What is known of a session when it is loaded.
struct session_start {
  proto::session_record record;
  std::vector<proto::turn_record> active; ///< Turns cut off or queued, by number.
  std::vector<proto::question_record> waiting;
};

struct session_state {
  using turn_promise = caf::typed_response_promise<proto::turn>;
  using session_promise = caf::typed_response_promise<proto::session>;
  using done_promise = caf::typed_response_promise<acknowledged>;
  using retire_promise = caf::typed_response_promise<bool>;
  using on_commit = std::function<void(const std::optional<proto::error>&)>;

  /// An answer on its way through the turn.
  struct pending_answer {
    done_promise promise;
    proto::idempotency once;
  };

  /// A new turn, and the message that asks for it.
  struct added_turn {
    proto::turn_record turn;
    proto::full_message said;
  };

  explicit session_state(session_actor::pointer self_ptr);

  static inline const char* name = "session";

  // Loading (session.cpp).
  void load(session_start start);

  // Messages and the queue (session_messages.cpp).
  void accept(const proto::send_message& message, turn_promise promise);
  std::optional<proto::error> refuse(const proto::send_message& message) const;
  void load(const proto::send_message& message, turn_promise promise);
  void admit(const proto::send_message& message, const std::vector<proto::part_record>& files,
             std::optional<proto::error> problem, turn_promise promise);
  proto::model model_of(const proto::send_message& message) const;
  added_turn add_turn(const proto::send_message& message,
                      const std::vector<proto::part_record>& files, storage::write_batch& batch);
  void begin_turn(proto::turn_record next, storage::write_batch& batch,
                  std::vector<proto::event>& events);
  void forget_old_events(uint32_t number, storage::write_batch& batch);
  void start_next();
  void renumber_queue(storage::write_batch& batch);
  void spawn_turn(start_mode mode, shared_transcript history = nullptr);
  std::vector<proto::model> models_for(const proto::model_id& own) const;
  double budget_usd() const;

  // The name (session_title.cpp).
  void ask_for_title(const std::string& content);
  void take_title(const title_made& made);

  // The running turn (session_turn.cpp).
  void show(turn_shows shown);
  void keep_shown();
  void keep_step(const turn_keeps& step, done_promise promise);
  turn_keeps with_event_ids(turn_keeps step) const;
  void end(const turn_ends& how, done_promise promise);
  void fail_turn(const proto::error& why);
  void tell_failure(const proto::error& why) const;
  void apply(const turn_keeps& step, storage::write_batch& batch);
  void close_books(proto::turn_record& ended, const turn_ends& how, storage::write_batch& batch);
  void turn_is_over();
  proto::event terminal_event(const proto::turn_record& ended, const turn_ends& how) const;

  // Other commands (session_commands.cpp).
  void answer(const proto::answer_question& given, done_promise promise);
  std::optional<proto::error> refuse(const proto::answer_question& given) const;
  std::optional<proto::error> refuse_always(const proto::question& asked) const;
  void cancel(const proto::cancel_turn& which, turn_promise promise);
  proto::error refuse(const proto::cancel_turn& which) const;
  void cancel_running(turn_promise promise);
  void withdraw(std::vector<proto::turn_record>::iterator queued, turn_promise promise);
  void patch(const proto::patch_session& change, session_promise promise);
  std::optional<proto::error> refuse(const proto::patch_session& change) const;
  void remove(const proto::delete_session&, done_promise promise);
  void erase_all();

  // Leaving (session.cpp).
  void flush(const caf::flush_atom&, done_promise promise);
  void retire(const caf::close_atom&, retire_promise promise);
  void settle(on_commit then);

  // Commits and events (session.cpp).
  void commit(storage::write_batch batch, std::vector<proto::event> events, on_commit then);
  void number(proto::event& what);
  void publish();
  void publish_waiting();
  void break_down(const proto::error& why);
  bool is_idle() const;
  proto::session_status status() const;

  session_actor::pointer self;
  shared_world world;
  fan_out_actor audience;
  catalogs known;

  proto::session_record record;
  proto::session_record written; ///< As of the last commit asked for.
  event_outbox outbox{0};
  uint64_t attempt_base = 0; ///< The last event before the present model call.

  std::optional<proto::turn_record> current;
  turn_actor runner;
  std::vector<proto::turn_record> queue; ///< The next to run is the first.
  std::map<proto::question_id, proto::question_record> waiting;
  std::map<proto::question_id, pending_answer> answering;

  repeat_guard repeats;
  std::optional<done_promise> removing;
  size_t commits_under_way = 0;
  bool flush_is_due = false;
  bool is_settling = false;
  bool is_broken = false;
};

/// @param start What the database holds of the session.
/// @param audience The session's fan-out.
session_actor::behavior_type session(session_actor::stateful_pointer<session_state> self,
                                     shared_world world, fan_out_actor audience, catalogs known,
                                     session_start start);

} // namespace kodad::actors
