#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"
#include "http/routes/streaming.hpp"

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

proto::result<actors::open_stream> parse(const call& now) {
  auto given = parse_query(now.in.query);
  actors::open_stream out;
  out.session = proto::session_id{now.ids[0]};
  if (auto cursor = now.in.header("last-event-id"); cursor && !cursor->empty())
    given["after"] = *cursor;
  if (given.contains("after")) {
    auto after = number_of(given, "after", {0, 0, INT64_MAX});
    if (!after)
      return after.failure();
    out.after = *after;
  }
  if (auto until = text_of(given, "until")) {
    if (*until != "done")
      return proto::field_error(proto::ec::invalid_value, "until", "expected done");
    out.filter.until_done = true;
  }
  return out;
}

} // namespace

bool wants_stream(const request& in) {
  auto accepted = in.header("accept").value_or("");
  return accepted.find("text/event-stream") != std::string_view::npos;
}

void send_and_stream(call& now, proto::send_message message) {
  auto run = [directory = now.at.to.directory, message = std::move(message),
              token = now.token](gateway_actor::pointer self) {
    self->request(directory, proto::limits::ask, message)
        .then(
            [self, directory, token](const proto::turn& accepted) {
              open(self, directory,
                   {accepted.session_id,
                    0,
                    accepted.after_event_id,
                    {.only_turn = accepted.number, .until_done = true}},
                   token);
            },
            [token](const caf::error& failure) { token.answer(actors::from_caf(failure)); });
  };
  caf::anon_send(now.at.gateway, errand{std::move(run)});
}

void get_stream(call& now) {
  auto wish = parse(now);
  if (!wish)
    return refuse(now, wish.failure());
  auto run = [directory = now.at.to.directory, wish = std::move(*wish), token = now.token](
                 gateway_actor::pointer self) { open(self, directory, wish, token); };
  caf::anon_send(now.at.gateway, errand{std::move(run)});
}

} // namespace kodad::http
