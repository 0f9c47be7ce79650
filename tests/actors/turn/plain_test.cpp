#include "actors/turn/plain.hpp"

#include <doctest/doctest.h>

using namespace kodad::actors;
using namespace kodad::proto;

namespace {

chat_part part_of(chat_part_kind kind, std::string text, std::string call = "") {
  chat_part out;
  out.kind = kind;
  out.text = std::move(text);
  out.call_id = std::move(call);
  out.tool = kind == chat_part_kind::tool_call ? "read" : "";
  out.input = kind == chat_part_kind::tool_call ? R"({"p":1})" : "";
  return out;
}

chat_message user(std::vector<chat_part> parts) {
  return {chat_role::user, std::move(parts)};
}

chat_message assistant(std::vector<chat_part> parts) {
  return {chat_role::assistant, std::move(parts)};
}

std::string plain(std::vector<chat_message> messages) {
  chat_request request;
  request.messages = std::move(messages);
  make_plain(request);
  CHECK(is_plain(request));
  return request.messages[0].parts[0].text;
}

constexpr auto text = chat_part_kind::text;
constexpr auto call = chat_part_kind::tool_call;
constexpr auto result = chat_part_kind::tool_result;

} // namespace

TEST_CASE("a conversation becomes one message that tells of all but reasoning and files") {
  auto image = part_of(chat_part_kind::file, "\x89PNG");
  image.name = "a.png";
  image.mime_type = "image/png";
  auto notes = part_of(chat_part_kind::file, "words");
  notes.name = "b.txt";
  notes.mime_type = "text/plain";

  CHECK(plain({user({part_of(text, "look"), image, notes}),
               assistant({part_of(chat_part_kind::reasoning, "secret"), part_of(text, "\n"),
                          part_of(call, "", "1")}),
               user({part_of(result, "found", "1")}), assistant({part_of(text, "done")}),
               user({part_of(text, "again")}), assistant({part_of(call, "", "2")}),
               user({part_of(result, "gone", "2")})}) ==
        "[The conversation so far:]\n\nUser: look\n\n[The file a.png (image/png) is left out.]\n\n"
        "<file name=\"b.txt\">\nwords\n</file>\n\n"
        "Assistant: [The tool read was called with {\"p\":1}. Its result:]\nfound\n\n"
        "Assistant: done\n\n[The user says now:]\n\nagain\n\n[You have since said and done:]\n\n"
        "[The tool read was called with {\"p\":1}. Its result:]\ngone\n\n[Go on from there.]");
}

TEST_CASE("what is plain already has nothing to leave out") {
  chat_request request;
  request.messages = {user({part_of(text, "hi")})};
  CHECK(is_plain(request));
  request.temperature = 0.5;
  CHECK_FALSE(is_plain(request));
  make_plain(request);
  CHECK(is_plain(request));
  CHECK(request.messages[0].parts[0].text == "hi");
  CHECK(plain({}) == "Go on.");
}
