#include "http/gateway/head_parser.hpp"

#include "http/error_response.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kodad::http {

namespace {

using proto::ec;

rejection refuse(ec code, std::string context) {
  return {to_status(code), proto::make_error(code, std::move(context))};
}

rejection refuse(int status, ec code, std::string context) {
  return {status, proto::make_error(code, std::move(context))};
}

rejection malformed(std::string context) {
  return refuse(ec::invalid_request, std::move(context));
}

constexpr std::array<std::string_view, 7> known_methods = {"GET",   "HEAD",   "POST",   "PUT",
                                                           "PATCH", "DELETE", "OPTIONS"};

bool may_have_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_target_character(char c) {
  return c > 0x20 && c < 0x7f && c != '#'; // A fragment is the client's own business.
}

bool is_value_character(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::optional<rejection> read_version(std::string_view version, request_head& head) {
  bool shaped = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.' &&
                is_digit(version[5]) && is_digit(version[7]);
  if (!shaped)
    return malformed("the request line names no HTTP version");
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return refuse(505, ec::invalid_request, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  head.is_1_0 = version == "HTTP/1.0";
  head.keep_alive = !head.is_1_0;
  return std::nullopt;
}

/// "http://name:1/path" is what a client sends through a proxy, and a server has to understand it
/// (RFC 9112 3.2.2). From here on it is "/path".
std::optional<rejection> take_authority(request_head& head) {
  constexpr std::string_view scheme = "http://";
  if (to_lower(std::string_view(head.target).substr(0, scheme.size())) != scheme)
    return std::nullopt;
  auto end = std::min(head.target.find_first_of("/?", scheme.size()), head.target.size());
  head.authority = to_lower(head.target.substr(scheme.size(), end - scheme.size()));
  if (head.authority.empty() || head.authority.find('@') != std::string::npos)
    return malformed("the request target names no host, or a user");
  head.target.erase(0, end);
  if (!head.target.starts_with('/'))
    head.target.insert(0, "/");
  return std::nullopt;
}

std::optional<rejection> check_target(const reader_limits& limits, request_head& head) {
  if (auto bad = take_authority(head))
    return bad;
  const std::string& target = head.target;
  if (target.empty() || !std::all_of(target.begin(), target.end(), is_target_character))
    return malformed("the request target has a character that must be escaped");
  if (std::find(known_methods.begin(), known_methods.end(), head.method) == known_methods.end())
    return refuse(ec::method_not_allowed, "this method is not known here");
  if (target[0] != '/' && !(target == "*" && head.method == "OPTIONS"))
    return malformed("the request target must begin with /");
  if (std::min(target.find('?'), target.size()) > limits.path)
    return refuse(414, ec::head_too_large, "the path is too long");
  return std::nullopt;
}

std::optional<rejection> read_request_line(std::string_view line, const reader_limits& limits,
                                           request_head& head) {
  auto method_end = line.find(' ');
  auto target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end <= method_end)
    return malformed("the request line is not method, target and version");
  head.method = line.substr(0, method_end);
  head.target = line.substr(method_end + 1, target_end - method_end - 1);
  if (head.method.empty() ||
      !std::all_of(head.method.begin(), head.method.end(), is_token_character))
    return malformed("the method is no word");
  if (auto bad = read_version(line.substr(target_end + 1), head))
    return bad;
  return check_target(limits, head);
}

std::optional<rejection> read_header_line(std::string_view line, request_head& head) {
  if (line[0] == ' ' || line[0] == '\t')
    return malformed("a header line is folded");
  auto colon = line.find(':');
  auto name = line.substr(0, colon);
  if (colon == std::string_view::npos || name.empty())
    return malformed("a header line has no name");
  if (!std::all_of(name.begin(), name.end(), is_token_character))
    return malformed("a header name has a character that is not allowed");
  auto value = trim_blanks(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), is_value_character))
    return malformed("a header value has a control character");
  head.headers.emplace_back(to_lower(name), std::string(value));
  return std::nullopt;
}

/// The headers that say where the request ends, and how many of each there were.
struct framing {
  int hosts = 0;
  int types = 0;
  int lengths = 0;
  int encodings = 0;
  std::string_view length;
  std::string_view encoding;
};

framing find_framing(const header_list& headers) {
  framing found;
  for (const auto& [name, value] : headers) {
    if (name == "host") {
      ++found.hosts;
    } else if (name == "content-type") {
      ++found.types;
    } else if (name == "content-length") {
      ++found.lengths;
      found.length = value;
    } else if (name == "transfer-encoding") {
      ++found.encodings;
      found.encoding = value;
    }
  }
  return found;
}

std::optional<rejection> read_length(std::string_view digits, const reader_limits& limits,
                                     request_head& head) {
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit))
    return malformed("Content-Length is no number");
  auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), head.body_length);
  if (parsed.ec != std::errc() || head.body_length > limits.body) {
    auto bad = refuse(ec::body_too_large, "the body is too large");
    bad.failure.limit = static_cast<int64_t>(limits.body);
    return bad;
  }
  return std::nullopt;
}

std::optional<rejection> read_framing(const reader_limits& limits, request_head& head) {
  framing found = find_framing(head.headers);
  if (found.hosts != 1)
    return malformed("exactly one Host header is needed");
  if (found.types > 1)
    return malformed("Content-Type is given twice");
  if (found.lengths > 1)
    return malformed("Content-Length is given twice");
  if (found.encodings > 0 && found.lengths > 0)
    return malformed("Content-Length and Transfer-Encoding exclude each other");
  if (found.encodings > 0 && head.is_1_0)
    return malformed("HTTP/1.0 knows no Transfer-Encoding");
  if (found.encodings > 1 || (found.encodings == 1 && to_lower(found.encoding) != "chunked"))
    return malformed("the only known Transfer-Encoding is chunked");
  if (found.encodings == 1 && !may_have_body(head.method))
    return malformed("this method takes no body");
  head.chunked = found.encodings == 1;
  if (found.lengths == 1)
    if (auto bad = read_length(found.length, limits, head))
      return bad;
  if (head.body_length > 0 && !may_have_body(head.method))
    return malformed("this method takes no body");
  return std::nullopt;
}

void read_connection(std::string_view value, request_head& head) {
  std::string options = to_lower(value);
  for (std::string_view rest = options; !rest.empty();) {
    auto option = trim_blanks(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(rest.find(','), rest.size() - 1) + 1);
    if (option == "close")
      head.has_close = true;
    else if (option == "keep-alive")
      head.keep_alive = true;
  }
  head.keep_alive &= !head.has_close;
}

std::optional<rejection> read_meaning(std::string_view name, std::string_view value,
                                      request_head& head) {
  if (name == "connection")
    read_connection(value, head);
  if (name == "content-encoding" && to_lower(value) != "identity")
    return refuse(ec::unsupported_media, "compressed request bodies are not taken");
  if (name == "content-type" && to_lower(value).starts_with("multipart/"))
    return refuse(ec::unsupported_media, "multipart bodies are not taken");
  if (name == "expect") {
    if (to_lower(value) != "100-continue")
      return refuse(417, ec::invalid_request, "this expectation cannot be met");
    head.expects_continue = !head.is_1_0;
  }
  return std::nullopt;
}

} // namespace

bool is_token_character(char c) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         marks.find(c) != std::string_view::npos;
}

std::string_view trim_blanks(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<rejection> parse_head(std::string_view text, const reader_limits& limits,
                                    request_head& head) {
  auto line_end = text.find("\r\n");
  if (auto bad = read_request_line(text.substr(0, line_end), limits, head))
    return bad;
  text.remove_prefix(line_end + 2);
  while (!text.empty()) {
    line_end = text.find("\r\n");
    if (auto bad = read_header_line(text.substr(0, line_end), head))
      return bad;
    text.remove_prefix(line_end + 2);
  }
  if (auto bad = read_framing(limits, head))
    return bad;
  // The target is the request's own word: what stands in Host beside it counts for nothing.
  if (!head.authority.empty())
    for (auto& [name, value] : head.headers)
      if (name == "host")
        value = head.authority;
  for (const auto& [name, value] : head.headers)
    if (auto bad = read_meaning(name, value, head))
      return bad;
  return std::nullopt;
}

} // namespace kodad::http
