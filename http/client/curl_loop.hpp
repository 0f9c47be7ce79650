// The CURL LOOP: all exchanges of one client on one thread. Owns the multi handle, the epoll set,
// the spare easy handles and the deadlines. Nothing in here is thread-safe; curl_client carries
// the commands over.
#pragma once

#include "http/client/exchange.hpp"
#include "http/client/name_lookup.hpp"

#include <functional>
#include <queue>
#include <sys/epoll.h>
#include <unordered_map>

namespace kodad::http {

class curl_loop {
public:
  /// @param wake_fd An eventfd that makes `turn` return.
  curl_loop(client_options options, int wake_fd);
  ~curl_loop();
  curl_loop(const curl_loop&) = delete;
  curl_loop& operator=(const curl_loop&) = delete;

  /// Did the system give everything needed?
  bool is_open() const { return multi_ && share_ && epoll_ >= 0; }

  void start(start_command command);
  void cancel(actors::exchange_key key);

  /// Waits for something to happen and lets the listeners know of all of it.
  void turn();

  /// Ends every exchange with `cancelled`.
  void cancel_all();

private:
  struct look {
    steady::time_point at;
    actors::exchange_key key;
    bool operator>(const look& other) const { return at > other.at; }
  };

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* known);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);

  void set_up_multi();
  void let_connections_go();
  void send(exchange& ready);
  void take_names();
  void leave_queue(const exchange& leaving);
  void watch(curl_socket_t fd, int what, bool known);
  int wait_ms() const;
  void move_ready(int count);
  void move_late();
  void flush_gathered();
  void reap();
  void end_silent();
  void retire(actors::exchange_key key, const std::function<void(exchange&)>& last_word);
  CURL* take_easy();
  void give_back(CURL* easy);

  client_options options_;
  int wake_fd_;
  int epoll_ = -1;
  CURLM* multi_ = nullptr;
  CURLSH* share_ = nullptr;
  wake_up current_;
  std::optional<steady::time_point> curl_timer_;
  std::optional<steady::time_point> idle_from_; // Since when no exchange is open.
  std::unordered_map<actors::exchange_key, std::unique_ptr<exchange>> exchanges_;
  name_lookup names_;
  /// Who waits for the address of a name.
  std::unordered_map<std::string, std::vector<actors::exchange_key>> nameless_;
  std::priority_queue<look, std::vector<look>, std::greater<>> looks_;
  std::vector<CURL*> spare_;
  std::vector<epoll_event> events_;
};

} // namespace kodad::http
