#include "tests/load/request_pool.hpp"

namespace kodad::load {

struct request_pool::lane final : connection_listener {
  lane(request_pool& its_pool) : pool(its_pool), socket(its_pool.loop_, its_pool.server_, *this) {}

  void on_head(int status) override { status_now = status; }
  void on_body(std::string_view piece) override { body.append(piece); }
  void on_end() override { pool.finish(*this, status_now); }
  void on_broken(std::string_view) override {
    if (busy)
      pool.finish(*this, 0);
  }

  request_pool& pool;
  connection socket;
  request current;
  std::string body;
  int status_now = 0;
  int64_t sent_ns = 0;
  bool busy = false;
};

request_pool::request_pool(poller& loop, const endpoint& server, size_t connections)
    : loop_(loop), server_(server) {
  for (size_t i = 0; i < connections; ++i) {
    lanes_.push_back(std::make_unique<lane>(*this));
    free_.push_back(lanes_.back().get());
  }
}

request_pool::~request_pool() = default;

void request_pool::send(request next) {
  waiting_.push_back(std::move(next));
  start_waiting();
}

// Not re-entered: a lane that breaks at once comes back here through its answer.
void request_pool::start_waiting() {
  if (starting_)
    return;
  starting_ = true;
  while (!waiting_.empty() && !free_.empty()) {
    lane& on = *free_.back();
    free_.pop_back();
    on.current = std::move(waiting_.front());
    waiting_.pop_front();
    start(on);
  }
  starting_ = false;
}

void request_pool::start(lane& on) {
  on.busy = true;
  ++busy_;
  on.body.clear();
  on.sent_ns = now_ns();
  const request& what = on.current;
  on.socket.send(to_bytes({what.method, what.path, what.body, what.fields}, server_));
}

void request_pool::finish(lane& on, int status) {
  answer reply{status, std::move(on.body), on.sent_ns, now_ns() - on.sent_ns};
  auto on_answer = std::move(on.current.on_answer);
  on.body.clear();
  on.busy = false;
  --busy_;
  free_.push_back(&on);
  on_answer(reply);
  start_waiting();
}

} // namespace kodad::load
