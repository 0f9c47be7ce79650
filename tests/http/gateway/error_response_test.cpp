#include "http/error_response.hpp"
#include "http/failure_log.hpp"
#include "http/gateway/request_id.hpp"
#include "http/gateway/response_head.hpp"
#include "proto/limits/door.hpp"

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

TEST_CASE("who is turned away because of the host's state is told when to come back") {
  for (auto code : {ec::draining, ec::host_full, ec::queue_full}) {
    auto reply = to_response(proto::make_error(code, "not now"));
    CHECK(find_header(reply.headers, "Retry-After") == "1");
    CHECK(reply.body.find("\"retry_after\":1") != std::string::npos);
  }
  auto slow = to_response(proto::make_error(ec::provider_down, "no provider"), 503);
  CHECK(find_header(slow.headers, "Retry-After") == "1");
  CHECK_FALSE(find_header(to_response(proto::make_error(ec::timeout, "x")).headers, "Retry-After"));
}

TEST_CASE("a field of the request that the host cannot serve keeps its own sentence") {
  auto failure = proto::field_error(ec::timeout, "workspace", "the disk did not answer");
  failure.retry_after_s = 30;
  auto reply = to_response(failure, "req_7");
  CHECK(reply.status == 504);
  CHECK(reply.body == R"({"error":"the disk did not answer","code":"timeout",)"
                      R"("field":"workspace","retry_after":30,"request_id":"req_7"})");
}

TEST_CASE("what went wrong inside the host is told by a fixed sentence") {
  for (auto code : {ec::internal, ec::storage_failed, ec::storage_full, ec::timeout, ec::host_full,
                    ec::draining}) {
    auto failure =
        proto::make_error(code, "open /home/x/.local/state/kodad/data.mdb: permission denied");
    CAPTURE(proto::to_word(code));
    auto reply = to_response(failure, "req_7");
    CHECK(reply.status >= 500);
    CHECK(reply.body.find('/') == std::string::npos);
    CHECK(reply.body.find("denied") == std::string::npos);
    CHECK(reply.body.find("\"request_id\":\"req_7\"") != std::string::npos);
  }
  auto client_s = to_response(proto::make_error(ec::invalid_request, "no path"), "req_7");
  CHECK(client_s.body == R"({"error":"no path","code":"invalid_request"})");
}

TEST_CASE("the log tells the request and the reason, and of a flood how many there were") {
  std::vector<std::string> lines;
  bool has_room = true;
  operator_log log("requests failed", "/home/x/state", [&](std::string_view line) {
    if (has_room)
      lines.emplace_back(line);
    return has_room;
  });
  auto failure = proto::make_error(ec::storage_failed, "write /home/x/state/data.mdb: disk full");
  log_failure(log, "req_1", failure);
  CHECK(lines ==
        std::vector<std::string>{"request req_1: storage_failed: write STATE/data.mdb: disk full"});
  log_failure(log, "req_1", proto::make_error(ec::invalid_request, "a client's"));
  log_failure(log, "req_1", proto::field_error(ec::storage_full, "key", "told to the client"));
  CHECK(lines.size() == 1);

  lines.clear();
  auto now = std::chrono::steady_clock::now() + std::chrono::hours(1);
  for (int i = 0; i < 1000; ++i)
    log.add("line", now);
  CHECK(lines.size() == proto::limits::failure_lines_per_second);
  lines.clear();
  log.add("next", now + std::chrono::seconds(2));
  CHECK(lines == std::vector<std::string>{"990 more requests failed", "next"});

  has_room = false; // Nobody reads: nothing waits, and what is left out is counted.
  for (int i = 0; i < 3; ++i)
    log.add("unread", now + std::chrono::seconds(4));
  has_room = true;
  lines.clear();
  log.add("read", now + std::chrono::seconds(6));
  CHECK(lines == std::vector<std::string>{"3 more requests failed", "read"});
}

TEST_CASE("a client's request id is kept when it is one, else there is a new one") {
  CHECK(request_id_of({{"x-request-id", "Client-1.a_b"}}) == "Client-1.a_b");
  CHECK(request_id_of({{"x-request-id", std::string(128, 'a')}}) == std::string(128, 'a'));
  for (const std::string& bad : {std::string(), std::string(129, 'a'), std::string("a b"),
                                 std::string("a/b"), std::string("\xc3\xa4")})
    CHECK(request_id_of({{"x-request-id", bad}}).starts_with("req_"));
  CHECK(request_id_of({{"x-request-id", "a"}, {"x-request-id", "b"}}).starts_with("req_"));
  CHECK(new_request_id() != new_request_id());
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
