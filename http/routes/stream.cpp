#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"
#include "http/routes/streaming.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

namespace kodad::http {

namespace {

/// Gives the stream its place in the session's audience, then opens it.
void open(gateway_actor::pointer self, const actors::directory_actor& directory,
          actors::open_stream what, reply_token token) {
  what.subscriber = token.stream_key();
  self->request(directory, proto::limits::ask, std::move(what))
      .then([token](const proto::acknowledged&) { token.open_stream(); },
            [token](const caf::error& failure) { token.answer(actors::from_caf(failure)); });
}

/// The filter of a stream, given the session as it is kept.
using filter_rule = std::function<actors::stream_filter(const proto::session&)>;

/// Opens a stream that may have to end with what has happened so far. The database is asked: it
/// knows of a turn's start and end before anybody hears of them.
void open_as_kept(gateway_actor::pointer self, const actors::front_desk& to,
                  const actors::open_stream& what, reply_token token, filter_rule filter) {
  self->request(to.reader, proto::limits::ask, proto::get_session{what.session})
      .then(
          [self, directory = to.directory, what, token,
           filter = std::move(filter)](const proto::session& found) {
            auto wish = what;
            wish.filter = filter(found);
            open(self, directory, std::move(wish), token);
          },
          [token](const caf::error& failure) { token.answer(actors::from_caf(failure)); });
}

/// Opens a stream that is to end with the session's turn. Where none runs or waits, it ends once
/// what is kept has been sent.
void open_until_done(gateway_actor::pointer self, const actors::front_desk& to,
                     const actors::open_stream& what, reply_token token) {
  auto filter = [wanted = what.filter](const proto::session& found) {
    return found.status == proto::session_status::idle
               ? actors::stream_filter{.until_live = true, .live_at = found.last_event_id}
               : wanted;
  };
  open_as_kept(self, to, what, token, filter);
}

/// Opens a stream that ends with what has happened so far.
void open_to_live(gateway_actor::pointer self, const actors::front_desk& to,
                  const actors::open_stream& what, reply_token token) {
  auto filter = [wanted = what.filter](const proto::session& found) {
    auto out = wanted;
    out.until_live = true;
    out.live_at = found.last_event_id;
    return out;
  };
  open_as_kept(self, to, what, token, filter);
}

/// Opens a turn's own stream for a client that repeats its message: the turn may be over, and the
/// client may have seen its end.
void open_repeated(gateway_actor::pointer self, const actors::front_desk& to,
                   const actors::open_stream& what, const proto::turn& accepted,
                   reply_token token) {
  self->request(to.reader, proto::limits::ask,
                proto::get_turn{accepted.session_id, accepted.operation_id})
      .then(
          [self, to, what, token](const proto::turn& found) {
            if (is_active(found.state))
              return open(self, to.directory, what, token);
            open_to_live(self, to, what, token);
          },
          [token](const caf::error& failure) { token.answer(actors::from_caf(failure)); });
}

/// The event a client has seen last. What is no number of an event is ahead of every session, so
/// that the client is told to start anew.
uint64_t read_cursor(std::string_view text) {
  uint64_t number = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool is_number = code == std::errc() && end == text.data() + text.size() && !text.empty();
  return is_number ? number : UINT64_MAX;
}

std::optional<uint64_t> last_event_id(const request& in) {
  auto given = in.header("last-event-id");
  if (!given || given->empty())
    return std::nullopt;
  return read_cursor(*given);
}

proto::result<actors::open_stream> parse(const call& now) {
  auto given = parse_query(now.in.query);
  actors::open_stream out;
  out.session = proto::session_id{now.ids[0]};
  out.after = last_event_id(now.in);
  if (auto after = text_of(given, "after"); after && !out.after)
    out.after = read_cursor(*after);
  if (auto until = text_of(given, "until")) {
    if (*until != "done")
      return proto::field_error(proto::ec::invalid_value, "until",
                                "expected done" + proto::not_this(*until));
    out.filter.until_done = true;
  }
  return out;
}

/// Is this part of an Accept header an event stream that the client does want?
bool names_stream(std::string_view part) {
  auto type = to_lower(part.substr(0, part.find(';')));
  std::erase_if(type, [](char c) { return c == ' ' || c == '\t'; });
  if (type != "text/event-stream")
    return false;
  auto rest = to_lower(part);
  std::erase_if(rest, [](char c) { return c == ' ' || c == '\t'; });
  auto weight = rest.find(";q=");
  if (weight == std::string::npos)
    return true;
  auto digits = rest.substr(weight + 3, rest.find(';', weight + 1) - weight - 3);
  return digits.find_first_not_of("0.") != std::string::npos; // "q=0.000" is a no.
}

} // namespace

bool wants_stream(const request& in) {
  for (const auto& [name, value] : in.headers) {
    std::string_view rest = name == "accept" ? std::string_view(value) : std::string_view();
    while (!rest.empty()) {
      auto end = std::min(rest.find(','), rest.size());
      if (names_stream(rest.substr(0, end)))
        return true;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return false;
}

void send_and_stream(call& now, proto::send_message message) {
  auto run = [to = now.at.to, message = std::move(message), seen = last_event_id(now.in),
              token = now.token](gateway_actor::pointer self) {
    self->request(to.directory, proto::limits::ask, message)
        .then(
            [self, to, seen, is_repeatable = !message.once.key.empty(),
             token](const proto::turn& accepted) {
              // Nothing before the turn is its own, and of a new one nothing was seen.
              auto after = is_repeatable ? std::max(accepted.after_event_id, seen.value_or(0))
                                         : accepted.after_event_id;
              actors::open_stream what{accepted.session_id,
                                       0,
                                       after,
                                       {.only_turn = accepted.number, .until_done = true}};
              if (is_repeatable)
                open_repeated(self, to, what, accepted, token);
              else
                open(self, to.directory, what, token);
            },
            [token](const caf::error& failure) { token.answer(actors::from_caf(failure)); });
  };
  caf::anon_send(now.at.gateway, errand{std::move(run)});
}

void get_stream(call& now) {
  auto wish = parse(now);
  if (!wish)
    return refuse(now, wish.failure());
  auto run = [to = now.at.to, wish = std::move(*wish),
              token = now.token](gateway_actor::pointer self) {
    if (wish.filter.until_done)
      open_until_done(self, to, wish, token);
    else
      open(self, to.directory, wish, token);
  };
  caf::anon_send(now.at.gateway, errand{std::move(run)});
}

} // namespace kodad::http
