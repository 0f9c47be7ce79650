#include "http/error_response.hpp"
#include "http/gateway/response_head.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::http;
using proto::ec;

TEST_CASE("every error code has its status") {
  struct {
    ec code;
    int status;
  } cases[] = {{ec::invalid_json, 400},
               {ec::unauthorized, 401},
               {ec::builtin_agent, 403},
               {ec::session_not_found, 404},
               {ec::method_not_allowed, 405},
               {ec::request_timeout, 408},
               {ec::session_busy, 409},
               {ec::body_too_large, 413},
               {ec::unsupported_media, 415},
               {ec::host_not_allowed, 421},
               {ec::idempotency_conflict, 422},
               {ec::queue_full, 429},
               {ec::head_too_large, 431},
               {ec::internal, 500},
               {ec::provider_down, 502},
               {ec::draining, 503},
               {ec::timeout, 504},
               {ec::storage_full, 507}};
  for (const auto& one : cases)
    CHECK(to_status(one.code) == one.status);
}

TEST_CASE("an error's body names its code, field, limit and waiting time") {
  auto failure = proto::field_error(ec::queue_full, "content", "say \"no\"");
  failure.limit = 32;
  failure.retry_after_s = 5;

  auto reply = to_response(failure);

  CHECK(reply.status == 429);
  CHECK(reply.body == R"({"error":"say \"no\"","code":"queue_full","field":"content",)"
                      R"("limit":32,"retry_after":5})");
  CHECK(find_header(reply.headers, "Retry-After") == "5");
}

TEST_CASE("a header cannot forge a second response") {
  response reply;
  reply.headers = {{"X-Good", "yes"}, {"X-Bad", "a\r\nSet-Cookie: b"}, {"X Bad", "c"}};
  auto head = response_head(reply, afterwards::keep_open, "");
  CHECK(head.find("X-Good: yes\r\n") != std::string::npos);
  CHECK(head.find("Bad") == std::string::npos);
  CHECK(head.find("Set-Cookie") == std::string::npos);
}

TEST_CASE("a date is written as HTTP wants it") {
  CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}
