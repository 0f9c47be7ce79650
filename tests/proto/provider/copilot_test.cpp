#include "proto/provider/copilot.hpp"
#include "proto/provider/copilot_models.hpp"
#include "proto/provider/copilot_token.hpp"
#include "proto/provider/retry_after.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

chat_part part_of(chat_part_kind kind, std::string text, std::string mime_type = "") {
  chat_part out;
  out.kind = kind;
  out.text = std::move(text);
  out.call_id = "c";
  out.mime_type = std::move(mime_type);
  return out;
}

chat_request request_of(std::vector<chat_part> last) {
  chat_request out;
  out.model.text = "github-copilot/gpt-4.1";
  out.messages = {{chat_role::user, std::move(last)}};
  return out;
}

wire_request encode(const chat_request& request, std::string base = "") {
  return make_copilot()->encode({"github-copilot", std::move(base), "k"}, request);
}

} // namespace

TEST_CASE("Copilot's paths have no version") {
  CHECK(encode({}).url == "https://api.githubcopilot.com/chat/completions");
  CHECK(encode({}, "http://h:1/").url == "http://h:1/chat/completions");

  auto list = make_copilot()->discover({"p", "", "k"})->begin();
  REQUIRE(list.size() == 1);
  CHECK(list[0].method == "GET");
  CHECK(list[0].url == "https://api.githubcopilot.com/models");
  CHECK(find_header(list[0].headers, "authorization") == "Bearer k");
  CHECK(find_header(list[0].headers, "copilot-integration-id") == "vscode-chat");
}

TEST_CASE("Copilot is told who asks, for whom, and whether there is something to see") {
  auto text = part_of(chat_part_kind::text, "hi");
  auto image = part_of(chat_part_kind::file, "x", "image/png");
  auto header = [](const chat_request& request, std::string_view name) {
    return std::string(find_header(encode(request).headers, name).value_or("-"));
  };

  auto asked = request_of({text, image});
  CHECK(header(asked, "authorization") == "Bearer k");
  CHECK(header(asked, "editor-version").starts_with("kodad/"));
  CHECK(header(asked, "editor-plugin-version").starts_with("kodad/"));
  CHECK(header(asked, "copilot-integration-id") == "vscode-chat");
  CHECK(header(asked, "openai-intent") == "conversation-edits");
  CHECK(header(asked, "x-initiator") == "user");
  CHECK(header(asked, "copilot-vision-request") == "-");
  asked.model_sees = true;
  CHECK(header(asked, "copilot-vision-request") == "true");
  CHECK(header(request_of({part_of(chat_part_kind::tool_result, "ok")}), "x-initiator") == "agent");
  CHECK(header({}, "x-initiator") == "user");
}

TEST_CASE("Copilot gets the names that its models know") {
  auto body = [](std::string name) {
    auto request = request_of({part_of(chat_part_kind::file, "%PDF", "application/pdf")});
    request.model.text = "p/" + name;
    request.max_output_tokens = 9;
    request.reasoning_effort = "max";
    request.temperature = 0.5;
    return encode(request).body;
  };
  auto holds = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };

  CHECK(holds(body("claude-sonnet-4"), R"("temperature":0.5,"max_tokens":9})"));
  CHECK(holds(body("gpt-5"), R"("max_completion_tokens":9,"reasoning_effort":"high"})"));
  CHECK_FALSE(holds(body("gpt-5"), "temperature"));
  CHECK_FALSE(holds(body("gpt-5"), R"("type":"file")"));
}

TEST_CASE("a Copilot model without Chat Completions is reached by Responses") {
  auto request = request_of({part_of(chat_part_kind::text, "hi")});
  request.only_responses = true;
  auto call = encode(request, "http://h:1");

  CHECK(call.url == "http://h:1/responses");
  CHECK(find_header(call.headers, "copilot-integration-id") == "vscode-chat");
  CHECK(call.body.find(R"("input":[{"role":"user")") != std::string::npos);

  std::vector<stream_chunk> chunks;
  auto decoder = make_copilot()->decoder_for(request);
  CHECK(decoder->feed("data: {\"type\":\"response.output_text.delta\",\"output_index\":0,"
                      "\"delta\":\"yes\"}\n\n",
                      chunks));
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].text == "yes");
}

TEST_CASE("of Copilot's models those are listed that can be used") {
  auto read = read_copilot_models("c", R"({"data":[
    {"id":"a","name":"A","model_picker_enabled":true,"policy":{"state":"enabled"},
     "supported_endpoints":["/chat/completions","/responses"],
     "capabilities":{"type":"chat","limits":{"max_context_window_tokens":200000,
       "max_output_tokens":8192,"max_prompt_tokens":90000},
       "supports":{"tool_calls":true,"vision":true,"reasoning_effort":["low","high"]}}},
    {"id":"plain"},
    {"id":"small","capabilities":{"limits":{"max_prompt_tokens":5},"supports":{}}},
    {"id":"hidden","model_picker_enabled":false},
    {"id":"disabled","policy":{"state":"disabled"}},
    {"id":"unconfigured","policy":{"state":"unconfigured"}},
    {"id":"other","supported_endpoints":["/v1/messages"]},
    {"id":"new","supported_endpoints":["/v1/messages","/responses"]},
    {"id":"embed","capabilities":{"type":"embeddings"}},
    {"id":""}, {"name":"nameless"}, 7]})");

  REQUIRE(read.ok());
  REQUIRE(read->size() == 4);
  const auto& first = (*read)[0];
  CHECK(first.id.text == "c/a");
  CHECK(first.context_size == 200'000);
  CHECK(first.max_input_tokens == 90'000);
  CHECK(first.max_output_tokens == 8192);
  CHECK(first.tool_call);
  CHECK(first.vision);
  CHECK(first.reasoning);
  CHECK((*read)[1].context_size == 0);
  CHECK((*read)[1].tool_call);
  CHECK((*read)[2].context_size == 5);
  CHECK_FALSE((*read)[2].tool_call);
  CHECK((*read)[3].name == "new");
  CHECK((*read)[3].only_responses);
  CHECK_FALSE(first.only_responses);
  CHECK_FALSE((*read)[1].only_responses);
  CHECK_FALSE(read_copilot_models("c", "<html>").ok());
  CHECK_FALSE(read_copilot_models("c", R"({"data":7})").ok());
}

TEST_CASE("a Copilot token is asked for with GitHub's") {
  auto ask = copilot_token_request(copilot_token_url, "gho_x");

  CHECK(ask.method == "GET");
  CHECK(ask.url == "https://api.github.com/copilot_internal/v2/token");
  CHECK(find_header(ask.headers, "authorization") == "token gho_x");
  CHECK(find_header(ask.headers, "accept") == "application/json");
  CHECK(find_header(ask.headers, "editor-version"));
  CHECK(ask.body.empty());
}

TEST_CASE("the answer holds the token, its time and whom to call") {
  auto read = read_copilot_token(R"({"token":"tid=1;exp=2:3","expires_at":1700000000,)"
                                 R"("refresh_in":1500,"endpoints":{"api":"https://api.x.com"}})");

  REQUIRE(read.ok());
  CHECK(read->token == "tid=1;exp=2:3");
  CHECK(read->expires_at_s == 1'700'000'000);
  CHECK(read->refresh_in_s == 1500);
  CHECK(read->api_url == "https://api.x.com");

  auto url = [](const std::string& text) {
    return read_copilot_token(R"({"token":"t","endpoints":{"api":")" + text + "\"}}")->api_url;
  };
  CHECK(url("http://127.0.0.1:1") == "http://127.0.0.1:1");
  CHECK(url("http://localhost:1") == "http://localhost:1");
  CHECK(url("http://x.com") == "");
  CHECK(url("http://127.0.0.1@x.com") == "");
  CHECK(url("ftp://x") == "");
  CHECK_FALSE(read_copilot_token(R"({"token":"t"})")->refresh_in_s);
}

TEST_CASE("an answer without a token tells why") {
  auto failure = [](std::string_view body) { return read_copilot_token(body).failure(); };

  auto refused = failure(R"({"error_details":{"message":"no subscription"},"token":null})");
  CHECK(refused.code == ec::provider_auth);
  CHECK(refused.context.find("no subscription") != std::string::npos);
  CHECK(failure(R"({"message":"Bad credentials"})").context.find("Bad cred") != std::string::npos);
  CHECK(failure(R"({"token":""})").code == ec::provider_auth);
  CHECK(failure(R"({"token":"a\r\nb: c"})").code == ec::provider_auth);
  CHECK(failure("<html>").code == ec::provider_failed);
}

TEST_CASE("GitHub's token is found in the files of other programs") {
  struct row {
    std::string json, token;
  };
  const row rows[] = {
      {R"({"github.com":{"user":"me","oauth_token":"gho_a"}})", "gho_a"},
      {R"({"github.com:Iv1.b5":{"user":"me","oauth_token":"ghu_b","githubAppId":"Iv1.b5"}})",
       "ghu_b"},
      {R"({"anthropic":{"type":"api","key":"k"},"github-copilot":{"type":"oauth",)"
       R"("refresh":"gho_c","access":"tid=1","expires":0}})",
       "gho_c"},
      {R"({"github.com":{},"github.com:x":{"oauth_token":"gho_d"}})", "gho_d"},
      {R"({"ghe.company.com":{"oauth_token":"gho_e"},"github.com.evil.org":{"oauth_token":"x"}})",
       ""},
      {R"({"github-copilot":{"type":"api","key":"k"}})", ""},
      {R"({"github.com":{"oauth_token":"a\nb"}})", ""},
      {R"({"github.com":{"oauth_token":7}})", ""},
      {R"({"github.com":"gho_x"})", ""},
      {"[]", ""},
      {"", ""},
      {"{", ""},
  };
  for (const auto& [json, token] : rows) {
    INFO(json);
    CHECK(find_github_token(json).value_or("") == token);
  }
}
