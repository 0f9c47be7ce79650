#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"

namespace kodad::http {

using proto::ec;

namespace {

/// The turn may be named in the body, as everywhere, or in the query, as GET …/turn takes it: one
/// that was named and not seen would cancel another turn.
std::optional<proto::cancel_turn> read_cancel(call& now) {
  auto wish = read_body<proto::cancel_turn>(now);
  auto named = text_of(parse_query(now.in.query), "operation_id");
  if (!wish || !named)
    return wish;
  if (wish->operation && wish->operation->text != *named) {
    refuse(now, proto::field_error(ec::invalid_value, "operation_id",
                                   "the query and the body name different turns"));
    return std::nullopt;
  }
  wish->operation = proto::operation_id{*named};
  return wish;
}

} // namespace

void get_one_turn(call& now) {
  proto::get_turn wish{proto::session_id{now.ids[0]}, {}};
  if (auto operation = text_of(parse_query(now.in.query), "operation_id"))
    wish.operation = proto::operation_id{*operation};
  ask<proto::turn>(now.at.gateway, now.at.to.reader, std::move(wish), now.token,
                   [](const proto::turn& found) { return json_response(found); });
}

void post_cancel(call& now) {
  auto wish = read_cancel(now);
  if (!wish)
    return;
  wish->session = proto::session_id{now.ids[0]};
  ask<proto::turn>(now.at.urgent, now.at.to.directory, std::move(*wish), now.token,
                   [](const proto::turn& cancelled) { return json_response(cancelled, 202); });
}

} // namespace kodad::http
