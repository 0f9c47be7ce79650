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

response failure_response(const proto::error& why) {
  auto out = to_response(why);
  if (why.code == proto::ec::range_not_satisfiable)
    out.headers.emplace_back("Content-Range", "bytes */" + std::to_string(why.limit.value_or(0)));
  return out;
}

} // namespace

void get_output(call& now) {
  auto range = range_of(now.in);
  actors::read_output wish{proto::session_id{now.ids[0]}, proto::call_id{now.ids[1]}, range};
  auto begin = [through = now.at.gateway, outputs = now.at.to.outputs, wish = std::move(wish),
                token = now.token](const page_line::turn& turn) {
    auto run = [outputs, wish, token, turn](gateway_actor::pointer self) {
      auto answer = [token, turn](response reply) {
        reply.turn = turn;
        token.answer(std::move(reply));
      };
      self->request(outputs, proto::limits::ask, wish)
          .then([answer, is_part = wish.range.has_value()](
                    actors::output_text& found) { answer(text_response(found, is_part)); },
                [answer](const caf::error& failure) {
                  answer(failure_response(actors::from_caf(failure)));
                });
    };
    caf::anon_send(through, errand{std::move(run)});
  };
  if (!now.at.pages->enter(std::move(begin)))
    refuse(now, host_is_full("too many pages are waiting"));
}

} // namespace kodad::http
