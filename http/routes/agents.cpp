#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"
#include "proto/text/ascii.hpp"
#include "proto/text/nearest_word.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace kodad::http {

using proto::ec;

namespace {

constexpr size_t id_bytes_max = 64;

bool is_id(const std::string& text) {
  constexpr std::string_view known = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  return !text.empty() && text.size() <= id_bytes_max &&
         text.find_first_not_of(known) == std::string::npos;
}

/// An agent is found by its id as it was given, so none is made up for it.
proto::error refuse_id(const std::string& given) {
  auto near = given;
  std::ranges::transform(near, near.begin(),
                         [](char c) { return c == ' ' ? '_' : proto::text::to_lower(c); });
  return proto::field_error(ec::invalid_value, "id",
                            "expected 1 to 64 of a-z, 0-9, _ and -" + proto::not_this(given) +
                                (is_id(near) ? "; did you mean " + near + "?" : ""));
}

// What narrows an agent: without one of these it may do more than with it.
constexpr auto narrowing =
    std::to_array<std::string_view>({"tools", "deny_tools", "permission", "skills"});

bool narrows(const proto::agent& who, std::string_view field) {
  if (field == "tools")
    return !who.tools.empty();
  if (field == "deny_tools")
    return !who.deny_tools.empty();
  if (field == "permission")
    return !who.permission.empty();
  return !who.skills.allow.empty() || !who.skills.deny.empty();
}

/// A PUT replaces the whole agent, and no other: what it leaves out is gone.
/// @param given The body's id. @param omitted The narrowing fields that it leaves out.
std::optional<proto::error> refuse_put(const proto::agent& present, const proto::agent_id& given,
                                       const std::vector<std::string_view>& omitted) {
  if (present.builtin)
    return std::nullopt; // The registry refuses that.
  if (!given.empty() && given != present.id)
    return proto::field_error(ec::invalid_value, "id",
                              "the body names another agent than the path: expected " +
                                  present.id.text + ", or none" + proto::not_this(given.text));
  for (auto field : omitted)
    if (narrows(present, field))
      return proto::field_error(ec::missing_field, std::string(field),
                                "the agent has " + std::string(field) +
                                    ", which narrow what it may do, and a PUT replaces all of it: "
                                    "give them again, or an empty value to take them back");
  return std::nullopt;
}

/// The narrowing field that an unknown one most likely means; empty for none.
std::string_view meant_by(std::string_view given) {
  std::string plain;
  for (char c : given)
    if (c != '_' && c != '-' && c != ' ')
      plain += proto::text::to_lower(c);
  if (plain == "allowedtools" || plain == "allowtools" || plain == "toolnames")
    return "tools";
  if (plain == "disallowedtools" || plain == "deniedtools" || plain == "excludedtools")
    return "deny_tools";
  constexpr auto plains =
      std::to_array<std::string_view>({"tools", "denytools", "permission", "skills"});
  auto nearest = proto::text::nearest_word(plain, plains);
  auto at = std::ranges::find(plains, nearest);
  if (nearest.empty() || plain.empty() || plain[0] != nearest[0])
    return {};
  return narrowing[static_cast<size_t>(at - plains.begin())];
}

/// Which of the narrowing fields the body leaves out, null counting as left out. Unknown fields are
/// ignored, but for those that look like one of these: the agent would have more than was meant.
proto::result<std::vector<std::string_view>> find_omitted(std::string_view body) {
  proto::json::parser reading;
  auto root = reading.parse_object(body);
  std::vector<std::string_view> out(narrowing.begin(), narrowing.end());
  if (!root)
    return out; // The record reader says what is wrong.
  for (auto entry : *root) {
    if (!entry.value.is_null())
      std::erase(out, entry.key);
    bool is_known = false;
    std::apply([&](const auto&... field) { is_known = ((field.name == entry.key) || ...); },
               proto::agent::fields());
    auto meant = is_known ? std::string_view() : meant_by(entry.key);
    if (!meant.empty())
      return proto::field_error(ec::invalid_value, std::string(entry.key),
                                "there is no such field; did you mean " + std::string(meant) + "?");
  }
  return out;
}

struct agent_body {
  proto::agent agent;
  std::vector<std::string_view> omitted;
};

/// The body as an agent; answers the call and gives nothing when it is no good.
std::optional<agent_body> read_agent(call& now) {
  auto text = body_text(now.in);
  if (auto unique = proto::json::refuse_duplicate_keys(text); !unique) {
    refuse(now, unique.failure());
    return std::nullopt;
  }
  auto read = read_body<proto::agent>(now);
  if (!read)
    return std::nullopt;
  auto omitted = find_omitted(text);
  if (!omitted) {
    refuse(now, omitted.failure());
    return std::nullopt;
  }
  return agent_body{std::move(*read), std::move(*omitted)};
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
  auto body = read_agent(now);
  if (!body)
    return;
  const auto& id = body->agent.id;
  if (id.empty())
    return refuse(now, proto::field_error(ec::missing_field, "id", "an agent needs an id"));
  if (!is_id(id.text))
    return refuse(now, refuse_id(id.text));
  ask<proto::agent>(now.at.gateway, now.at.to.agents, proto::create_agent{std::move(body->agent)},
                    now.token, [](const proto::agent& made) {
                      auto out = json_response(made, 201);
                      out.headers.emplace_back("Location", "/agents/" + made.id.text);
                      return out;
                    });
}

void put_agent(call& now) {
  auto body = read_agent(now);
  if (!body)
    return;
  proto::agent_id id{now.ids[0]};
  auto given = std::exchange(body->agent.id, id);
  // What it is now decides first: whether it is there at all, and what may be left out.
  auto run = [to = now.at.to.agents, token = now.token, wish = proto::replace_agent{body->agent},
              given, omitted = body->omitted](gateway_actor::pointer self) {
    auto fail = [token](const caf::error& why) { token.answer(actors::from_caf(why)); };
    auto replace = [self, to, token, wish, given, omitted, fail](const proto::agent& present) {
      if (auto problem = refuse_put(present, given, omitted))
        return token.answer(*problem);
      self->request(to, proto::limits::ask, wish)
          .then([token](const proto::agent& kept) { token.answer(json_response(kept)); }, fail);
    };
    self->request(to, proto::limits::ask, proto::get_agent{wish.agent.id}).then(replace, fail);
  };
  caf::anon_send(now.at.gateway, errand{std::move(run)});
}

void delete_one_agent(call& now) {
  ask<proto::acknowledged>(now.at.gateway, now.at.to.agents,
                           proto::delete_agent{proto::agent_id{now.ids[0]}}, now.token,
                           [](const proto::acknowledged&) { return empty_response(); });
}

} // namespace kodad::http
