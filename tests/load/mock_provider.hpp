// A model provider without a model: speaks the OpenAI chat protocol to any number of clients, from
// one thread, at no delay or at a steady pace per stream. It keeps no conversation.
#pragma once

#include "tests/load/mock_reply.hpp"
#include "tests/load/mock_request.hpp"
#include "tests/load/poller.hpp"

#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

namespace kodad::load {

class mock_provider final : private ready_handler {
public:
  struct settings {
    uint16_t port = 0;
    int64_t delay_ns = 0; ///< Between two chunks of one stream.
    reply_shape shape{};
  };
  explicit mock_provider(const settings& given);
  ~mock_provider();

  /// Serves until `is_over` says so, asking it at least once a second.
  void run(const volatile int& is_over);

private:
  struct client;
  struct due_chunk {
    int64_t at_ns;
    uint64_t client_number; ///< A number, not a pointer: clients may leave before.
    bool operator>(const due_chunk& other) const { return at_ns > other.at_ns; }
  };

  void on_ready(uint32_t events) override;
  void read(client& from);
  void answer_next(client& to);
  const streamed_reply* stream_for(const mock_request& asked) const;
  void send_up_to(client& to, size_t end);
  void send_due();
  void close(client& gone);

  settings settings_;
  replies replies_;
  poller loop_;
  int listener_;
  std::unordered_map<uint64_t, std::unique_ptr<client>> clients_;
  std::vector<std::unique_ptr<client>> gone_; ///< Freed when no event can point to them.
  std::priority_queue<due_chunk, std::vector<due_chunk>, std::greater<>> due_;
  uint64_t next_number_ = 1;
};

} // namespace kodad::load
