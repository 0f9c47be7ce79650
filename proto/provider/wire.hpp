// WIRE: what an adapter asks the HTTP client to send, and to whom.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace kodad::proto::provider {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// Where and as whom to call. Holds a secret: never logged.
struct endpoint {
  std::string provider_id;
  std::string base_url; ///< With or without its version suffix; no trailing slash needed.
  std::string api_key;  ///< Empty: no credentials are sent.
};

struct wire_request {
  std::string method = "POST";
  std::string url;
  header_list headers;
  std::string body;
};

} // namespace kodad::proto::provider
