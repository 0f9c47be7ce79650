#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"

namespace kodad::http {

void get_one_turn(call& now) {
  proto::get_turn wish{proto::session_id{now.ids[0]}, {}};
  if (auto operation = text_of(parse_query(now.in.query), "operation_id"))
    wish.operation = proto::operation_id{*operation};
  ask<proto::turn>(now.at.gateway, now.at.to.reader, std::move(wish), now.token,
                   [](const proto::turn& found) { return json_response(found); });
}

void post_cancel(call& now) {
  ask<proto::turn>(now.at.gateway, now.at.to.directory,
                   proto::cancel_turn{proto::session_id{now.ids[0]}}, now.token,
                   [](const proto::turn& cancelled) { return json_response(cancelled, 202); });
}

} // namespace kodad::http
