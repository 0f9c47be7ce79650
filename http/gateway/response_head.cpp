#include "http/gateway/response_head.hpp"

#include "http/gateway/head_parser.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace kodad::http {

namespace {

struct status_name {
  int status;
  std::string_view name;
};

constexpr std::array status_names = {
    status_name{200, "OK"},
    status_name{201, "Created"},
    status_name{202, "Accepted"},
    status_name{204, "No Content"},
    status_name{206, "Partial Content"},
    status_name{301, "Moved Permanently"},
    status_name{302, "Found"},
    status_name{304, "Not Modified"},
    status_name{400, "Bad Request"},
    status_name{401, "Unauthorized"},
    status_name{403, "Forbidden"},
    status_name{404, "Not Found"},
    status_name{405, "Method Not Allowed"},
    status_name{408, "Request Timeout"},
    status_name{409, "Conflict"},
    status_name{413, "Content Too Large"},
    status_name{414, "URI Too Long"},
    status_name{415, "Unsupported Media Type"},
    status_name{416, "Range Not Satisfiable"},
    status_name{417, "Expectation Failed"},
    status_name{421, "Misdirected Request"},
    status_name{422, "Unprocessable Content"},
    status_name{429, "Too Many Requests"},
    status_name{431, "Request Header Fields Too Large"},
    status_name{500, "Internal Server Error"},
    status_name{502, "Bad Gateway"},
    status_name{503, "Service Unavailable"},
    status_name{504, "Gateway Timeout"},
    status_name{505, "HTTP Version Not Supported"},
    status_name{507, "Insufficient Storage"},
};

std::string_view reason(int status) {
  for (const auto& known : status_names)
    if (known.status == status)
      return known.name;
  return "Status";
}

bool is_plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

void add_header(std::string& head, std::string_view name, std::string_view value) {
  bool word = !name.empty() && std::all_of(name.begin(), name.end(), is_token_character);
  if (word && is_plain(value))
    head.append(name).append(": ").append(value).append("\r\n");
}

void add_headers(std::string& head, const header_list& headers, std::string_view date) {
  for (const auto& [name, value] : headers)
    add_header(head, name, value);
  if (!date.empty())
    add_header(head, "Date", date);
  add_header(head, "X-Content-Type-Options", "nosniff");
}

} // namespace

std::string response_head(const response& reply, afterwards connection, std::string_view date) {
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ");
  head.append(reason(reply.status)).append("\r\n");
  if (has_body(reply.status)) {
    if (!reply.body.empty())
      add_header(head, "Content-Type", reply.content_type);
    add_header(head, "Content-Length", std::to_string(reply.body.size()));
  }
  add_headers(head, reply.headers, date);
  add_header(head, "Connection", connection == afterwards::close ? "close" : "keep-alive");
  return head.append("\r\n");
}

std::string stream_head(const header_list& headers, std::string_view date, stream_coding coding,
                        afterwards connection) {
  std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     "Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n";
  // Where the connection may stay open it does: at "close", fetch of Node 20 takes a cut for the
  // end.
  add_header(head, "Connection", connection == afterwards::close ? "close" : "keep-alive");
  if (coding == stream_coding::chunked)
    add_header(head, "Transfer-Encoding", "chunked");
  add_headers(head, headers, date);
  return head.append("\r\n");
}

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string http_date(int64_t unix_s) {
  time_t seconds = static_cast<time_t>(unix_s);
  tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  size_t size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

} // namespace kodad::http
