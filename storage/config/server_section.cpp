#include "storage/config/server_section.hpp"

#include <algorithm>
#include <limits>

namespace kodad::storage {

namespace {

/// A name or an address, perhaps with a port, as a Host header has it.
bool is_host(std::string_view text) {
  static constexpr std::string_view more = "-._:[]";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

/// As a browser writes it: scheme and host in lower case, no path.
bool is_origin(std::string_view text) {
  auto end = text.find("://");
  if (end == std::string_view::npos || end == 0)
    return false;
  auto host = text.substr(end + 3);
  auto is_small = [](char c) { return !(c >= 'A' && c <= 'Z'); };
  return std::ranges::all_of(text, is_small) && is_host(host) && is_host(text.substr(0, end));
}

void read_door(section& from, proto::server_config& out) {
  from.read("hosts", out.hosts);
  for (size_t at = 0; at < out.hosts.size(); ++at)
    if (!is_host(out.hosts[at]))
      from.fail_entry("hosts", at,
                      "expected names such as kodad.example or kodad.example:8443, without scheme, "
                      "path or *" +
                          proto::not_this(out.hosts[at]));
  from.read("origins", out.origins);
  for (size_t at = 0; at < out.origins.size(); ++at)
    if (!is_origin(out.origins[at]))
      from.fail_entry(
          "origins", at,
          "expected origins such as https://app.example or https://app.example:8443, in "
          "lower case, without path or *" +
              proto::not_this(out.origins[at]));
}

} // namespace

void read_server(section from, proto::server_config& out) {
  constexpr int64_t gigabyte = int64_t{1} << 30;
  from.read_count("port", out.port, {0, std::numeric_limits<uint16_t>::max()});
  from.read("host", out.host);
  if (!is_host(out.host))
    from.fail("host",
              "expected a name or an address, such as 127.0.0.1" + proto::not_this(out.host));
  read_door(from, out);
  from.read("tokens", out.tokens, expansion::filled_variables);
  from.read_count("max_body_bytes", out.max_body_bytes, {1024, gigabyte});
  from.read_count("event_retention_turns", out.event_retention_turns, {1, 10'000});
  from.read_count("subscriber_buffer_bytes", out.subscriber_buffer_bytes, {64 * 1024, gigabyte});
  // A guess at a short token takes minutes over loopback; an empty one guards nothing.
  if (std::ranges::any_of(out.tokens, [](const auto& token) { return token.size() < 16; }))
    from.fail("tokens", "expected tokens of at least 16 characters");
  from.finish();
}

} // namespace kodad::storage
