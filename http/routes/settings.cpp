#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"

namespace kodad::http {

namespace {

struct setting_body {
  proto::raw_json value;

  static constexpr auto fields() { return std::tuple(proto::field("value", &setting_body::value)); }
};

} // namespace

void get_settings(call& now) {
  auto wish = page_of(now.in);
  if (!wish)
    return refuse(now, wish.failure());
  answer_page(now, now.at.to.archive, proto::list_settings{*wish}, &proto::setting_list::settings);
}

void get_one_setting(call& now) {
  ask<proto::setting>(now.at.gateway, now.at.to.reader, proto::get_setting{now.ids[0]}, now.token,
                      [](const proto::setting& found) { return json_response(found); });
}

void put_one_setting(call& now) {
  auto body = read_body<setting_body>(now);
  if (!body)
    return;
  // null is a value too, which the record reader takes for absent.
  if (body->value.text.empty() && now.in.body.find("\"value\"") == std::string::npos)
    return refuse(now,
                  proto::field_error(proto::ec::missing_field, "value", "a setting needs a value"));
  proto::setting kept{now.ids[0], body->value};
  if (kept.value.text.empty())
    kept.value.text = "null";
  ask<proto::setting>(now.at.gateway, now.at.to.settings, proto::put_setting{std::move(kept)},
                      now.token,
                      [](const proto::setting& now_kept) { return json_response(now_kept); });
}

} // namespace kodad::http
