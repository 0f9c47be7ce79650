// CALL QUEUE: who is next when calls wait for a provider. First in, first out within a session, and
// round robin between sessions: one that asks for a hundred calls delays another by one. Pure; it
// does not start calls and has no bound of its own.
#pragma once

#include "actors/messages.hpp"

#include <deque>
#include <list>
#include <unordered_map>

namespace kodad::actors {

class call_queue {
public:
  void push(const proto::session_id& session, model_call_key call);

  /// Takes the next call out; nothing when none waits.
  std::optional<model_call_key> pop();

  /// The call that `pop` would take.
  std::optional<model_call_key> front() const;

  /// Takes one call out wherever it stands; tells whether it was there.
  bool remove(model_call_key call);

  size_t size() const { return session_of_.size(); }

private:
  struct line {
    proto::session_id session;
    std::deque<model_call_key> calls;
  };

  std::list<line> lines_; // Never an empty one; the front is next.
  std::unordered_map<proto::session_id, std::list<line>::iterator> line_of_;
  std::unordered_map<model_call_key, proto::session_id> session_of_;
};

} // namespace kodad::actors
