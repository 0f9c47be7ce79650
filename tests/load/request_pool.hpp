// Requests over a fixed number of kept connections: each connection has one request at a time, the
// others wait in line. A connection that breaks answers its request with status 0 and opens anew
// for the next one; nothing is sent twice.
#pragma once

#include "tests/load/connection.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kodad::load {

struct answer {
  int status = 0; ///< 0: the connection broke.
  std::string body;
  int64_t sent_ns = 0;
  int64_t latency_ns = 0;
};

struct request {
  std::string method;
  std::string path;
  std::string body;
  std::function<void(const answer&)> on_answer;
  std::string fields{}; ///< More head fields, each ended by CR LF.
};

class request_pool {
public:
  request_pool(poller& loop, const endpoint& server, size_t connections);
  ~request_pool();

  void send(request next);
  size_t size() const { return lanes_.size(); }
  bool is_idle() const { return waiting_.empty() && busy_ == 0; }

private:
  struct lane;
  void start(lane& on);
  void finish(lane& on, int status);
  void start_waiting();

  poller& loop_;
  const endpoint& server_;
  std::vector<std::unique_ptr<lane>> lanes_;
  std::vector<lane*> free_;
  std::deque<request> waiting_;
  size_t busy_ = 0;
  bool starting_ = false;
};

} // namespace kodad::load
