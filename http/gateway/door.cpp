#include "http/gateway/door.hpp"

#include "http/gateway/head_parser.hpp"

#include <algorithm>
#include <array>

namespace kodad::http {

namespace {

constexpr std::array<std::string_view, 3> loopback_names = {"127.0.0.1", "[::1]", "localhost"};

struct name_and_port {
  std::string_view name;
  std::string_view port; ///< "" when absent.
};

/// Splits "name:port"; nothing when it is neither that nor a name.
std::optional<name_and_port> split_host(std::string_view host) {
  size_t name_end = host.starts_with('[') ? host.find(']') : host.find(':');
  if (host.starts_with('[')) {
    if (name_end == std::string_view::npos)
      return std::nullopt;
    ++name_end;
  }
  auto name = host.substr(0, std::min(name_end, host.size()));
  auto rest = host.substr(name.size());
  if (name.empty() || (!rest.empty() && rest[0] != ':') || rest == ":")
    return std::nullopt;
  auto port = rest.empty() ? rest : rest.substr(1);
  bool digits = std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || port.size() > 5)
    return std::nullopt;
  return name_and_port{name, port};
}

/// Takes as long for a wrong first letter as for a wrong last one.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  size_t difference = a.size() ^ b.size();
  for (size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<size_t>(a[i] ^ (i < b.size() ? b[i] : '\0'));
  return difference == 0;
}

size_t count_header(const header_list& headers, std::string_view name) {
  return static_cast<size_t>(std::count_if(
      headers.begin(), headers.end(), [name](const auto& header) { return header.first == name; }));
}

} // namespace

door::door(door_options options) : options_(std::move(options)) {
  for (auto& host : options_.hosts)
    host = to_lower(host);
}

std::optional<proto::error> door::tokenless_refusal(const header_list& headers) const {
  using proto::ec;
  if (!host_fits(find_header(headers, "host").value_or("")))
    return proto::make_error(
        ec::host_not_allowed,
        "the Host header is not one of this server's; server.hosts adds names");
  auto origin = find_header(headers, "origin");
  if (count_header(headers, "origin") > 1 || (origin && !origin_fits(*origin)))
    return proto::make_error(ec::origin_not_allowed,
                             "requests from this origin are not allowed; server.origins adds some");
  if (!welcome_origin(headers).empty())
    return std::nullopt;
  for (const auto& [name, value] : headers)
    if (name == "sec-fetch-site" && to_lower(value) == "cross-site")
      return proto::make_error(ec::origin_not_allowed,
                               "requests from other sites are not allowed; server.origins adds"
                               " some");
  return std::nullopt;
}

std::optional<proto::error> door::refusal(const header_list& headers) const {
  if (auto bad = tokenless_refusal(headers))
    return bad;
  if (!options_.tokens.empty() && !token_fits(headers))
    return proto::make_error(proto::ec::unauthorized, "a valid bearer token is needed");
  return std::nullopt;
}

std::string door::welcome_origin(const header_list& headers) const {
  auto origin = find_header(headers, "origin");
  const auto& welcome = options_.origins;
  if (!origin || std::find(welcome.begin(), welcome.end(), *origin) == welcome.end())
    return {};
  return std::string(*origin);
}

bool door::host_fits(std::string_view host) const {
  auto parts = split_host(host);
  if (!parts)
    return false;
  std::string name = to_lower(parts->name);
  bool loopback =
      std::find(loopback_names.begin(), loopback_names.end(), name) != loopback_names.end();
  bool our_port =
      parts->port.empty() ? options_.port == 80 : parts->port == std::to_string(options_.port);
  if (loopback && our_port)
    return true;
  std::string whole = to_lower(host);
  return std::any_of(
      options_.hosts.begin(), options_.hosts.end(),
      [&name, &whole](const std::string& ours) { return ours == name || ours == whole; });
}

bool door::origin_fits(std::string_view origin) const {
  const auto& welcome = options_.origins;
  if (std::find(welcome.begin(), welcome.end(), origin) != welcome.end())
    return true;
  // Browsers write origins in lower case; anything else was not written by a browser.
  if (to_lower(origin) != origin)
    return false;
  // We speak http. What is served as https, by a proxy, is another origin until it is configured.
  constexpr std::string_view scheme = "http://";
  return origin.starts_with(scheme) && host_fits(origin.substr(scheme.size()));
}

bool door::token_fits(const header_list& headers) const {
  if (count_header(headers, "authorization") != 1)
    return false;
  std::string_view value = *find_header(headers, "authorization");
  constexpr std::string_view scheme = "bearer ";
  if (to_lower(value.substr(0, scheme.size())) != scheme)
    return false;
  auto given = trim_blanks(value.substr(scheme.size()));
  bool fits = false;
  for (const auto& token : options_.tokens)
    fits |= !token.empty() && equal_in_constant_time(token, given);
  return fits;
}

} // namespace kodad::http
