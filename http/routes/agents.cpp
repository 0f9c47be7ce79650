#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"
#include "proto/text/ascii.hpp"

#include <algorithm>

namespace kodad::http {

using proto::ec;

namespace {

constexpr size_t id_bytes_max = 64;

/// As KodaCode does: lower case, spaces become underscores.
std::string normal_id(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c == ' ' ? '_' : proto::text::to_lower(c); });
  return text;
}

bool is_id(const std::string& text) {
  constexpr std::string_view known = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  return !text.empty() && text.size() <= id_bytes_max &&
         text.find_first_not_of(known) == std::string::npos;
}

/// The body as an agent; answers the call and gives nothing when it is no good.
std::optional<proto::agent> read_agent(call& now) {
  auto text = body_text(now.in);
  auto unique = text ? proto::json::refuse_duplicate_keys(*text) : proto::result<void>();
  if (!unique) {
    refuse(now, unique.failure());
    return std::nullopt;
  }
  return read_body<proto::agent>(now);
}

} // namespace

void get_agents(call& now) {
  auto wish = page_of(now.in);
  if (!wish)
    return refuse(now, wish.failure());
  answer_page(now, now.at.to.agents, proto::list_agents{*wish}, &proto::agent_list::agents);
}

void get_one_agent(call& now) {
  ask<proto::agent>(now.at.gateway, now.at.to.agents, proto::get_agent{proto::agent_id{now.ids[0]}},
                    now.token, [](const proto::agent& found) { return json_response(found); });
}

void post_agent(call& now) {
  auto wish = read_agent(now);
  if (!wish)
    return;
  if (wish->id.empty())
    return refuse(now, proto::field_error(ec::missing_field, "id", "an agent needs an id"));
  wish->id.text = normal_id(wish->id.text);
  if (!is_id(wish->id.text))
    return refuse(now, proto::field_error(ec::invalid_value, "id",
                                          "an id has 1 to 64 letters, digits, _ or -"));
  ask<proto::agent>(now.at.gateway, now.at.to.agents, proto::create_agent{std::move(*wish)},
                    now.token, [](const proto::agent& made) {
                      auto out = json_response(made, 201);
                      out.headers.emplace_back("Location", "/agents/" + made.id.text);
                      return out;
                    });
}

void put_agent(call& now) {
  auto wish = read_agent(now);
  if (!wish)
    return;
  wish->id = proto::agent_id{now.ids[0]};
  ask<proto::agent>(now.at.gateway, now.at.to.agents, proto::replace_agent{std::move(*wish)},
                    now.token, [](const proto::agent& kept) { return json_response(kept); });
}

void delete_one_agent(call& now) {
  ask<proto::acknowledged>(now.at.gateway, now.at.to.agents,
                           proto::delete_agent{proto::agent_id{now.ids[0]}}, now.token,
                           [](const proto::acknowledged&) { return empty_response(); });
}

} // namespace kodad::http
