// CONNECTION: one client's socket and how far its current request has come. Small: an idle one has
// no buffers. The table numbers connections so that a late answer never reaches the next client
// that happens to get the same slot, and knows of each phase who has been in it the longest.
#pragma once

#include "http/gateway/options.hpp"
#include "http/gateway/pace.hpp"
#include "http/gateway/reply_token.hpp"
#include "http/gateway/request_reader.hpp"
#include "http/gateway/socket.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace kodad::http {

/// A response on its way out.
struct outgoing {
  std::string head;
  std::string body;
  size_t sent = 0; ///< Of both together.
  http::pace pace;
};

struct connection {
  enum class phase : uint8_t {
    idle,       ///< Between requests.
    reading,    ///< A part of a request's head is here.
    receiving,  ///< The head is whole, the body is coming.
    waiting,    ///< A worker or an actor has the request.
    responding, ///< The response is leaving.
    lingering,  ///< Answered for the last time; the peer may still be sending.
    closed,
  };

  uint64_t id = 0;
  descriptor socket;
  phase now = phase::idle;
  bool may_read = false;   ///< The socket may hold bytes we have not read.
  bool peer_ended = false; ///< The client has closed its side.
  bool keep_alive = true;
  bool head_only = false;  ///< The request is HEAD.
  bool is_1_0 = false;     ///< The request is HTTP/1.0.
  bool continued = false;  ///< "100 Continue" was sent.
  bool is_resumed = false; ///< Stands in the reactor's list of connections to go on with.
  bool above_cap = false;  ///< Only told to come back, unless its request is urgent.
  uint32_t serial = 0;     ///< Of the current request.
  instant since;           ///< When the phase began, or last made progress.
  size_t discarded = 0;
  size_t weight = 0; ///< Bytes of its request or response that count for the door's bound.
  size_t answer = 0; ///< Bytes of its answer, while it leaves.
  actors::subscriber_key reserved = 0;
  std::weak_ptr<pending_reply> reply;
  std::unique_ptr<request_reader> reader;
  std::unique_ptr<outgoing> out;
  std::unique_ptr<std::string> unread; ///< Pipelined bytes behind the current request.

  // Its place among those of its phase.
  connection* older = nullptr;
  connection* younger = nullptr;
};

class connection_table {
public:
  /// A new one, idle since `now`.
  connection& add(descriptor socket, instant now);
  connection* find(uint64_t id);
  void remove(connection& gone);
  size_t size() const { return size_; }

  /// The connection is in this phase from `now` on, or makes progress in the one it has: it is the
  /// youngest there. Constant time.
  void enter(connection& c, connection::phase next, instant now);

  /// Who has been in this phase, without progress, the longest; null when nobody is. Constant time.
  connection* oldest(connection::phase which) const { return line_of(which).oldest; }

  /// How many are in this phase.
  size_t count(connection::phase which) const { return line_of(which).size; }

  /// Calls `visit(connection&)` for each; `visit` must not add or remove.
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& at : slots_)
      if (at.held)
        visit(*at.held);
  }

private:
  struct slot {
    std::unique_ptr<connection> held;
    uint32_t generation = 0;
  };

  /// Those of one phase, by the time they entered it.
  struct line {
    connection* oldest = nullptr;
    connection* youngest = nullptr;
    size_t size = 0;
  };

  line& line_of(connection::phase which) { return lines_[static_cast<size_t>(which)]; }
  const line& line_of(connection::phase which) const { return lines_[static_cast<size_t>(which)]; }
  void leave_line(connection& c);

  std::array<line, static_cast<size_t>(connection::phase::closed) + 1> lines_;
  std::vector<slot> slots_;
  std::vector<uint32_t> free_;
  size_t size_ = 0;
};

} // namespace kodad::http
