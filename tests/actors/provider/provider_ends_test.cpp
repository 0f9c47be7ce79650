// How a body may end, and what that makes of an answer in a real format.
#include "proto/provider/openai_chat.hpp"
#include "tests/actors/provider/provider_fixture.hpp"

using namespace kodad;
using namespace kodad::actors;
using proto::ec;
using test::provider_fixture;

namespace {

const std::string text = R"(data: {"choices":[{"index":0,"delta":{"content":"a"}}]})"
                         "\n\n";
const std::string text_and_reason =
    R"(data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})"
    "\n\n";
const std::string reason = R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
                           "\n\n";
const std::string done = "data: [DONE]\n\n";

struct row {
  std::string body;
  std::optional<ec> ending; ///< Of the connection.
  std::optional<ec> code;   ///< Of the call.
};

} // namespace

TEST_CASE("only an end marker outlives the connection's own end") {
  const std::vector<row> rows{
      {text + reason, {}, {}},
      {text_and_reason, {}, {}},
      {text, {}, ec::stream_cut},
      {text + reason, ec::provider_down, ec::provider_down},
      {text_and_reason, ec::provider_down, ec::provider_down},
      {text + reason + done, ec::provider_down, {}},
      {text + reason, ec::stream_stalled, {}},
      {text_and_reason, ec::stream_stalled, ec::stream_stalled},
      {text + reason + text, ec::stream_stalled, ec::stream_stalled},
      {R"({"error":{"message":"slow down","type":"rate_limit_error"}})", {}, ec::rate_limited},
      {R"({"object":"chat.completion","choices":[{"message":{"content":"a"}}]})", {}, {}},
      {"", {}, ec::provider_failed},
  };
  for (const auto& [body, ending, code] : rows) {
    provider_fixture at;
    at.wire->format = proto::provider::make_openai_chat();
    at.start(1);
    at.client->exchanges[0].listener->head(200, {});
    at.client->exchanges[0].listener->data(body);
    at.run();
    if (!at.has_ended(1))
      at.client->end(0, ending ? std::optional(proto::make_error(*ending, "x")) : std::nullopt);
    at.run();
    INFO(body);
    CHECK(at.code_of(1) == code);
  }
}
