// CALL DESK: the part of a provider actor that admits calls. Starts them as the governor allows,
// lets the rest wait in fair order, and sees to it that every start_call is answered by exactly one
// call_ended, be it refused, cancelled in the queue, or left behind by a call that broke. A call
// once started answers for itself. Who waits long is told so.
#pragma once

#include "actors/provider/call_queue.hpp"
#include "actors/provider/governor.hpp"
#include "actors/provider/model_call.hpp"

#include <caf/system_messages.hpp>

#include <deque>
#include <functional>
#include <unordered_map>

namespace kodad::actors {

struct desk_bounds {
  size_t streams_max = 0; ///< Calls that run at once.
  size_t waiting_max = 0; ///< Calls that wait for a place.
  size_t first_burst = 0; ///< Calls that may be without an answer while no limit is known.
};

class call_desk {
public:
  /// What the desk needs of its actor.
  struct ports {
    /// Spawns the actor of one call, monitored by the provider.
    std::function<model_call_actor(const start_call&)> open;
    std::function<int64_t()> now_ms; ///< Of a steady clock.
    /// Sees to it that `tick` is called after so many milliseconds.
    std::function<void(int64_t)> wake_in;
  };

  call_desk() = default;
  call_desk(desk_bounds bounds, ports with)
      : bounds_(bounds), with_(std::move(with)), rules_(bounds.streams_max, bounds.first_burst) {}

  /// Starts the call, queues it, or refuses it: with `host_full` when too many wait, with
  /// `rate_limited` when the provider does not want to be called for longer than
  /// `limits::provider_patience`. Who waits is refused too when the provider refuses everything.
  void start(const start_call& call);

  /// Without effect on a call that is over.
  void cancel(model_call_key call);

  /// The head of a running call's answer has come.
  void heard(const call_headed& head);

  /// A running call has ended and has told its listener.
  void ended(const call_ended& call);

  /// The actor of a call is gone without a word; its listener is told.
  void broke(const caf::down_msg& gone);

  /// The time asked for by `wake_in` has come.
  void tick();

  /// Ends everything: the provider stops.
  void close();

  size_t running() const { return running_.size(); }
  size_t waiting() const { return queue_.size(); }
  governor_report report() { return rules_.report(with_.now_ms()); }

private:
  struct running_call {
    model_call_actor actor;
    call_listener_actor listener;
    call_pass pass;
  };
  struct waiting_call {
    start_call call;
    int64_t tokens = 0;
  };

  void admit(const start_call& call, int64_t tokens);
  void admit_next();
  void refuse_if_hopeless(const std::optional<proto::provider::call_failure>& last);
  void tell_who_waits(const governor::verdict& why);
  void wake_for(const governor::verdict& next);

  desk_bounds bounds_;
  ports with_;
  governor rules_;
  bool closed_ = false;
  std::unordered_map<model_call_key, running_call> running_;
  std::unordered_map<model_call_key, waiting_call> waiting_;
  call_queue queue_;
  std::deque<std::pair<int64_t, model_call_key>> untold_; // Who waits since when, not told so.
  int64_t wake_at_ = 0; // The earliest tick asked for; 0 for none.
};

/// What a cancelled call ends with.
proto::provider::call_failure cancelled_failure();

} // namespace kodad::actors
