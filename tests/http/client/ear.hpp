// What the client's tests share: a listener that can be waited for, and calls with it.
#pragma once

#include "http/client/client.hpp"

#include <chrono>
#include <condition_variable>
#include <doctest/doctest.h>
#include <mutex>

namespace kodad::http {

constexpr auto patience = std::chrono::seconds(60);

/// Remembers what it hears; others wait for it.
class ear final : public actors::http_listener {
public:
  void head(int given, actors::header_list given_headers) override {
    std::lock_guard lock(guard);
    ++heads;
    status = given;
    headers = std::move(given_headers);
    changed.notify_all();
  }

  void data(std::string bytes) override {
    std::lock_guard lock(guard);
    ++calls;
    body += bytes;
    changed.notify_all();
  }

  void end(std::optional<proto::error> given) override {
    std::lock_guard lock(guard);
    ++ends;
    failure = std::move(given);
    changed.notify_all();
  }

  template <class Condition>
  bool await(Condition reached) {
    std::unique_lock lock(guard);
    return changed.wait_for(lock, patience, [this, &reached] { return reached(*this); });
  }

  bool await_end() {
    return await([](const ear& e) { return e.ends > 0; });
  }

  std::optional<proto::ec> code() const {
    return failure ? std::optional(failure->code) : std::nullopt;
  }

  std::mutex guard;
  std::condition_variable changed;
  int heads = 0;
  int status = 0;
  int calls = 0;
  int ends = 0;
  actors::header_list headers;
  std::string body;
  std::optional<proto::error> failure;
};

inline std::unique_ptr<actors::http_client> make_client() {
  auto made = start_client({});
  REQUIRE(made.ok());
  return std::move(*made);
}

inline actors::http_request get(std::string url) {
  actors::http_request out;
  out.url = std::move(url);
  return out;
}

/// One exchange, waited for.
inline std::shared_ptr<ear> call(actors::http_client& client, actors::http_request request) {
  auto listener = std::make_shared<ear>();
  client.start(std::move(request), listener);
  REQUIRE(listener->await_end());
  return listener;
}

} // namespace kodad::http
