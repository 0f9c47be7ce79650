#include "proto/provider/option_refusal.hpp"

#include "proto/json/writer.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

const std::string chat_body =
    R"({"model":"m","messages":[{"role":"user","content":"temperature, stream_options"},)"
    R"({"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"a",)"
    R"("type":"function","function":{"name":"f","arguments":"{\"temperature\":1}"}}]}],)"
    R"("stream":true,"stream_options":{"include_usage":true},"tools":[{"type":"function",)"
    R"("function":{"name":"f","parameters":{"type":"object","properties":)"
    R"({"temperature":{"type":"number"},"strict":{}}}}}],"parallel_tool_calls":true,)"
    R"("temperature":0.5,"max_tokens":64000,"reasoning_effort":"high",)"
    R"("thinking":{"type":"enabled"}})";

const std::string anthropic_body =
    R"({"model":"m","max_tokens":64000,"system":[{"type":"text","text":"s",)"
    R"("cache_control":{"type":"ephemeral"}}],"messages":[{"role":"assistant","content":[)"
    R"({"type":"tool_use","id":"a","name":"f","input":{"cache_control":1}}]},{"role":"user",)"
    R"("content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}]}],)"
    R"("thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"low"}})";

const std::string gemini_body =
    R"({"contents":[{"role":"model","parts":[{"functionCall":{"id":"o","name":"f",)"
    R"("args":{"id":1}},)"
    R"("thoughtSignature":"S"}]}],"tools":[{"functionDeclarations":[{"name":"f",)"
    R"("parametersJsonSchema":{"type":"object"}}]}],"generationConfig":{"temperature":0.5,)"
    R"("thinkingConfig":{"includeThoughts":true,"thinkingLevel":"HIGH"}}})";

const std::string responses_body =
    R"({"model":"m","input":[{"type":"message","role":"assistant","content":[)"
    R"({"type":"output_text",)"
    R"("text":"x"}],"phase":"commentary"}],"stream":true,"store":false,)"
    R"("reasoning":{"effort":"xhigh","summary":"auto"},)"
    R"("include":["reasoning.encrypted_content"]})";

/// "parent.key", with what is done to it where it does not go; "-" for no option.
std::string refused(const std::string& body, int status, std::string_view answer,
                    std::vector<refused_option> known = {}) {
  wire_request sent;
  sent.body = body;
  if (&body == &anthropic_body)
    sent.headers = {{"anthropic-version", "2023-06-01"}, {"anthropic-beta", "x-2025"}};
  auto found = read_refusal(status, answer, sent, known);
  if (!found)
    return "-";
  auto out = found->parent.empty() ? found->key : found->parent + "." + found->key;
  if (found->change == option_change::cap)
    out += "=" + std::to_string(found->most);
  return found->change == option_change::add ? "+" + out : out;
}

std::string openai(const std::string& message, const std::string& param = "") {
  return R"({"error":{"message":)" + json::quote(message) +
         R"(,"type":"invalid_request_error","param":)" +
         (param.empty() ? "null" : json::quote(param)) + R"(,"code":null}})";
}

std::string fastapi(const std::string& loc, const std::string& message) {
  return R"({"detail":[{"type":"extra_forbidden","loc":)" + loc + R"(,"msg":)" +
         json::quote(message) + R"(,"input":{"temperature":1}}]})";
}

std::string without(const std::string& body, std::vector<refused_option> refused) {
  return without_options(body, refused);
}

refused_option drop(std::string key, std::string parent = "") {
  return {std::move(key), std::move(parent), option_change::drop, 0};
}

struct wording {
  const std::string& body;
  std::string answer;
  std::string expected;
};
const wording wordings[] = {
    {chat_body, openai("Unrecognized request argument supplied: stream_options"), "stream_options"},
    {chat_body,
     openai("Unsupported parameter: 'parallel_tool_calls' is not supported with this "
            "model.",
            "parallel_tool_calls"),
     "parallel_tool_calls"},
    {chat_body,
     openai("Unsupported value: 'temperature' does not support 0.5 with this model. "
            "Only the default (1) value is supported.",
            "temperature"),
     "temperature"},
    {chat_body, openai("no", "reasoning_effort"), "reasoning_effort"},
    {chat_body,
     openai("Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "max_tokens"),
     "max_tokens"},
    {chat_body, fastapi(R"(["body","stream_options"])", "Extra inputs are not permitted"),
     "stream_options"},
    {chat_body, fastapi(R"(["body","stream_options"])", "extra fields not permitted"),
     "stream_options"},
    {chat_body,
     R"({"object":"error","message":"[{'type': 'extra_forbidden', 'loc': ('body', )"
     R"('stream_options'), 'msg': 'Extra inputs are not permitted', 'input': {}}]","code":400})",
     "stream_options"},
    {chat_body,
     R"({"detail":"Extra parameters ['stream_options'] are not allowed when extra-parameters )"
     R"(is not set or set to be 'error'."})",
     "stream_options"},
    {chat_body,
     R"({"message":"messages.1.assistant.reasoning_content: property )"
     R"('messages.1.assistant.reasoning_content' is unsupported"})",
     "reasoning_content"},
    {chat_body,
     openai("'messages.1' : for 'role:assistant' the following must be satisfied"
            "[('messages.1' : property 'reasoning_content' is unsupported)]"),
     "reasoning_content"},
    {chat_body, openai("thinking is not supported by this model"), "thinking"},
    {chat_body, "unknown field `thinking`", "thinking"},
    {anthropic_body, openai("output_config: Extra inputs are not permitted"), "output_config"},
    {anthropic_body, openai("system.0.cache_control: Extra inputs are not permitted"),
     "cache_control"},
    {anthropic_body, openai("thinking.adaptive.display: Extra inputs are not permitted"),
     "thinking.display"},
    {anthropic_body, openai("thinking: Input tag 'adaptive' found using 'type' does not match"),
     "thinking"},
    {anthropic_body, openai("Unexpected value(s) `x-2025` for the `anthropic-beta` header"),
     "anthropic-beta"},
    {gemini_body,
     openai("Invalid JSON payload received. Unknown name \"thinkingLevel\" at "
            "'generation_config.thinking_config': Cannot find field."),
     "thinkingConfig.thinkingLevel"},
    {gemini_body, openai("Unknown name \"parametersJsonSchema\" at 'tools[0]': Cannot find field."),
     "parametersJsonSchema"},
    {gemini_body,
     openai("Unknown name \"id\" at 'contents[0].parts[0].function_call': Cannot "
            "find field."),
     "functionCall.id"},
    {responses_body, openai("Unsupported value: 'xhigh' is not supported.", "reasoning.effort"),
     "reasoning.effort"},
    {responses_body, openai("Unknown parameter: 'input[0].phase'.", "input[0].phase"), "phase"},
    {responses_body, openai("Unsupported parameter: 'include'"), "include"},
};

} // namespace

TEST_CASE("an option that an answer names is found, in every wording") {
  for (const auto& [body, answer, expected] : wordings) {
    INFO(answer);
    CHECK(refused(body, 400, answer) == expected);
    CHECK(refused(body, 422, answer) == expected);
    CHECK(refused(body, 404, answer) == "-");
  }
  CHECK(refused(anthropic_body, 500, openai("output_config: Extra inputs are not permitted")) ==
        "output_config");
  CHECK(refused(chat_body, 500, openai("temperature too high in the machine room")) == "-");
}

TEST_CASE("other complaints are about no option") {
  for (const auto& answer :
       {openai("Unsupported parameter: 'model'", "model"), openai("messages: required", "messages"),
        openai("Invalid value for 'tools'", "tools"), openai("Unknown parameter: 'stream'"),
        openai("I am thinking about your reasoning; include the store"), std::string("no"),
        openai("Item 'rs_1' of type 'reasoning' was provided without its required following item."),
        openai("messages.1.content.0.type: Expected `thinking` or `redacted_thinking`"),
        openai("messages.1.content.0.thinking.signature: Field required"),
        openai("Unrecognized request argument supplied: top_logprobs"),
        fastapi(R"(["body","messages",1,"content"])", "Input should be a valid string"),
        openai("This model's maximum context length is 8192 tokens, please reduce max_tokens")}) {
    INFO(answer);
    CHECK(refused(chat_body, 400, answer) == "-");
    CHECK(refused(responses_body, 400, answer) == "-");
  }
}

TEST_CASE("what was changed is not changed again") {
  auto twice = without(chat_body, {drop("stream_options")});
  auto answer = openai("Unrecognized request argument supplied: stream_options");

  CHECK(refused(twice, 400, answer, {drop("stream_options")}) == "-");
}

TEST_CASE("a limit that is too large takes the server's own") {
  CHECK(refused(anthropic_body, 400,
                openai("max_tokens: 64000 > 8192, which is the maximum allowed number of output "
                       "tokens for claude-3-5-haiku-20241022")) == "max_tokens=8192");
  CHECK(refused(chat_body, 400,
                openai("Invalid max_tokens value, the valid range of max_tokens is "
                       "[1, 8192]")) == "max_tokens=8192");
  CHECK(refused(chat_body, 400,
                openai("'max_tokens' or 'max_completion_tokens' is too large: 64000. This model's "
                       "maximum context length is 8192 tokens and your request has 300 input "
                       "tokens")) == "max_tokens");
  CHECK(refused(anthropic_body, 400, openai("max_tokens: Extra inputs are not permitted")) == "-");
}

TEST_CASE("reasoning that a server misses is put in") {
  auto bare = without(chat_body, {drop("reasoning_content")});
  auto answer =
      openai("The `reasoning_content` in the thinking mode must be passed back to the API.");

  CHECK(refused(bare, 400, answer) == "+reasoning_content");
  CHECK(without(bare, {{"reasoning_content", "", option_change::add, 0}})
            .find(R"x("reasoning_content":"(not recorded)"})x") != std::string::npos);
}

TEST_CASE("options go wherever they stand, but not out of what was said, called and declared") {
  CHECK(without(chat_body, {}) == chat_body);
  CHECK(without("[1]", {drop("store")}) == "[1]");
  auto text = without(chat_body, {drop("temperature"), drop("strict"), drop("stream_options"),
                                  drop("max_tokens"), drop("thinking")});
  CHECK(text.find(R"("temperature":0.5)") == std::string::npos);
  CHECK(text.find(R"("content":"temperature, stream_options")") != std::string::npos);
  CHECK(text.find(R"({\"temperature\":1})") != std::string::npos);
  CHECK(text.find(R"({"temperature":{"type":"number"},"strict":{}})") != std::string::npos);
  CHECK(text.find(R"("stream_options":)") == std::string::npos);
  CHECK(text.find(R"("max_completion_tokens":64000)") != std::string::npos);
  auto limitless = without(chat_body, {drop("max_tokens"), drop("max_completion_tokens")});
  CHECK(limitless.find("64000") == std::string::npos);
  auto marks = without(anthropic_body, {drop("cache_control"), drop("effort", "output_config")});
  CHECK(marks.find("ephemeral") == std::string::npos);
  CHECK(marks.find(R"("input":{"cache_control":1})") != std::string::npos);
  CHECK(marks.find("output_config") == std::string::npos);
  CHECK(without(gemini_body, {drop("id", "functionCall"), drop("parametersJsonSchema"),
                              drop("temperature", "generationConfig")}) ==
        R"({"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{"id":1}},)"
        R"("thoughtSignature":"S"}]}],"tools":[{"functionDeclarations":[{"name":"f",)"
        R"("parameters":{"type":"object"}}]}],"generationConfig":{)"
        R"("thinkingConfig":{"includeThoughts":true,"thinkingLevel":"HIGH"}}})");
  CHECK(without(responses_body, {drop("effort", "reasoning"), drop("summary", "reasoning")})
            .find(R"("reasoning":{)") == std::string::npos);
  CHECK(without(anthropic_body, {{"max_tokens", "", option_change::cap, 8192}})
            .find(R"("max_tokens":8192)") != std::string::npos);
}

TEST_CASE("a model that takes no tools is asked without them, and what belongs to them") {
  for (std::string said : {"registry.example/gemma:2b does not support tools",
                           "this model doesn't support tool calling", "tools are not supported",
                           "Function calling is not enabled for this model",
                           "\"auto\" tool choice requires --enable-auto-tool-choice"}) {
    CAPTURE(said);
    CHECK(refused(chat_body, 400, openai(said)) == "tools");
    CHECK(refused(gemini_body, 400, openai(said)) == "tools");
    CHECK(refused(responses_body, 400, openai(said)) == "-");
    CHECK(refused(chat_body, 500, openai(said)) == "-");
  }
  CHECK(refused(chat_body, 404, openai("No endpoints found that support tool use.")) == "tools");
  CHECK(refused(chat_body, 400, openai("tools[0].function.name is wrong", "tools")) == "-");
  CHECK(refused(chat_body, 400, openai("m does not support tool_choice")) != "tools");
  auto sent = without_options(chat_body, {{"tools", "", option_change::drop, 0}});
  CHECK(sent.find(R"("tools")") == std::string::npos);
  CHECK(sent.find("parallel_tool_calls") == std::string::npos);
  CHECK(sent.find(R"("tool_calls")") != std::string::npos);
}
