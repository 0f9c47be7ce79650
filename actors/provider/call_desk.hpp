// CALL DESK: the part of a provider actor that admits calls. Runs as many as the bound allows, lets
// the rest wait in fair order, and sees to it that every start_call is answered by exactly one
// call_ended, be it refused, cancelled in the queue, or left behind by a call that broke. A call
// once started answers for itself.
#pragma once

#include "actors/provider/call_queue.hpp"
#include "actors/provider/model_call.hpp"

#include <functional>
#include <unordered_map>

namespace kodad::actors {

struct desk_bounds {
  size_t streams_max = 0; ///< Calls that run at once.
  size_t waiting_max = 0; ///< Calls that wait for a place.
};

class call_desk {
public:
  /// Spawns the actor of one call, monitored by the provider.
  using opener = std::function<model_call_actor(const start_call&)>;

  call_desk() = default;
  call_desk(desk_bounds bounds, opener open) : bounds_(bounds), open_(std::move(open)) {}

  /// Starts the call, queues it, or refuses it with `host_full`.
  void start(const start_call& call);

  /// Without effect on a call that is over.
  void cancel(model_call_key call);

  /// A running call has ended and has told its listener.
  void ended(model_call_key call);

  /// The actor of a call is gone without a word; its listener is told.
  void broke(const caf::actor_addr& who);

  /// Ends everything: the provider stops.
  void close();

  size_t running() const { return running_.size(); }
  size_t waiting() const { return queue_.size(); }

private:
  struct running_call {
    model_call_actor actor;
    call_listener_actor listener;
  };

  void admit(const start_call& call);
  void admit_next();

  desk_bounds bounds_;
  opener open_;
  bool closed_ = false;
  std::unordered_map<model_call_key, running_call> running_;
  std::unordered_map<model_call_key, start_call> waiting_;
  call_queue queue_;
};

/// What a cancelled call ends with.
proto::provider::call_failure cancelled_failure();

} // namespace kodad::actors
