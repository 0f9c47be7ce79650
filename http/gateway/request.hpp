// REQUEST and RESPONSE as the routes know them: plain values of ours, no type of the HTTP library.
// What the request holds has passed the strict reader and the door; its body has not been parsed.
#pragma once

#include "actors/ports.hpp"
#include "proto/text/ascii.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kodad::http {

using actors::header_list;

/// The first value of the header `name` (lower case), or nothing.
/// @param headers Names in lower case.
std::optional<std::string_view> find_header(const header_list& headers, std::string_view name);

using proto::text::to_lower;

/// `text` with %XX decoded. Nothing when an escape is broken.
std::optional<std::string> percent_decode(std::string_view text);

struct request {
  std::string method;   ///< In capitals. HEAD comes as GET; the answer loses its body by itself.
  std::string path;     ///< Percent-decoded, begins with '/'; any bytes, until a route has checked.
  std::string raw_path; ///< As sent, for routes whose last segment may hold an encoded '/'.
  std::string query;    ///< As sent, without the '?'.
  header_list headers;  ///< Names in lower case, values as sent.
  std::string body;

  /// The first value of a header, nothing when absent. @param name In any case.
  std::optional<std::string_view> header(std::string_view name) const;

  /// The decoded first value of a query field, for example `limit` of "limit=5&after=x%3D=".
  /// Nothing when the field is absent; a field without '=' has the value "".
  std::optional<std::string> query_value(std::string_view name) const;
};

struct response {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json";
  header_list headers = {}; ///< Beside Content-Type, Content-Length, Connection and Date.
  std::shared_ptr<const void> turn = nullptr; ///< In the page line, until the reactor has it.
};

} // namespace kodad::http
