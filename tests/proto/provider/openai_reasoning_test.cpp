#include "proto/provider/openai_reasoning.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;
using namespace kodad::proto::provider;

namespace {

chat_request request_of(std::string name) {
  chat_request out;
  out.model.text = "p/" + name;
  return out;
}

std::string effort(std::string name, std::string asked, std::optional<int64_t> budget = {}) {
  auto request = request_of(std::move(name));
  request.reasoning_effort = std::move(asked);
  request.reasoning_budget = budget;
  return std::string(openai_effort(request));
}

} // namespace

TEST_CASE("a name tells whether its model reasons") {
  for (auto name : {"o1", "o3-mini", "o4-mini-deep-research", "gpt-5", "gpt-5-mini-2025-08-07",
                    "gpt-5.1-codex-max", "gpt-6", "codex-mini-latest", "gpt-oss-20b",
                    "openai/gpt-5.2", "ft:o4-mini:me::x"}) {
    INFO(name);
    CHECK(abilities_of(name).reasons == true);
  }
  for (auto name : {"gpt-3.5-turbo", "gpt-4", "gpt-4o", "gpt-4.1-mini", "gpt-5-chat-latest",
                    "gpt-5.1-chat-latest", "chatgpt-4o-latest", "ft:gpt-4.1:me::x"}) {
    INFO(name);
    CHECK(abilities_of(name).reasons == false);
  }
  for (auto name : {"", "o", "opus", "o1x", "gpt-", "gpt-realtime", "gpt-99999999999", "llama-3"}) {
    INFO(name);
    CHECK_FALSE(abilities_of(name).reasons.has_value());
  }
}

TEST_CASE("efforts stay within what the model knows") {
  struct row {
    std::string name, off, low, max;
  };
  const row rows[] = {
      {"o3", "low", "low", "high"},
      {"gpt-5", "minimal", "low", "high"},
      {"gpt-5-codex", "low", "low", "high"},
      {"gpt-5-pro", "high", "high", "high"},
      {"gpt-5.1", "none", "low", "high"},
      {"gpt-5.1-codex", "low", "low", "high"},
      {"gpt-5.1-codex-max", "low", "low", "xhigh"},
      {"gpt-5.2", "none", "low", "xhigh"},
      {"gpt-5.2-pro", "medium", "medium", "xhigh"},
      {"gpt-5.3-codex", "low", "low", "xhigh"},
      {"gpt-5.6-terra", "none", "low", "max"},
      {"gpt-oss-120b", "low", "low", "high"},
      {"unknown", "low", "low", "high"},
  };
  for (const auto& [name, off, low, max] : rows) {
    INFO(name);
    CHECK(effort(name, "high", 0) == off);
    CHECK(effort(name, "low") == low);
    CHECK(effort(name, "max") == max);
  }
}

TEST_CASE("a budget becomes the effort that goes with it") {
  CHECK(effort("o3", "", 1) == "low");
  CHECK(effort("o3", "", 3000) == "low");
  CHECK(effort("o3", "", 3001) == "medium");
  CHECK(effort("o3", "", 10'000) == "medium");
  CHECK(effort("o3", "", 32'000) == "high");
  CHECK(effort("o3", "low", 32'000) == "low");
  CHECK(effort("o3", "") == "");
  CHECK(effort("o3", "huge") == "");
}

TEST_CASE("reasoning is spoken of only where that makes sense") {
  auto asks = [](std::string name, bool reasons, std::string asked, std::optional<int64_t> budget) {
    auto request = request_of(std::move(name));
    request.model_reasons = reasons;
    request.reasoning_effort = std::move(asked);
    request.reasoning_budget = budget;
    return asks_reasoning(request);
  };

  CHECK(asks("gpt-5", false, "", {}));
  CHECK_FALSE(asks("gpt-4o", true, "high", 9));
  CHECK(asks("m", true, "", 0));
  CHECK(asks("m", false, "high", {}));
  CHECK(asks("m", false, "", 1));
  CHECK_FALSE(asks("m", false, "high", 0));
  CHECK_FALSE(asks("m", false, "", {}));
}
