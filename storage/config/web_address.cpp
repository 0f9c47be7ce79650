#include "storage/config/web_address.hpp"

#include "proto/text/ascii.hpp"
#include "proto/text/nearest_word.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace kodad::storage {

namespace {

constexpr const char* address_wanted =
    "expected an address that starts with http:// or https:// and names a host";
constexpr const char* host_wanted = "expected names such as kodad.example or kodad.example:8443, "
                                    "without scheme, path or *";
constexpr const char* origin_wanted = "expected origins such as https://app.example or "
                                      "https://app.example:8443, in lower case, without path or *";
constexpr const char* listen_wanted = "expected a name or an address, such as 127.0.0.1";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_port(std::string_view text) {
  uint32_t port = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failure == std::errc() && end == text.data() + text.size() && port > 0 && port <= 65'535 &&
         text[0] != '0';
}

/// Four numbers up to 255.
bool is_ipv4(std::string_view text) {
  int parts = 0;
  for (;; ++parts) {
    auto end = std::min(text.find('.'), text.size());
    auto part = text.substr(0, end);
    uint32_t value = 0;
    auto [stop, failure] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (failure != std::errc() || stop != part.data() + part.size() || value > 255)
      return false;
    if (end == text.size())
      return parts == 3;
    text.remove_prefix(end + 1);
  }
}

/// A name, or an IPv4 address: what has digits and dots only must be one.
bool is_name(std::string_view text) {
  auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' ||
           c == '.' || c == '_';
  };
  if (text.empty() || text.front() == '.' || text.find("..") != text.npos ||
      !std::ranges::all_of(text, is_letter))
    return false;
  bool is_number = std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
  return !is_number || is_ipv4(text);
}

bool is_ipv6(std::string_view text) {
  return text.find(':') != text.npos && std::ranges::all_of(text, [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
                  c == '.';
         });
}

struct host_and_port {
  bool is_good = false;
  std::string_view port; ///< Empty for none.
};

/// "name", "name:port", "[::1]", "[::1]:port"
host_and_port split(std::string_view text) {
  bool is_bracketed = text.starts_with('[');
  auto end = is_bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == text.npos)
    return {};
  auto host = is_bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  auto rest = text.substr(is_bracketed ? end + 1 : end);
  if (!(is_bracketed ? is_ipv6(host) : is_name(host)))
    return {};
  if (rest.empty())
    return {true, {}};
  return {rest[0] == ':' && is_port(rest.substr(1)), rest.substr(1)};
}

std::string_view scheme_of(std::string_view text) {
  auto end = text.find("://");
  return end == text.npos ? std::string_view() : text.substr(0, end);
}

std::string_view authority_of(std::string_view text) {
  auto rest = text.substr(scheme_of(text).size() + 3);
  return rest.substr(0, std::min(rest.find_first_of("/?#"), rest.size()));
}

} // namespace

std::string address_fault(std::string_view text) {
  auto scheme = proto::text::to_lower(scheme_of(text));
  if (scheme != "http" && scheme != "https")
    return address_wanted;
  constexpr std::string_view strange = " *\\${}<>\"'`|^";
  if (std::ranges::any_of(text, [&](char c) {
        auto byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte >= 0x7f || strange.find(c) != strange.npos;
      }))
    return std::string(address_wanted) + ", without blanks, quotes, $ and *";
  auto authority = authority_of(text);
  if (authority.find('@') != authority.npos)
    return std::string(address_wanted) + ", without user and password: a key is given by itself";
  if (!split(authority).is_good)
    return std::string(address_wanted) + " (and a port from 1 to 65535, if any)";
  if (text.find('#') != text.npos)
    return std::string(address_wanted) + ", without #";
  return "";
}

std::string_view path_of_address(std::string_view text) {
  return text.substr(static_cast<size_t>(authority_of(text).end() - text.begin()));
}

bool is_open_on_its_way(std::string_view text) {
  if (proto::text::to_lower(scheme_of(text)) != "http")
    return false;
  auto host = proto::text::to_lower(authority_of(text));
  if (host.starts_with('['))
    return false;
  host.erase(std::min(host.find(':'), host.size()));
  constexpr std::array<std::string_view, 14> own{
      ".local", ".lan",  ".internal", ".intranet", ".home",    ".corp",    ".localdomain",
      ".test",  ".arpa", ".example",  ".invalid",  ".private", ".cluster", ".localhost"};
  if (host.find('.') == host.npos ||
      std::ranges::any_of(own, [&host](auto end) { return host.ends_with(end); }))
    return false;
  constexpr std::array<std::string_view, 6> blocks{"127.",     "10.",  "192.168.",
                                                   "169.254.", "100.", "0."};
  bool is_own = std::ranges::any_of(blocks, [&host](auto one) { return host.starts_with(one); });
  return !is_ipv4(host) || !(is_own || host.starts_with("172."));
}

std::string host_header_fault(std::string_view text) {
  if (split(text).is_good)
    return "";
  bool is_bare = is_ipv6(text) && std::ranges::count(text, ':') > 1;
  return std::string(host_wanted) + (is_bare ? "; an IPv6 address stands in brackets" : "");
}

std::string host_header_doubt(std::string_view text) {
  auto port = split(text).port;
  if (port == "80" || port == "443")
    return "clients leave the usual ports 80 and 443 away, unless a proxy hands them on: without "
           ":" +
           std::string(port) + " it holds for both";
  return text.starts_with("0.0.0.0") || text.starts_with("[::]")
             ? "is the address to listen on everywhere, and nobody's name for a server"
             : "";
}

std::string listen_host_fault(std::string_view text) {
  if (auto scheme = scheme_of(text); text.find("://") != text.npos)
    return std::string(listen_wanted) + ", without " + std::string(scheme) + "://";
  // An address of one link alone names it: fe80::1%eth0
  if (auto link = text.find('%'); link != text.npos && link + 1 < text.size() && link > 0)
    text = text.substr(0, text.find(':') < link ? link : text.size());
  auto parts = split(text);
  if (parts.is_good && !parts.port.empty())
    return std::string(listen_wanted) + ", without its port, which is server.port's";
  return parts.is_good || is_ipv6(text) ? "" : listen_wanted;
}

std::string origin_fault(std::string_view text) {
  auto scheme = scheme_of(text);
  bool has_capital = std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (scheme.empty() || !is_name(scheme) || has_capital)
    return origin_wanted;
  constexpr std::array<std::string_view, 17> of_no_page{
      "ws",  "wss", "ftp",  "ftps", "sftp", "file",  "data",   "ssh",  "git",
      "tcp", "udp", "unix", "smb",  "ldap", "redis", "mailto", "about"};
  constexpr std::array<std::string_view, 2> usual{"https", "http"};
  bool is_known = std::ranges::find(usual, scheme) != usual.end();
  if (std::ranges::find(of_no_page, scheme) != of_no_page.end())
    return std::string(origin_wanted) + ": no page has an origin of " + std::string(scheme) + "://";
  if (auto near = proto::text::nearest_word(scheme, usual); !is_known && !near.empty())
    return std::string(origin_wanted) + "; did you mean " + std::string(near) + "://?";
  auto parts = split(text.substr(scheme.size() + 3));
  if (!parts.is_good)
    return origin_wanted;
  bool is_usual =
      (scheme == "http" && parts.port == "80") || (scheme == "https" && parts.port == "443");
  return is_usual ? std::string(origin_wanted) + "; a browser leaves the usual port away" : "";
}

} // namespace kodad::storage
