#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"
#include "proto/limits.hpp"

#include <filesystem>

namespace kodad::http {

using proto::ec;

namespace {

/// Metadata must be an object; anything else would come back as something it was not.
bool is_object(const proto::raw_json& x) {
  return x.text.empty() || x.text.front() == '{';
}

const auto no_object = proto::field_error(ec::wrong_type, "metadata", "expected an object");

response created(const proto::session& made) {
  auto out = json_response(made, 201);
  out.headers.emplace_back("Location", "/sessions/" + made.id.text);
  return out;
}

/// As sessions tell their own: without a slash at the end, "." or "..".
std::string plain_path(const std::string& given) {
  auto out = std::filesystem::path(given).lexically_normal().string();
  while (out.size() > 1 && out.ends_with('/'))
    out.pop_back();
  return out;
}

proto::result<proto::list_sessions> parse_list(const request& in) {
  auto given = parse_query(in.query);
  proto::list_sessions out;
  auto limit = number_of(given, "limit", {proto::limits::page_default, 1, proto::limits::page_max});
  if (!limit)
    return limit.failure();
  out.limit = *limit;
  out.cursor = text_of(given, "cursor").value_or("");
  if (auto workspace = text_of(given, "workspace"))
    out.workspace = plain_path(*workspace);
  out.text = text_of(given, "q").value_or("");
  if (auto agent = text_of(given, "agent_id"))
    out.agent_id = proto::agent_id{*agent};
  if (auto status = text_of(given, "status")) {
    proto::session_status wanted{};
    if (auto read = proto::read_word(*status, wanted); !read)
      return proto::field_error(ec::invalid_value, "status", read.failure().context);
    out.status = wanted;
  }
  return out;
}

} // namespace

void post_session(call& now) {
  auto wish = read_body<proto::create_session>(now);
  if (!wish)
    return;
  auto once = once_of(now.in);
  if (!once)
    return refuse(now, once.failure());
  if (!is_object(wish->metadata))
    return refuse(now, no_object);
  wish->once = std::move(*once);
  ask<proto::session>(now.at.gateway, now.at.to.directory, std::move(*wish), now.token, created);
}

void get_sessions(call& now) {
  auto wish = parse_list(now.in);
  if (!wish)
    return refuse(now, wish.failure());
  answer_page(now, now.at.to.archive, std::move(*wish), &proto::session_page::sessions);
}

void get_one_session(call& now) {
  ask<proto::session>(now.at.gateway, now.at.to.reader,
                      proto::get_session{proto::session_id{now.ids[0]}}, now.token,
                      [](const proto::session& found) { return json_response(found); });
}

void patch_one_session(call& now) {
  auto change = read_body<proto::patch_session>(now);
  if (!change)
    return;
  if (!is_object(change->metadata))
    return refuse(now, no_object);
  change->session = proto::session_id{now.ids[0]};
  ask<proto::session>(now.at.gateway, now.at.to.directory, std::move(*change), now.token,
                      [](const proto::session& changed) { return json_response(changed); });
}

void delete_one_session(call& now) {
  ask<proto::acknowledged>(now.at.gateway, now.at.to.directory,
                           proto::delete_session{proto::session_id{now.ids[0]}}, now.token,
                           [](const proto::acknowledged&) { return empty_response(); });
}

void post_branch(call& now) {
  auto wish = read_body<proto::branch_session>(now);
  if (!wish)
    return;
  auto once = once_of(now.in);
  if (!once)
    return refuse(now, once.failure());
  wish->session = proto::session_id{now.ids[0]};
  wish->once = std::move(*once);
  ask<proto::session>(now.at.gateway, now.at.to.directory, std::move(*wish), now.token, created);
}

} // namespace kodad::http
