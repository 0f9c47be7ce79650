#include "proto/provider/layout.hpp"

#include "proto/provider/call_names.hpp"

#include "tests/proto/provider/chat_parts.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

chat_part file_part(std::string mime_type, std::string bytes) {
  return provider::file_part("a", std::move(mime_type), std::move(bytes));
}

chat_part sealed(chat_part part, std::string model = "p/m") {
  part.opaque.text = R"({"signature":"s"})";
  part.opaque_model.text = std::move(model);
  return part;
}

chat_part reasoning_part(std::string text) {
  auto out = text_part(std::move(text));
  out.kind = chat_part_kind::reasoning;
  return out;
}

chat_message user(std::vector<chat_part> parts) {
  return {chat_role::user, std::move(parts)};
}

chat_message assistant(std::vector<chat_part> parts) {
  return {chat_role::assistant, std::move(parts)};
}

/// "u[text] a[call(id,name,input)] …", one mark for each part.
std::string told(const std::vector<chat_message>& messages) {
  std::string out;
  for (const auto& message : messages) {
    out += message.role == chat_role::user ? "u[" : "a[";
    for (const auto& part : message.parts) {
      if (&part != &message.parts.front())
        out += "|";
      switch (part.kind) {
      case chat_part_kind::text:
        out += part.text;
        break;
      case chat_part_kind::reasoning:
        out += "think " + part.text;
        break;
      case chat_part_kind::tool_call:
        out += "call " + part.call_id + " " + part.tool + " " + part.input;
        break;
      case chat_part_kind::tool_result:
        out += (part.failed ? "failed " : "result ") + part.call_id + " " + part.text;
        break;
      case chat_part_kind::file:
        out += "file " + part.mime_type;
        break;
      }
    }
    out += "]";
  }
  return out;
}

chat_request request_of(std::vector<chat_message> messages) {
  chat_request out;
  out.model.text = "p/m";
  out.messages = std::move(messages);
  out.tools = {{"f", "", {}, true}};
  return out;
}

std::string laid(std::vector<chat_message> messages, layout_rules by = {}) {
  by.images = usual_images();
  return told(lay_out(request_of(std::move(messages)), by));
}

const auto hi = user({text_part("hi")});
const std::string lost = "u[[The beginning of the conversation is left out.]]";

} // namespace

TEST_CASE("blank text is left out, and what becomes empty with it") {
  CHECK(laid({hi, assistant({text_part("\n\n"), call_part("a")}), user({result_part("a", "x")})}) ==
        "u[hi]a[call a f {}]u[result a x]");
  CHECK(laid({hi, assistant({text_part(" \t\u00a0\u3000\u200b")}), user({text_part("x")})}) ==
        "u[hi|x]");
  CHECK(laid({hi, assistant({sealed(text_part(" "))}), user({text_part("x")})}) == "u[hi|x]");
  CHECK(laid({user({text_part(" ")})}) == "u[Go on.]");
  CHECK(laid({hi, assistant({call_part("a")}), user({result_part("a", "\r\n")})}) ==
        "u[hi]a[call a f {}]u[result a (no output)]");
}

TEST_CASE("roles alternate, and the user has the first and the last word") {
  CHECK(laid({}) == "u[Go on.]");
  CHECK(laid({assistant({text_part("x")})}) == lost + "a[x]u[Go on.]");
  CHECK(laid({hi, hi, assistant({text_part("x")}), assistant({text_part("y")}), hi}) ==
        "u[hi|hi]a[x|y]u[hi]");
}

TEST_CASE("each call has one result right after it, each result its call") {
  CHECK(laid({hi, assistant({call_part("a"), call_part("b")}), user({result_part("b", "x")}),
              user({text_part("stop"), result_part("b", "again"), result_part("z", "y")})}) ==
        "u[hi]a[call a f {}|call b f {}]u[failed a interrupted, effect unknown|result b x|stop|"
        "Result of an earlier call:\nagain|Result of an earlier call:\ny]");
  CHECK(laid({hi, assistant({call_part("a")})}) ==
        "u[hi]a[call a f {}]u[failed a interrupted, effect unknown]");
  CHECK(laid({hi, assistant({result_part("a", "x")}), hi}) ==
        "u[hi]a[Result of an earlier call:\nx]u[hi]");
}

TEST_CASE("something stands between a result and what the user says next") {
  layout_rules bridged;
  bridged.bridges_results = true;

  CHECK(laid({hi, assistant({call_part("a")}), user({result_part("a", "x")}), hi}, bridged) ==
        "u[hi]a[call a f {}]u[result a x]a[I stopped here.]u[hi]");
  CHECK(laid({hi, assistant({call_part("a")}), user({result_part("a", "x")})}, bridged) ==
        "u[hi]a[call a f {}]u[result a x]");
}

TEST_CASE("a call id that comes again is another one, and stays the same as the session grows") {
  std::vector<chat_message> messages{hi, assistant({call_part("exec_0"), call_part("exec_0")}),
                                     user({result_part("exec_0", "1"), result_part("exec_0", "2")}),
                                     assistant({call_part("exec_0")}),
                                     user({result_part("exec_0", "3")})};
  auto grown = messages;
  grown.push_back(assistant({call_part("exec_0")}));
  grown.push_back(user({result_part("exec_0", "4")}));
  auto second = fitting_call_id("exec_0", call_id_form::word_64, 1);
  auto third = fitting_call_id("exec_0", call_id_form::word_64, 2);

  auto before = laid(messages);

  CHECK(before == "u[hi]a[call exec_0 f {}|call " + second + " f {}]u[result exec_0 1|result " +
                      second + " 2]a[call " + third + " f {}]u[result " + third + " 3]");
  CHECK(laid(grown).starts_with(before));
}

TEST_CASE("names and arguments are mended in what is sent back") {
  CHECK(laid({hi, assistant({call_part("a", "\"f\"", "{broken"), call_part("b", "", "[1]"),
                             call_part("c", "f", R"({"a": 1})")})})
            .starts_with(R"(u[hi]a[call a _f_ {}|call b unknown {}|call c f {"a": 1}]u[)"));
}

TEST_CASE("reasoning and seals go back to their own model only") {
  CHECK(laid({hi,
              assistant({sealed(reasoning_part("mine")), sealed(reasoning_part("its"), "q/n"),
                         reasoning_part("bare"), text_part("x")}),
              hi}) == "u[hi]a[think mine|x]u[hi]");
  CHECK(laid({hi, assistant({sealed(reasoning_part("mine"))}), hi}) == "u[hi|hi]");
  auto request = request_of({hi, assistant({sealed(call_part("a"), "q/n")})});
  CHECK(lay_out(request, {})[1].parts[0].opaque.text.empty());
}

TEST_CASE("files that the model cannot take are told of") {
  const std::string png = "\x89PNG\r\n\x1a\nx";
  auto request =
      request_of({user({file_part("image/jpeg", png), file_part("application/pdf", "%PDF-"),
                        file_part("image/bmp", "BM\xff"), file_part("image/png", "")})});
  layout_rules by;
  by.images = usual_images();

  CHECK(told(lay_out(request, by)) ==
        "u[[The image a (image/jpeg) is left out: this model sees no images.]|file application/pdf|"
        "[The file a (image/bmp) cannot be shown as text.]|"
        "[The image a (image/png) is left out: this model sees no images.]]");
  request.model_sees = true;
  request.model_reads_pdfs = false;
  CHECK(told(lay_out(request, by))
            .starts_with("u[file image/png|[The file a (application/pdf) is left out: this model "
                         "reads no PDFs.]|"));
}

TEST_CASE("without tools calls are told of in words") {
  auto request = request_of({hi, assistant({text_part("look"), call_part("a", "f", R"({"p":1})")}),
                             user({result_part("a", "found")}), assistant({call_part("b")})});
  request.tools.clear();

  CHECK(told(lay_out(request, {})) ==
        "u[hi]a[look]u[[The tool f was called with {\"p\":1}. Its result:]\nfound|"
        "[The tool f was called with {}. It failed:]\ninterrupted, effect unknown]");
}

TEST_CASE("call ids take each server's form, the same one every time") {
  for (auto id : {"", "call|fc_1", "ünï", "call_1 "}) {
    INFO(id);
    auto fitting = fitting_call_id(id, call_id_form::word_64);
    CHECK(fitting.starts_with("call_"));
    CHECK(fitting.size() <= 40);
    CHECK(fitting == fitting_call_id(id, call_id_form::word_40));
    CHECK(fitting_call_id(id, call_id_form::nine).size() == 9);
  }
  CHECK(fitting_call_id("toolu_01-Ab", call_id_form::word_64) == "toolu_01-Ab");
  CHECK(fitting_call_id(std::string(64, 'a'), call_id_form::word_64) == std::string(64, 'a'));
  CHECK(fitting_call_id(std::string(64, 'a'), call_id_form::word_40).size() <= 40);
  CHECK(fitting_call_id("f.x:0", call_id_form::dotted) == "f.x:0");
  CHECK(fitting_call_id("abcDEF123", call_id_form::nine) == "abcDEF123");
  CHECK(fitting_call_id("a|1", call_id_form::nine) != fitting_call_id("a|2", call_id_form::nine));
}

TEST_CASE("names of tools are left alone unless they would be refused") {
  CHECK(fitting_tool_name("mcp_Read-2") == "mcp_Read-2");
  CHECK(fitting_tool_name("a.b/c d") == "a_b_c_d");
  CHECK(fitting_tool_name("2fast") == "_2fast");
  CHECK(fitting_tool_name("") == "unknown");
  CHECK(fitting_tool_name(std::string(200, 'a')).size() == 64);
  CHECK(fitting_tool_name("-" + std::string(200, 'a')).size() == 64);
}
