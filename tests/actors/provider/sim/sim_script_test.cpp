#include "actors/provider/sim/sim_script.hpp"

#include "tests/actors/provider/sim/sim_text.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using proto::ec;

namespace {

std::string play(const std::string& steps, size_t tool_results = 0, int64_t attempt = 1,
                 const std::string& rest = "") {
  auto script = read_script("{\"steps\":[" + steps + "]" + rest + "}");
  REQUIRE(script);
  return test::to_text(plan_script(*script, {tool_results, attempt, "call_"}, 10));
}

std::string refusal(const std::string& steps) {
  auto script = read_script("{\"steps\":[" + steps + "]}");
  REQUIRE_FALSE(script);
  return script.failure().context;
}

} // namespace

TEST_CASE("text and reasoning stream word by word") {
  CHECK(play(R"({"reasoning":"well now"},{"text":"one two\nthree"})") ==
        "reasoning[well ] reasoning[now] reasoning_end text[one ] text[two\n] text[three] "
        "usage[10 6 2] stop[end]");
}

TEST_CASE("chunk_tokens sets how many words come together") {
  CHECK(play(R"({"text":"a b c d e"})", 0, 1, R"(,"chunk_tokens":2)") ==
        "text[a b ] text[c d ] text[e] usage[10 3 0] stop[end]");
}

TEST_CASE("a run of tool calls ends the model call, the rest follows its results") {
  auto steps = R"({"text":"go"},{"tool":"read","input":{"filePath":"a"}},{"tool":"glob"},
                  {"text":"then"},{"tool":"bash","input":{},"call_id":"mine"},{"text":"done"})";

  CHECK(play(steps) == "text[go] tool_begin[call_1 read] tool_input "
                       "tool_end[{\"filePath\":\"a\"}] tool_begin[call_2 glob] tool_input "
                       "tool_end[{}] usage[10 7 0] stop[tool_calls]");
  CHECK(play(steps, 2) == "text[then] tool_begin[mine bash] tool_input tool_end[{}] "
                          "usage[10 3 0] stop[tool_calls]");
  CHECK(play(steps, 3) == "text[done] usage[10 1 0] stop[end]");
}

TEST_CASE("a script that ends with a tool call still gives an answer") {
  CHECK(play(R"({"tool":"glob"})", 1) ==
        "text[The ] text[script ] text[ends ] text[here.] usage[10 6 0] stop[end]");
}

TEST_CASE("delays and rates become waits") {
  CHECK(play(R"({"delay_ms":500},{"text":"a"},{"rate_tokens_per_s":10},{"text":"b c"},
                {"rate_tokens_per_s":0},{"text":"d"})") ==
        "+500ms text[a] +100ms text[b ] +100ms text[c] text[d] usage[10 2 0] stop[end]");
}

TEST_CASE("a high rate joins tokens instead of waiting for each") {
  CHECK(play(R"({"rate_tokens_per_s":500},{"text":"a b c d e f"})") ==
        "+2ms text[a ] text[b ] text[c ] text[d ] text[e ] +10ms text[f] usage[10 3 0] stop[end]");
}

TEST_CASE("a rate counts on in the next model call") {
  CHECK(play(R"({"rate_tokens_per_s":10},{"tool":"glob"},{"text":"a"})", 1) ==
        "+100ms text[a] usage[10 1 0] stop[end]");
}

TEST_CASE("an error without times fails every attempt") {
  auto steps = R"({"text":"a"},{"error":{"status":500}},{"text":"b"})";

  CHECK(play(steps, 0, 1) == "text[a] fail[provider_failed]");
  CHECK(play(steps, 0, 9) == "text[a] fail[provider_failed]");
}

TEST_CASE("errors with times are passed over after as many attempts") {
  auto steps = R"({"error":{"status":429,"times":2}},{"text":"a"},{"cut":true,"times":1},
                  {"text":"b"})";

  CHECK(play(steps, 0, 1) == "fail[rate_limited]");
  CHECK(play(steps, 0, 2) == "fail[rate_limited]");
  CHECK(play(steps, 0, 3) == "text[a] fail[stream_cut]");
  CHECK(play(steps, 0, 4) == "text[a] text[b] usage[10 1 0] stop[end]");
}

TEST_CASE("an error's code, retry and words come from the script") {
  auto script = read_script(R"({"steps":[{"error":{"status":400,"code":"context_overflow",
    "message":"too long","retry_after_ms":1500}},{"error":{"status":429,"code":"slow_down"}}]})");
  REQUIRE(script);
  const auto& first = script->steps[0].failure;
  const auto& second = script->steps[1].failure;

  CHECK(first.what.code == ec::context_overflow);
  CHECK(first.what.context == "status 400: too long");
  CHECK(first.what.retry_after_s == 2);
  CHECK(first.retry_after_ms == 1500);
  CHECK(first.then == proto::provider::remedy::shrink);
  CHECK(second.what.code == ec::rate_limited);
  CHECK(second.what.context == "status 429: a scripted error (slow_down)");
  CHECK(second.then == proto::provider::remedy::retry);
}

TEST_CASE("usage and the reason to stop can be set") {
  CHECK(play(R"({"usage":{"input_tokens":7,"output_tokens":8}},{"text":"a"},{"stop":"length"},
                {"text":"never"})") == "text[a] usage[7 8 0] stop[length]");
}

TEST_CASE("a wrong script says where it is wrong") {
  CHECK(refusal(R"({"text":"a"},{"what":1})") == "steps[1]: no known key");
  CHECK(refusal("1") == "steps[0]: not an object");
  CHECK(refusal(R"({"delay_ms":-1})").starts_with("steps[0]: delay_ms must be"));
  CHECK(refusal(R"({"rate_tokens_per_s":0.000001})").ends_with("is too low"));
  CHECK(refusal(R"({"stop":"bored"})").starts_with("steps[0]: "));
  CHECK(refusal(R"({"error":1})") == "steps[0]: error must be an object");
  CHECK(refusal(R"({"cut":true,"times":-1})").ends_with("must not be negative"));
  CHECK_FALSE(read_script("{\"steps\":{}}"));
  CHECK_FALSE(read_script("{\"steps\":["));
}

TEST_CASE("a script is the fenced block marked sim") {
  CHECK(find_script("Do it:\n```sim\n{}\n```\nplease") == "{}\n");
  CHECK(find_script("~~~sim\r\n{}\r\n~~~\r\n") == "{}\r\n");
  CHECK(find_script("```sim\n{\"a\":1}") == "{\"a\":1}");
  CHECK_FALSE(find_script("```json\n{}\n```"));
  CHECK_FALSE(find_script("say ```sim"));
  CHECK_FALSE(find_script(""));
}

TEST_CASE("words keep the blanks that follow them") {
  using pieces = std::vector<std::string>;
  CHECK(split_words("", 1) == pieces{});
  CHECK(split_words("  a  b", 1) == pieces{"  ", "a  ", "b"});
  CHECK(split_words("a b c", 10) == pieces{"a b c"});
}
