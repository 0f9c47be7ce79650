#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"

#include <charconv>

namespace kodad::http {

namespace {

using actors::byte_range;

std::optional<uint64_t> number(std::string_view text) {
  uint64_t out = 0;
  auto end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, out);
  return read.ec == std::errc() && read.ptr == end ? std::optional(out) : std::nullopt;
}

/// One range of bytes. What is no such header, or asks for several, is answered with the whole, as
/// RFC 9110 allows; so is a condition (If-Range), since the text has no validator.
std::optional<byte_range> range_of(const request& in) {
  auto given = in.header("range").value_or("");
  constexpr std::string_view unit = "bytes=";
  if (to_lower(given.substr(0, unit.size())) != unit || in.header("if-range"))
    return std::nullopt;
  auto spec = given.substr(unit.size());
  auto dash = spec.find('-');
  if (dash == std::string_view::npos)
    return std::nullopt;
  byte_range out{number(spec.substr(0, dash)), number(spec.substr(dash + 1))};
  bool first_is_read = out.first || dash == 0;
  bool last_is_read = out.last || dash + 1 == spec.size();
  bool is_range = first_is_read && last_is_read && (out.first || out.last) &&
                  (!out.first || !out.last || *out.first <= *out.last);
  return is_range ? std::optional(out) : std::nullopt;
}

response text_response(actors::output_text& found, bool is_part) {
  response out;
  out.status = is_part ? 206 : 200;
  out.content_type = "text/plain; charset=utf-8";
  out.headers.emplace_back("Accept-Ranges", "bytes");
  if (is_part)
    out.headers.emplace_back("Content-Range",
                             "bytes " + std::to_string(found.first) + "-" +
                                 std::to_string(found.first + found.bytes.size() - 1) + "/" +
                                 std::to_string(found.size));
  if (found.is_cut)
    out.headers.emplace_back("X-Output-Truncated", "true");
  out.body = std::move(found.bytes);
  return out;
}

} // namespace

void get_output(call& now) {
  auto range = range_of(now.in);
  actors::read_output wish{proto::session_id{now.ids[0]}, proto::call_id{now.ids[1]}, range};
  auto shape = [is_part = range.has_value()](actors::output_text& found) {
    return text_response(found, is_part);
  };
  ask_in_line<actors::output_text>(*now.at.pages, now.at.gateway, now.at.to.outputs,
                                   std::move(wish), now.token, shape);
}

} // namespace kodad::http
