#include "proto/provider/copilot_token.hpp"

#include "proto/json/reader.hpp"
#include "proto/provider/base_url.hpp"
#include "proto/provider/complaint.hpp"
#include "proto/provider/copilot.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

// GitHub's tokens have some 40 bytes, Copilot's some hundreds; both go into a header.
constexpr size_t token_bytes_max = 8 * 1024;

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= token_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_own_host(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

/// The token must not go out in the clear.
bool is_safe(std::string_view url) {
  return url.starts_with("https://") || (url.starts_with("http://") && is_own_host(host_of(url)));
}

std::optional<std::string> token_in(const json::object& from, std::string_view key) {
  auto text = json::find_string(from, key);
  return text && is_token(*text) ? std::optional(std::string(*text)) : std::nullopt;
}

} // namespace

wire_request copilot_token_request(std::string_view token_url, std::string_view github_token) {
  wire_request out;
  out.method = "GET";
  out.url = token_url;
  out.headers = {{"accept", "application/json"},
                 {"authorization", "token " + std::string(github_token)}};
  add_copilot_identity(out.headers);
  return out;
}

result<copilot_token> read_copilot_token(std::string_view body) {
  json::parser parse;
  auto root = parse.parse_object(body);
  if (!root)
    return make_error(ec::provider_failed, "read GitHub's answer for a Copilot token: no JSON");
  auto token = token_in(*root, "token");
  if (!token) {
    auto details = json::find_object(*root, "error_details");
    auto said = presentable(read_complaint(details.value_or(*root)).message);
    auto what = std::string("GitHub grants no Copilot token");
    return make_error(ec::provider_auth, said.empty() ? what : what + ": " + said);
  }
  copilot_token out;
  out.token = std::move(*token);
  out.expires_at_s = std::max<int64_t>(json::find_integer(*root, "expires_at").value_or(0), 0);
  if (auto wait = json::find_integer(*root, "refresh_in"); wait && *wait > 0)
    out.refresh_in_s = wait;
  if (auto endpoints = json::find_object(*root, "endpoints"))
    if (auto url = json::find_string(*endpoints, "api"); url && is_safe(*url))
      out.api_url = *url;
  return out;
}

std::optional<std::string> find_github_token(std::string_view json) {
  json::parser parse;
  auto root = parse.parse_object(json);
  if (!root)
    return std::nullopt;
  for (auto [key, node] : *root) {
    json::object entry;
    if (node.get(entry) != simdjson::SUCCESS)
      continue;
    std::optional<std::string> found;
    if (key == "github.com" || key.starts_with("github.com:")) // With the app that asked for it.
      found = token_in(entry, "oauth_token");
    else if (key == "github-copilot" && json::find_string(entry, "type") == "oauth")
      found = token_in(entry, "refresh"); // Its "access" may be a Copilot token, long expired.
    if (found)
      return found;
  }
  return std::nullopt;
}

} // namespace kodad::proto::provider
