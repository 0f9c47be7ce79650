#include "actors/turn/prompt.hpp"
#include "actors/turn/retry_policy.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::chat_part_kind;
using proto::chat_role;

namespace {

proto::part_record piece(proto::part_type type, uint32_t step, std::string text) {
  proto::part_record out;
  out.shown.type = type;
  out.shown.step = step;
  out.shown.text = std::move(text);
  return out;
}

proto::part_record call(uint32_t step, std::string id, proto::tool_status status) {
  auto out = piece(proto::part_type::tool, step, "");
  out.shown.call_id = proto::call_id{std::move(id)};
  out.shown.tool = "read";
  out.shown.input = "{}";
  out.shown.status = status;
  out.shown.output = "seen";
  return out;
}

} // namespace

TEST_CASE("each step of an answer is one message, followed by its tools' results") {
  proto::agent who;
  proto::model model;
  std::vector<proto::full_message> past(1);
  past[0].parts.push_back(piece(proto::part_type::text, 0, "do it"));
  std::vector<proto::part_record> parts{
      piece(proto::part_type::text, 1, "I look"), call(1, "a", proto::tool_status::completed),
      call(1, "b", proto::tool_status::failed), call(2, "c", proto::tool_status::completed)};

  auto request = compose({who, model, past, parts, {}, "/w"});

  REQUIRE(request.messages.size() == 5);
  CHECK(request.messages[0].role == chat_role::user);
  CHECK(request.messages[1].parts.size() == 3);
  CHECK(request.messages[2].parts[1].kind == chat_part_kind::tool_result);
  CHECK(request.messages[2].parts[1].failed);
  CHECK(request.messages[3].parts[0].call_id == "c");
}

TEST_CASE("a call that never ended is answered as interrupted") {
  proto::agent who;
  proto::model model;
  std::vector<proto::part_record> parts{call(1, "a", proto::tool_status::running)};

  auto request = compose({who, model, {}, parts, {}, "/w"});

  REQUIRE(request.messages.size() == 2);
  CHECK(request.messages[1].parts[0].text == "interrupted, effect unknown");
}

TEST_CASE("what is lost is said in its place, in the step where it stood") {
  proto::agent who;
  proto::model model;
  std::vector<proto::full_message> past(2);
  past[0].parts.push_back(piece(proto::part_type::text, 0, "real"));
  past[0].parts.push_back(piece(proto::part_type::file, 0, ""));
  past[0].parts[1].shown.name = "a.png";
  past[0].parts[1].content = "bytes";
  past[1].head.role = proto::message_role::assistant;
  past[1].parts = {piece(proto::part_type::text, 1, "gone"),
                   call(1, "a", proto::tool_status::failed)};
  past[1].parts[1].shown.error = "a call's own";
  mark_lost(past[0].parts[0], "blobs/aa/aa");
  mark_lost(past[0].parts[1], "blobs/bb/bb");
  past[1].parts[0].shown.text.clear();
  mark_lost(past[1].parts[0], "blobs/cc/cc");

  auto request = compose({who, model, past, {}, {}, "/w"});

  REQUIRE(request.messages.size() == 3);
  const auto& said = request.messages[0].parts;
  CHECK(said[0].text == "[the content of this part of the conversation is lost]");
  CHECK(said[1].text == "[the content of the attachment a.png is lost]");
  CHECK(said[1].kind == chat_part_kind::text);
  CHECK(request.messages[1].parts[0].text == said[0].text);
  CHECK(request.messages[1].parts[1].kind == chat_part_kind::tool_call);
  CHECK(request.messages[2].parts[0].text == "seen");
}

TEST_CASE("a wait doubles its bound, keeps to the longest and obeys the provider") {
  CHECK(retry_delay_ms(1, {}, 0.5) == 250);
  CHECK(retry_delay_ms(3, {}, 0.5) == 1000);
  CHECK(retry_delay_ms(30, {}, 0.5) == 15'000);
  CHECK(retry_delay_ms(1, 1234, 0.5) == 1234);
  CHECK(retry_delay_ms(1, 59'999, 0.5) == 59'999);
}
