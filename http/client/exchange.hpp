// EXCHANGE: one request and its answer on a curl easy handle. Turns curl's callbacks into the calls
// of actors::http_listener, gathers the bytes of one wake-up, and knows when silence is too long.
// Owns neither the handle nor any timer: curl_loop does.
#pragma once

#include "actors/ports.hpp"
#include "http/client/client.hpp"
#include "http/client/peer_name.hpp"

#include <chrono>
#include <curl/curl.h>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace kodad::http {

using steady = std::chrono::steady_clock;

class exchange;

/// What the exchanges of one loop share: the time of the current wake-up, and who has data.
struct wake_up {
  steady::time_point now;
  std::vector<exchange*> with_data;
};

/// What one client starts with.
struct start_command {
  actors::exchange_key key = 0;
  actors::http_request request;
  std::shared_ptr<actors::http_listener> listener;
};

class exchange {
public:
  exchange(start_command start, CURL* easy, wake_up& current);
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;
  ~exchange();

  /// Sets every option of the handle. Fails with `provider_down` for a request that cannot be sent.
  proto::result<void> prepare(const client_options& options, CURLSH* share);

  actors::exchange_key key() const { return key_; }
  CURL* easy() const { return easy_; }

  /// Whose address it needs before it may go out; see `use`.
  const peer_name& peer() const { return peer_; }

  /// It waits for an address from now on, until `use` brings some.
  void await_address() { awaits_address_ = true; }
  bool awaits_address() const { return awaits_address_; }
  void use(const std::vector<std::string>& addresses);

  /// The error for a name without an address.
  proto::error nameless(const std::string& why) const;

  /// When the present silence, or the whole exchange, becomes too long.
  steady::time_point deadline() const;

  /// The next moment at which looking at `deadline` makes sense, given that bytes may come.
  steady::time_point next_look(steady::time_point now) const;

  /// Hands the gathered bytes to the listener.
  void flush();

  /// Flushes, and says the last word. @param code What curl made of it.
  void end(CURLcode code);
  void end_with(std::optional<proto::error> failure);

  /// The error for a silence beyond `deadline`.
  proto::error silence() const;

private:
  static size_t on_header(char* bytes, size_t size, size_t count, void* self);
  static size_t on_body(char* bytes, size_t size, size_t count, void* self);

  proto::result<void> add_headers();
  void set_method();
  void set_connection(const client_options& options, CURLSH* share);
  bool take_header(std::string_view line);
  void finish_head();
  void drop_sent_body();
  std::optional<proto::error> refusal_of_proxy() const;
  proto::error failure_of(CURLcode code) const;
  std::string host() const;

  actors::exchange_key key_;
  actors::http_request request_;
  std::shared_ptr<actors::http_listener> listener_;
  CURL* easy_;
  wake_up& current_;
  curl_slist* lines_ = nullptr;
  curl_slist* addresses_ = nullptr;
  std::string proxy_; ///< Empty: the host is called directly.
  peer_name peer_;
  bool awaits_address_ = false;
  steady::time_point started_;
  std::optional<steady::time_point> last_byte_;
  int status_ = 0;
  actors::header_list head_;
  size_t head_bytes_ = 0;
  bool head_told_ = false;
  std::string gathered_;
};

} // namespace kodad::http
