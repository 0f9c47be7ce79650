// One open event stream of a session: the connection and its books. Streams stay open after the
// turn; a subscription never resumes by itself, so that a broken stream shows.
#pragma once

#include "tests/load/connection.hpp"
#include "tests/load/stream_tally.hpp"

#include <string>

namespace kodad::load {

class subscription final : private connection_listener {
public:
  subscription(poller& loop, const endpoint& server) : socket_(loop, server, *this) {}

  /// Sends the request; the rest comes with the loop.
  void open(const std::string& session, const endpoint& server);

  bool is_live() const { return status_ == 200; }
  bool is_broken() const { return !reason_.empty(); }
  bool is_settled() const { return is_broken() || books_.is_over(); }
  int status() const { return status_; } ///< 0: no head yet.
  const std::string& reason() const { return reason_; }
  const stream_tally& books() const { return books_; }

private:
  void on_head(int status) override;
  void on_body(std::string_view piece) override;
  void on_end() override;
  void on_broken(std::string_view reason) override;

  connection socket_;
  stream_tally books_;
  std::string reason_;
  int status_ = 0;
};

} // namespace kodad::load
