#include "proto/network.hpp"

#include "proto/provider/base_url.hpp"
#include "proto/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace kodad::proto {

namespace {

std::optional<uint32_t> number_in(std::string_view text, uint32_t most) {
  uint32_t number = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size() || number > most)
    return std::nullopt;
  return number;
}

/// "10.0.0.1"
std::optional<uint32_t> address_of(std::string_view text) {
  uint32_t out = 0;
  for (int part = 0; part < 4; ++part) {
    auto dot = text.find('.');
    auto byte = number_in(text.substr(0, dot), 255);
    if (!byte || (dot == std::string_view::npos) != (part == 3))
      return std::nullopt;
    out = out << 8 | *byte;
    text.remove_prefix(part == 3 ? text.size() : dot + 1);
  }
  return out;
}

/// "10.0.0.0/8"
bool is_in_block(std::string_view host, std::string_view block) {
  auto slash = block.find('/');
  auto bits =
      slash == std::string_view::npos ? std::nullopt : number_in(block.substr(slash + 1), 32);
  auto base = address_of(block.substr(0, slash));
  auto address = address_of(host);
  if (!bits || !base || !address)
    return false;
  return *bits == 0 || (*base ^ *address) >> (32 - *bits) == 0;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || host == "::1")
    return true;
  auto address = address_of(host);
  return address && (*address >> 24 == 127 || *address == 0);
}

/// The port of a URL, or the one of its scheme.
std::string_view port_of(std::string_view url) {
  auto scheme = url.find("://");
  auto rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(rest.rfind('@') == std::string_view::npos ? 0 : rest.rfind('@') + 1);
  auto colon = rest.rfind(':');
  if (colon == std::string_view::npos || rest.find(']', colon) != std::string_view::npos)
    return url.starts_with("https") ? "443" : "80";
  return rest.substr(colon + 1);
}

bool is_past(std::string_view entry, std::string_view host, std::string_view port) {
  auto colon = entry.rfind(':');
  bool bracketed = entry.find(']') != std::string_view::npos;
  bool has_port = colon != std::string_view::npos &&
                  (bracketed ? entry[colon - 1] == ']' : entry.find(':') == colon);
  if (has_port && entry.substr(colon + 1) != port)
    return false;
  if (has_port)
    entry = entry.substr(0, colon);
  if (entry == "*")
    return true;
  if (entry.starts_with("*."))
    entry.remove_prefix(1);
  if (entry.starts_with('.'))
    entry.remove_prefix(1);
  if (host.starts_with('[') && !entry.starts_with('['))
    host = host.substr(1, host.size() - 2);
  return !entry.empty() && (provider::is_within(host, entry) || is_in_block(host, entry));
}

} // namespace

std::string_view proxy_for(const network_config& by, std::string_view url) {
  bool sealed = text::to_lower(url.substr(0, 8)) == "https://";
  std::string_view proxy = sealed ? by.https_proxy : by.http_proxy;
  auto host = provider::host_of(url);
  if (proxy.empty() || is_loopback(host))
    return {};
  bool past = std::ranges::any_of(
      by.past_proxy, [&](const std::string& entry) { return is_past(entry, host, port_of(url)); });
  return past ? std::string_view() : proxy;
}

bool is_proxy_address(std::string_view text) {
  constexpr std::array<std::string_view, 4> schemes{"http", "https", "socks5", "socks5h"};
  auto scheme = text.find("://");
  if (scheme != std::string_view::npos &&
      std::ranges::find(schemes, text::to_lower(text.substr(0, scheme))) == schemes.end())
    return false;
  bool plain = std::ranges::none_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
  auto rest = scheme == std::string_view::npos ? text : text.substr(scheme + 3);
  auto slash = rest.find('/');
  bool bare = slash == std::string_view::npos || slash + 1 == rest.size();
  return plain && bare && !provider::host_of(text).empty() && number_in(port_of(text), 65535);
}

std::vector<std::string> read_past_proxy(std::string_view text) {
  constexpr std::string_view parting = ", \t\r\n";
  std::vector<std::string> out;
  for (auto begin = text.find_first_not_of(parting); begin != std::string_view::npos;) {
    auto end = std::min(text.find_first_of(parting, begin), text.size());
    out.push_back(text::to_lower(text.substr(begin, end - begin)));
    begin = text.find_first_not_of(parting, end);
  }
  return out;
}

} // namespace kodad::proto
