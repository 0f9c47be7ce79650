#include "http/client/peer_name.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <memory>
#include <strings.h>

namespace kodad::http {

namespace {

using parsed_url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string part_of(const parsed_url& url, CURLUPart part, unsigned flags) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK)
    return {};
  std::string out = text;
  curl_free(text);
  return out;
}

bool is_known(const std::string& host) {
  in_addr ignored{};
  constexpr std::string_view local = "localhost";
  if (host.empty() || host.front() == '[' || ::inet_pton(AF_INET, host.c_str(), &ignored) == 1)
    return true;
  if (host.size() < local.size() ||
      ::strcasecmp(host.c_str() + host.size() - local.size(), local.data()) != 0)
    return false;
  return host.size() == local.size() || host[host.size() - local.size() - 1] == '.';
}

} // namespace

peer_name peer_name_of(const std::string& url, const std::string& proxy) {
  bool has_proxy = !proxy.empty();
  parsed_url parsed(curl_url(), &curl_url_cleanup);
  constexpr unsigned lenient = CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME;
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, has_proxy ? proxy.c_str() : url.c_str(),
                              lenient) != CURLUE_OK)
    return {};
  peer_name out{part_of(parsed, CURLUPART_HOST, CURLU_PUNYCODE), {}};
  if (is_known(out.host))
    return {};
  out.port = part_of(parsed, CURLUPART_PORT, has_proxy ? 0 : CURLU_DEFAULT_PORT);
  if (out.port.empty()) // What libcurl takes for proxies.
    out.port = part_of(parsed, CURLUPART_SCHEME, 0) == "https" ? "443" : "1080";
  return out;
}

} // namespace kodad::http
