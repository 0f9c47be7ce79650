#include "storage/config/config_loader.hpp"
#include "storage/config/copilot_import.hpp"
#include "storage/host/durable_file.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::storage;
using proto::provider::wire_format;

namespace {

proto::result<loaded_config> read(std::string_view text) {
  return read_config(text, "test.yaml", [](const std::string&) { return std::nullopt; });
}

proto::provider_config one(std::string_view provider) {
  auto done = read("providers: [{" + std::string(provider) + "}]");
  REQUIRE(done);
  return done->config.providers.at(0);
}

std::string failure_of(std::string_view provider) {
  auto done = read("providers: [{" + std::string(provider) + "}]");
  return done ? "" : done.failure().context;
}

} // namespace

TEST_CASE("a known vendor brings its format and its address") {
  CHECK(one("id: anthropic").format == wire_format::anthropic);
  CHECK(one("id: anthropic").base_url == "https://api.anthropic.com");
  CHECK(one("id: openai").format == wire_format::openai_responses);
  CHECK(one("id: google").format == wire_format::gemini);
  CHECK(one("id: github-copilot").format == wire_format::copilot);
  CHECK(one("id: groq").format == wire_format::openai_chat);
  CHECK(one("id: groq").base_url == "https://api.groq.com/openai/v1");
}

TEST_CASE("any other id speaks Chat Completions, unless its type says otherwise") {
  CHECK(one("id: mine, base_url: 'http://h'").format == wire_format::openai_chat);
  CHECK(one("id: mine, base_url: 'http://h', type: anthropic").format == wire_format::anthropic);
  CHECK(one("id: openai, type: openai-chat").format == wire_format::openai_chat);
  CHECK(failure_of("id: mine, base_url: 'http://h', type: telnet").find("type") !=
        std::string::npos);
  CHECK(failure_of("id: mine").find("base_url") != std::string::npos);
}

TEST_CASE("time-outs are seconds, also parts of one") {
  auto got = one("id: openai, connect_timeout: 2.5, first_byte_timeout: 30, idle_timeout: 20, "
                 "call_timeout: 600");
  CHECK(got.connect_timeout == 2.5);
  CHECK(got.first_byte_timeout == 30);
  CHECK(got.idle_timeout == 20);
  CHECK(got.call_timeout == 600);
  CHECK_FALSE(failure_of("id: openai, idle_timeout: 0").empty());
}

TEST_CASE("a thinking budget holds for all models of a provider, a model's own before it") {
  auto got = one("id: openai, thinking_budget: 4000, models: [{id: a}, {id: b, thinking_budget: "
                 "9000}]");
  CHECK(got.models[0].reasoning_budget == 4000);
  CHECK(got.models[1].reasoning_budget == 9000);
}

TEST_CASE("the GitHub token that another program has left is found") {
  tests::temp_dir dir;
  auto variables = [&dir](const std::string& name) {
    return name == "HOME" ? std::optional(dir.path()) : std::nullopt;
  };
  CHECK_FALSE(imported_github_token(variables));

  auto folder = dir.path() + "/.config/github-copilot";
  REQUIRE(host::make_folders(folder).ok());
  REQUIRE(host::write_durably(folder + "/apps.json",
                              R"({"github.com:Iv1.x":{"oauth_token":"gho_abc"}})")
              .ok());
  CHECK(imported_github_token(variables) == "gho_abc");
}
