#include "http/routes.hpp"

#include "http/routes/handlers.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace kodad::http {

namespace {

constexpr std::array table{
    route{"GET", "/health", get_health},
    route{"GET", "/config", get_config},
    route{"POST", "/sessions", post_session},
    route{"GET", "/sessions", get_sessions},
    route{"GET", "/sessions/:id", get_one_session},
    route{"PATCH", "/sessions/:id", patch_one_session},
    route{"DELETE", "/sessions/:id", delete_one_session},
    route{"POST", "/sessions/:id/messages", post_message},
    route{"GET", "/sessions/:id/messages", get_messages},
    route{"POST", "/sessions/:id/answer", post_answer},
    route{"POST", "/sessions/:id/branch", post_branch},
    route{"GET", "/sessions/:id/stream", get_stream},
    route{"GET", "/sessions/:id/turn", get_one_turn},
    route{"POST", "/sessions/:id/cancel", post_cancel},
    route{"GET", "/sessions/:id/questions", get_questions},
    route{"GET", "/sessions/:id/outputs/:call_id", get_output},
    route{"GET", "/agents", get_agents},
    route{"POST", "/agents", post_agent},
    route{"GET", "/agents/:id", get_one_agent},
    route{"PUT", "/agents/:id", put_agent},
    route{"DELETE", "/agents/:id", delete_one_agent},
    route{"GET", "/models", get_models},
    route{"POST", "/models/refresh", post_refresh},
    route{"GET", "/settings", get_settings},
    route{"GET", "/settings/:key", get_one_setting},
    route{"PUT", "/settings/:key", put_one_setting},
};

/// The segments of a path: "/a/b" has "a" and "b".
std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    auto end = std::min(path.find('/'), path.size());
    out.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return out;
}

/// The variable segments, decoded, when `path` (as sent: a segment may hold an encoded slash) fits
/// `pattern`.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  auto wanted = segments(pattern);
  auto given = segments(path);
  if (wanted.size() != given.size())
    return std::nullopt;
  std::vector<std::string> ids;
  for (size_t i = 0; i < wanted.size(); ++i) {
    auto decoded = percent_decode(given[i]);
    if (!decoded)
      return std::nullopt;
    if (wanted[i].starts_with(':') && !decoded->empty())
      ids.push_back(std::move(*decoded));
    else if (wanted[i] != given[i])
      return std::nullopt;
  }
  return ids;
}

response not_allowed(const std::string& methods) {
  auto out = to_response(
      proto::make_error(proto::ec::method_not_allowed, "this path knows only " + methods));
  out.headers.emplace_back("Allow", methods);
  return out;
}

} // namespace

std::span<const route> all_routes() {
  return table;
}

void dispatch(const request& in, reply_token token, const desk& at) {
  std::string methods;
  for (const auto& one : table) {
    auto ids = match(one.path, in.raw_path);
    if (!ids)
      continue;
    if (one.method == in.method) {
      call now{in, std::move(*ids), std::move(token), at};
      return one.handler(now);
    }
    methods += (methods.empty() ? "" : ", ") + std::string(one.method);
  }
  if (!methods.empty())
    return token.answer(not_allowed(methods));
  token.answer(proto::make_error(proto::ec::not_found, "there is no such path"));
}

} // namespace kodad::http
