// The DOOR: may this request come in? Pure checks of Host (against DNS rebinding), Origin and
// Sec-Fetch-Site (against foreign web pages) and the bearer token, before any route sees it.
#pragma once

#include "http/gateway/request.hpp"
#include "proto/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::http {

struct door_options {
  uint16_t port = 0;                ///< The one we are bound to.
  std::vector<std::string> hosts;   ///< "name" (with any port) or "name:port" beside loopback.
  std::vector<std::string> origins; ///< Foreign origins that are welcome: "https://x.example".
  std::vector<std::string> tokens;  ///< When not empty, every request must bear one of them.
};

class door {
public:
  explicit door(door_options options);

  /// Checks Host, Origin, then the token. @param headers Names in lower case.
  std::optional<proto::error> refusal(const header_list& headers) const;

  /// As `refusal`, without the token: a browser's preflight cannot carry one, and who watches
  /// whether the server lives has none.
  std::optional<proto::error> tokenless_refusal(const header_list& headers) const;

  /// The request's origin when it is one of the configured foreign ones (it then gets CORS
  /// headers), else "".
  std::string welcome_origin(const header_list& headers) const;

private:
  bool host_fits(std::string_view host) const;
  bool origin_fits(std::string_view origin) const;
  bool token_fits(const header_list& headers) const;

  door_options options_;
};

} // namespace kodad::http
