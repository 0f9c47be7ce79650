#include "tests/load/subscription.hpp"

namespace kodad::load {

void subscription::open(const std::string& session, const endpoint& server) {
  std::string path = "/sessions/" + session + "/stream";
  socket_.send(to_bytes({"GET", path, {}, "Accept: text/event-stream\r\n"}, server));
}

void subscription::on_head(int status) {
  status_ = status;
  if (status != 200)
    reason_ = "status " + std::to_string(status);
}

void subscription::on_body(std::string_view piece) {
  if (status_ == 200)
    books_.feed(piece);
}

void subscription::on_end() {
  on_broken("the server ended the stream");
}

void subscription::on_broken(std::string_view reason) {
  if (reason_.empty())
    reason_ = reason;
}

} // namespace kodad::load
