// The SESSION DIRECTORY actor. Interface: actors/interfaces.hpp.
//
// Knows which sessions are in memory, loads them when somebody needs them and retires them when
// nobody does; a retired session costs nothing but its rows. Makes new sessions and branches. All
// commands for a session pass through here, so that none can reach one that is leaving.
#pragma once

#include "actors/memory/heap_keeper.hpp"
#include "actors/session/repeat_guard.hpp"
#include "actors/session/session.hpp"
#include "actors/session/world.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>

namespace kodad::actors {

struct directory_state {
  using clock = std::chrono::steady_clock;

  explicit directory_state(directory_actor::pointer self_ptr) : self(self_ptr) {}

  static inline const char* name = "directory";

  struct entry {
    session_actor session; ///< Empty: not loaded.
    fan_out_actor audience;
    bool is_retiring = false;
    std::vector<std::function<void()>> parked; ///< Commands that came while it retires.
    clock::time_point last_used;
  };

  // Making sessions (directory_create.cpp).
  void create(const proto::create_session& wish,
              caf::typed_response_promise<proto::session> promise);
  std::optional<proto::error> refuse(const proto::create_session& wish) const;
  void create_in(const proto::create_session& wish, const std::string& workspace,
                 caf::typed_response_promise<proto::session> promise);
  void branch(const proto::branch_session& wish,
              caf::typed_response_promise<proto::session> promise);
  void add_branch(const proto::branch_session& wish, proto::session_record made, branch_plan& plan,
                  caf::typed_response_promise<proto::session> promise);
  void add(proto::session_record made, storage::write_batch batch, const proto::idempotency& once,
           caf::typed_response_promise<proto::session> promise);

  // Finding and retiring them (directory.cpp).
  proto::result<proto::session_record> find(const proto::session_id& id) const;
  proto::result<entry*> loaded(const proto::session_id& id);
  /// @param record The session's, where it is known.
  proto::result<entry*> with_audience(const proto::session_id& id,
                                      const proto::session_record* record = nullptr);
  proto::result<session_start> read_start(const proto::session_id& id) const;
  proto::result<stream_outlook> read_outlook(const proto::session_record& record) const;
  template <class T, class Command>
  void forward(const Command& command, caf::typed_response_promise<T> promise);
  void open(const open_stream& what, caf::typed_response_promise<acknowledged> promise);
  void remove(const proto::delete_session& which,
              caf::typed_response_promise<acknowledged> promise);
  void forget(const proto::session_id& id);
  bool park(const proto::session_id& id, std::function<void()> again);
  void note_carried(const end_carried& end);
  void resume_cut_off();
  void go_on(const proto::session_id& id);
  void look_for_idle();
  void retire_some();
  void retire(const proto::session_id& id);
  void retired(const proto::session_id& id, bool left);
  void audience_closed(const proto::session_id& id, bool left);
  template <class Handle, class Then>
  void ask_to_leave(const Handle& whom, Then then);
  void drop_if_empty(const proto::session_id& id);
  void watch();
  void session_down(const caf::down_msg& gone);
  void flush(caf::typed_response_promise<acknowledged> promise);
  void flushed_one();
  template <class News>
  void take(const News& news);

  directory_actor::pointer self;
  shared_world world;
  std::shared_ptr<stream_hub> hub;
  heap_keeper_actor heap;
  catalogs known;
  std::unordered_map<proto::session_id, entry> entries;
  std::unordered_map<caf::actor_id, proto::session_id> session_of;
  std::vector<proto::session_id> idle; ///< To be asked to leave, a few at a time.
  size_t retiring = 0;                 ///< Asked, and not done yet.
  uint64_t left = 0;                   ///< Sessions gone that `heap` has not heard of.
  repeat_guard repeats{{SIZE_MAX, proto::limits::replies}}; // Every client of the host makes some.
  caf::typed_response_promise<acknowledged> flushing;
  size_t flushes_open = 0;
  bool is_flushing = false;
};

/// @param heap Told of sessions that have left memory; may be empty.
/// @param known Agents and models as of the start: commands and cut-off turns need them at once.
directory_actor::behavior_type directory(directory_actor::stateful_pointer<directory_state> self,
                                         shared_world world, std::shared_ptr<stream_hub> hub,
                                         heap_keeper_actor heap, catalogs known);

} // namespace kodad::actors
