#include "http/gateway/worker_pool.hpp"

#include "http/gateway/head_parser.hpp"
#include "http/gateway/path_prefix.hpp"

#include <algorithm>
#include <exception>
#include <optional>

namespace kodad::http {

namespace {

/// Takes what stands before the next semicolon.
std::string next_part(std::string_view& rest) {
  auto end = std::min(rest.find(';'), rest.size());
  auto out = to_lower(trim_blanks(rest.substr(0, end)));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return out;
}

/// JSON is UTF-8 (RFC 8259, 8.1); a body that says that it is something else would be misread.
std::optional<proto::error> refuse_type(const header_list& headers) {
  auto type = find_header(headers, "content-type").value_or("");
  if (next_part(type) != "application/json")
    return proto::make_error(proto::ec::unsupported_media,
                             "the body must be of type application/json");
  constexpr std::string_view charset = "charset=";
  while (!type.empty()) {
    auto part = next_part(type);
    if (!part.starts_with(charset))
      continue;
    auto name = std::string_view(part).substr(charset.size());
    if (name.size() > 1 && name.front() == '"' && name.back() == '"')
      name = name.substr(1, name.size() - 2);
    if (name != "utf-8" && name != "utf8" && name != "us-ascii")
      return proto::make_error(proto::ec::unsupported_media,
                               "the body must be UTF-8, whatever its Content-Type says");
  }
  return std::nullopt;
}

bool is_preflight(const request_head& head) {
  return head.method == "OPTIONS" && find_header(head.headers, "access-control-request-method");
}

header_list cors_headers(std::string origin) {
  if (origin.empty())
    return {};
  return {{"Access-Control-Allow-Origin", std::move(origin)},
          {"Access-Control-Expose-Headers",
           "Accept-Ranges, Allow, Content-Range, Link, Location, Retry-After, X-Output-Truncated, "
           "X-Provider-Errors, X-Request-Id"},
          {"Vary", "Origin"}};
}

response preflight_response() {
  response reply;
  reply.status = 204;
  reply.headers = {{"Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE"},
                   {"Access-Control-Allow-Headers",
                    "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-Id"},
                   {"Access-Control-Max-Age", "600"}};
  return reply;
}

} // namespace

worker_pool::worker_pool(work_queue& queue, door guard, request_handler handler)
    : queue_(queue), guard_(std::move(guard)), handler_(std::move(handler)) {}

worker_pool::~worker_pool() {
  stop();
}

void worker_pool::start(size_t workers) {
  for (size_t i = 0; i < workers; ++i)
    threads_.emplace_back([this] {
      while (auto item = queue_.take())
        serve(std::move(*item));
    });
  threads_.emplace_back([this] {
    while (auto item = queue_.take_urgent())
      serve(std::move(*item));
  });
}

void worker_pool::stop() {
  queue_.close();
  for (auto& thread : threads_)
    thread.join();
  threads_.clear();
}

void worker_pool::serve(work_item item) {
  reply_token token(item.reply);
  auto origin = guard_.welcome_origin(item.head.headers);
  bool welcome = !origin.empty();
  item.reply->set_extra_headers(cors_headers(std::move(origin)));
  item.reply->set_path_prefix(path_prefix_of(item.head.headers));
  item.reply.reset();
  if (welcome && is_preflight(item.head)) {
    auto bad = guard_.tokenless_refusal(item.head.headers);
    return bad ? token.answer(*bad) : token.answer(preflight_response());
  }
  auto bad = is_probe(item.head) ? guard_.tokenless_refusal(item.head.headers)
                                 : guard_.refusal(item.head.headers);
  if (bad)
    return token.answer(*bad);
  if (auto wrong = item.body.empty() ? std::nullopt : refuse_type(item.head.headers))
    return token.answer(*wrong);
  if (auto in = router_.read(item))
    return call_handler(*in, std::move(token));
  token.answer(proto::make_error(proto::ec::invalid_request, "the request target is no path"));
}

void worker_pool::call_handler(const request& in, reply_token token) {
  try {
    handler_(in, token);
  } catch (const std::exception& thrown) {
    // Its text may hold paths: the client learns only that it was our fault.
    token.answer(proto::make_error(proto::ec::internal, thrown.what()));
  }
}

} // namespace kodad::http
