#include "http/routes.hpp"

#include "http/routes/handlers.hpp"
#include "http/routes/parse.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace kodad::http {

namespace {

constexpr std::array table{
    route{"GET", "/health", get_health},
    route{"GET", "/ready", get_ready},
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

/// Does the path have as many segments, and those that are not variable?
bool looks_like(std::string_view pattern, const std::vector<std::string_view>& given) {
  size_t index = 0;
  while (!pattern.empty() && index < given.size()) {
    pattern.remove_prefix(1);
    auto end = std::min(pattern.find('/'), pattern.size());
    auto wanted = pattern.substr(0, end);
    auto segment = given[index++];
    if (wanted.starts_with(':') ? segment.empty() : wanted != segment)
      return false;
    pattern.remove_prefix(end);
  }
  return pattern.empty() && index == given.size();
}

/// The variable segments, decoded, when the path's segments (as sent: one may hold an encoded
/// slash) fit `pattern`.
std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              const std::vector<std::string_view>& given) {
  if (!looks_like(pattern, given))
    return std::nullopt;
  auto wanted = segments(pattern);
  std::vector<std::string> ids;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i].starts_with(':'))
      continue;
    auto decoded = percent_decode(given[i]);
    if (!decoded)
      return std::nullopt;
    ids.push_back(std::move(*decoded));
  }
  return ids;
}

/// Text that may be kept and shown: UTF-8 without control characters.
bool is_plain_text(std::string_view text) {
  auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  // U+0080 to U+009F are control characters as well: C2 80 to C2 9F.
  for (size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == '\xc2' && static_cast<unsigned char>(text[i + 1]) < 0xa0)
      return false;
  return std::ranges::none_of(text, is_control) && proto::text::is_utf8(text);
}

proto::error no_text(std::string field) {
  return proto::field_error(proto::ec::invalid_value, std::move(field),
                            "expected UTF-8 without control characters");
}

/// The first variable of the path or the query that is no text.
std::optional<proto::error> find_no_text(const route& to, const call& now) {
  size_t index = 0;
  for (auto segment : segments(to.path))
    if (segment.starts_with(':') && !is_plain_text(now.ids[index++]))
      return no_text(std::string(segment.substr(1)));
  for (const auto& [name, value] : parse_query(now.in.query))
    if (!is_plain_text(name) || !is_plain_text(value))
      return no_text(is_plain_text(name) ? name : "query");
  return std::nullopt;
}

/// Who asks for a path's methods is told; who uses another is told them as well.
/// @param methods Of the path's routes.
response tell_methods(const request& in, std::string methods) {
  if (methods.find("GET") != std::string::npos)
    methods += ", HEAD";
  methods += ", OPTIONS";
  auto out = in.method == "OPTIONS"
                 ? empty_response()
                 : to_response(proto::make_error(proto::ec::method_not_allowed,
                                                 "this path knows only " + methods));
  out.headers.emplace_back("Allow", methods);
  return out;
}

} // namespace

std::span<const route> all_routes() {
  return table;
}

void dispatch(const request& in, reply_token token, const desk& at) {
  if (in.method == "OPTIONS" && in.raw_path == "*")
    return token.answer(tell_methods(in, "GET, POST, PUT, PATCH, DELETE"));
  std::string methods;
  auto given = segments(in.raw_path);
  for (const auto& one : table) {
    auto ids = match(one.path, given);
    if (!ids)
      continue;
    if (one.method == in.method) {
      call now{in, std::move(*ids), std::move(token), at};
      if (auto bad = find_no_text(one, now))
        return now.token.answer(*bad);
      return one.handler(now);
    }
    methods += (methods.empty() ? "" : ", ") + std::string(one.method);
  }
  if (!methods.empty())
    return token.answer(tell_methods(in, methods));
  if (!is_plain_text(in.path))
    return token.answer(no_text("path"));
  token.answer(proto::make_error(proto::ec::not_found, "there is no such path"));
}

} // namespace kodad::http
