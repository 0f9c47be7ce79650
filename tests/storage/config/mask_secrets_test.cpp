#include "storage/config/mask_secrets.hpp"

#include "tests/storage/config/told.hpp"

#include <doctest/doctest.h>

using namespace kodad::tests;
using kodad::storage::mask_secrets;

namespace {

// Made up; each would be a key by its looks.
const std::vector<std::string> secrets = {
    "sk-ant-SECRET",
    "sk-proj-a_b-c0",
    "ghp_0a1b2c",
    "gho_0a1b2c",
    "github_pat_11AA_bb",
    "xoxb-1-2-abc",
    "AIzaSyAbc-d_e",
    "AKIAIOSFODNN7EXAMPL3",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "gsk_abcdef",
    "0123456789abcdef0123",
    "k8Jd92kQpL0vXz7Tb3Wn",
    "k8Jd-92kQ_pL0vXz7Tb3Wn-4f",
};

} // namespace

TEST_CASE("what looks like a secret is masked wherever it stands") {
  for (const auto& secret : secrets)
    for (const auto& [before, after] : {std::pair{"", ""},
                                        {"not ", "; did you mean x?"},
                                        {"a.", ": y"},
                                        {"'", "'"},
                                        {"x: [", "]"}}) {
      auto masked = mask_secrets(before + secret + after);
      CAPTURE(secret);
      CHECK(masked == std::string(before) + "***" + after);
    }
  CHECK(mask_secrets("not Bearer abc, d") == "not ***, d");
  CHECK(mask_secrets("bearer  abc") == "***");
}

TEST_CASE("user and password of an address are masked, its host is not") {
  CHECK(mask_secrets("not https://user:pw@x/v1; y") == "not https://***@x/v1; y");
  CHECK(mask_secrets("user:p@w@h:3128") == "***@h:3128");
  CHECK(mask_secrets("https://u:a/b@x") == "https://***@x");
  CHECK(mask_secrets("https://h/?api_key=abc&b=c") == "https://h/?api_key=***&b=c");
  CHECK(mask_secrets("a@b.example") == "a@b.example");
}

TEST_CASE("names, paths and words stay as they are") {
  for (const char* text :
       {"", "port", "expected 1 to 64 of a-z 0-9 - _, not OpenAI", "task-list", "desk-top",
        "anthropic/claude-3-5-sonnet-20241022", "meta/Meta-Llama-3.1-405B-Instruct-Turbo",
        "Qwen2.5-Coder-32B-Instruct", "gpt-4o-mini-2024-07-18",
        "/nix/store/0c1b2d3e4f5a6b7c8d9e0f1a-x", "https://api.example.com:8443/v1",
        "providers[0].models[12].max_output_tokens",
        "the environment variable OPENAI_API_KEY to be set", "no bearer token", "10.0.0.1:4100",
        "550e8400-e29b-41d4-a716-446655440000", "expected tokens of at least 16 characters"}) {
    CAPTURE(text);
    CHECK(mask_secrets(text) == (std::string(text) == "no bearer token" ? "no ***" : text));
  }
}

TEST_CASE("no message of the loader repeats a secret, whatever key it stands at") {
  constexpr const char* places[] = {"providers: S",
                                    "providers: [S]",
                                    "providers: [{id: S}]",
                                    "providers: [{id: a, base_url: S}]",
                                    "providers: [{id: a, type: S}]",
                                    "providers: [{id: openai, models: [S]}]",
                                    "providers: [{id: openai, S: 1}]",
                                    "server: {port: S}",
                                    "server: {hosts: ['S*']}",
                                    "server: {origins: [S]}",
                                    "server: {tokens: [{S: 1}]}",
                                    "server: S",
                                    "default_model: S",
                                    "fallback_models: [S]",
                                    "ca_file: S",
                                    "proxy: ftp://S",
                                    "session: {budget: S}",
                                    "sandbox: {mode: S}",
                                    "sandbox: {limits: {memory: S}}",
                                    "sandbox: {env: {A: ['S']}}",
                                    "permission: {bash: S}",
                                    "permission: {S: 1}",
                                    "permission: {bash: {S: 1}}",
                                    "allowed_paths: [S]",
                                    "models_dev: {url: S}",
                                    "version: S",
                                    "tui: S",
                                    "S: 1",
                                    "S: {S: 1, S: 2}",
                                    "x: !S y",
                                    "x: *S",
                                    "S"};
  for (std::string place : places)
    for (const auto& secret : {secrets[0], secrets[2], secrets[8], secrets[10], secrets[11],
                               std::string("https://user:hunter2@x")}) {
      auto text = place;
      for (auto at = text.find('S'); at != text.npos; at = text.find('S', at + secret.size()))
        text.replace(at, 1, secret);
      auto told = tell_of(text);
      INFO((text + "\n-> " + told.text()));
      CHECK_FALSE(told.lines.empty());
      CHECK(told.text().find(secret) == std::string::npos);
      CHECK(told.text().find("hunter2") == std::string::npos);
    }
}
