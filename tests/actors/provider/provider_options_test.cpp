#include "tests/actors/provider/provider_fixture.hpp"

#include "proto/provider/formats.hpp"

using namespace kodad;
using proto::ec;
using test::provider_fixture;

namespace {

std::string complaint(const std::string& option) {
  return R"({"error":{"message":"Unrecognized request argument supplied: )" + option +
         R"(","type":"invalid_request_error","param":null}})";
}

struct options_fixture : provider_fixture {
  options_fixture() {
    wire->format = proto::provider::make_adapter(proto::provider::wire_format::openai_chat);
  }

  void refuse(size_t at, const std::string& option, int status = 400) {
    client->answer(at, status, complaint(option));
    run();
  }

  void succeed(size_t at) {
    client->answer(
        at, 200,
        "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}"
        "\n\ndata: [DONE]\n\n");
    run();
  }

  bool sent(size_t at, const std::string& option) {
    REQUIRE(client->exchanges.size() > at);
    return client->exchanges[at].request.body.find("\"" + option + "\":") != std::string::npos;
  }
};

} // namespace

TEST_CASE_FIXTURE(options_fixture, "a call is made again at once without an option refused") {
  start(1);
  CHECK(sent(0, "stream_options"));
  refuse(0, "stream_options");
  CHECK_FALSE(sent(1, "stream_options"));
  CHECK(sent(1, "messages"));
  succeed(1);

  CHECK_FALSE(code_of(1));
  start(2); // Remembered.
  CHECK_FALSE(sent(2, "stream_options"));
}

TEST_CASE_FIXTURE(options_fixture, "a call under way when another learned of an option is mended") {
  start(1);
  start(2);
  refuse(0, "stream_options");
  refuse(1, "stream_options");

  REQUIRE(client->exchanges.size() == 4);
  CHECK_FALSE(sent(2, "stream_options"));
  CHECK_FALSE(sent(3, "stream_options"));
  succeed(2);
  succeed(3);
  CHECK_FALSE(code_of(1));
  CHECK_FALSE(code_of(2));
}

TEST_CASE_FIXTURE(options_fixture, "the same complaint again, or of the essential, ends the call") {
  start(1);
  refuse(0, "stream_options");
  refuse(1, "stream_options");
  CHECK(code_of(1) == ec::provider_refused);
  CHECK(client->exchanges.size() == 2);

  start(2);
  refuse(2, "model");
  CHECK(code_of(2) == ec::provider_refused);
  CHECK(client->exchanges.size() == 3);
}
