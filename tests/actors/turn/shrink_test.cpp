#include "actors/turn/shrink.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::chat_message;
using proto::chat_part_kind;
using proto::chat_role;

namespace {

chat_message says(chat_role who, std::string text) {
  return {who, {{.text = std::move(text)}}};
}

chat_message calls(std::string id) {
  return {chat_role::assistant, {{.kind = chat_part_kind::tool_call, .call_id = std::move(id)}}};
}

chat_message result(std::string id, size_t bytes) {
  return {chat_role::user,
          {{.kind = chat_part_kind::tool_result,
            .text = std::string(bytes, 'x'),
            .call_id = std::move(id)}}};
}

/// Two turns; the second one has made two steps.
proto::chat_request conversation() {
  proto::chat_request out;
  out.messages = {says(chat_role::user, "first"),
                  calls("a"),
                  result("a", 5000),
                  says(chat_role::assistant, "done"),
                  says(chat_role::user, "second"),
                  calls("b"),
                  result("b", 5000),
                  calls("c"),
                  result("c", 20'000)};
  return out;
}

size_t bytes_of(const proto::chat_request& request, const std::string& call) {
  for (const auto& message : request.messages)
    for (const auto& part : message.parts)
      if (part.kind == chat_part_kind::tool_result && part.call_id == call)
        return part.text.size();
  return 0;
}

} // namespace

TEST_CASE("the first shrinking forgets the results of earlier turns only") {
  auto request = conversation();
  shrink(request, 1);

  CHECK(bytes_of(request, "a") < 60);
  CHECK(bytes_of(request, "b") == 5000);
  CHECK(bytes_of(request, "c") == 20'000);
  CHECK(request.messages.size() == 9);
}

TEST_CASE("the second one cuts what this turn's earlier steps found") {
  auto request = conversation();
  shrink(request, 2);

  CHECK(bytes_of(request, "b") < 2100);
  CHECK(bytes_of(request, "c") == 20'000);
}

TEST_CASE("the third one drops the earlier turns and keeps calls and results together") {
  auto request = conversation();
  shrink(request, 3);

  REQUIRE(request.messages.size() == 5);
  CHECK(request.messages[0].parts[0].text == "second");
  CHECK(bytes_of(request, "b") < 2100);
  CHECK(bytes_of(request, "c") < 8100);
}

TEST_CASE("a conversation without anything to leave out stays as it is") {
  proto::chat_request request;
  for (int level = 1; level <= shrinkings_max; ++level)
    shrink(request, level);
  CHECK(request.messages.empty());
  request.messages = {says(chat_role::user, "hi")};
  shrink(request, 3);
  CHECK(request.messages.size() == 1);
}
