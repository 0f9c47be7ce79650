// The HUB: the public face of the SSE writer. Turns each call into a command in the mailbox; the
// work is done by sse_writer on the reactor's thread.
#pragma once

#include "actors/ports.hpp"
#include "http/gateway/mailbox.hpp"

#include <memory>

namespace kodad::http {

class hub final : public actors::stream_hub {
public:
  explicit hub(std::shared_ptr<mailbox> post) : post_(std::move(post)) {}

  actors::channel_key open_channel(std::shared_ptr<actors::channel_listener> listener) override;
  void close_channel(actors::channel_key channel) override;
  void adopt(actors::channel_key channel, actors::subscriber_key subscriber,
             actors::stream_filter filter) override;
  void push(actors::subscriber_key subscriber, std::vector<actors::shared_frame> page) override;
  void follow(actors::subscriber_key subscriber,
              std::vector<actors::shared_frame> backlog) override;
  void publish(actors::channel_key channel, std::vector<actors::shared_frame> frames) override;

private:
  std::shared_ptr<mailbox> post_;
};

} // namespace kodad::http
