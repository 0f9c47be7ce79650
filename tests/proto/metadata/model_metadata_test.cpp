#include "proto/metadata/model_metadata.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

namespace {

model_vendor make_vendor(const std::string& id, const std::string& api,
                         const std::vector<std::string>& names = {"m"}) {
  model_vendor out{id, id, api, {}};
  for (const auto& name : names) {
    model_facts facts;
    facts.name = name;
    out.models.push_back(std::move(facts));
  }
  return out;
}

std::string id_of(const model_vendor* found) {
  return found ? found->id : "";
}

model_metadata world() {
  return model_metadata({
      make_vendor("zai-coding-plan", "https://api.z.ai/api/coding/paas/v4"),
      make_vendor("zai", "https://api.z.ai/api/paas/v4"),
      make_vendor("openai", ""),
      make_vendor("anthropic", ""),
      make_vendor("google", ""),
      make_vendor("github-copilot", "https://api.githubcopilot.com"),
      make_vendor("lmstudio", "http://127.0.0.1:1234/v1"),
      make_vendor("deepseek", "https://api.deepseek.com"),
      make_vendor("umans-ai-coding-plan", "https://api.code.umans.ai/v1"),
      make_vendor("umans-ai", "https://api.code.umans.ai/v1"),
      make_vendor("groq", ""),
      make_vendor("azure", ""),
  });
}

} // namespace

TEST_CASE("a provider finds the vendor behind it by its id and its address") {
  struct row {
    const char* id;
    const char* base_url;
    const char* vendor;
  };
  const row rows[] = {
      {"openai", "", "openai"},
      {"openai", "https://api.openai.com/v1", "openai"},
      {"gemini", "", "google"},
      {"copilot", "", "github-copilot"},
      {"lmstudio", "http://127.0.0.1:1234/v1", "lmstudio"},
      {"lm-studio", "http://desk:1234", "lmstudio"},
      // A proxy in between, and an address that says otherwise.
      {"anthropic", "http://127.0.0.1:9999", "anthropic"},
      {"anthropic", "https://proxy.example/anthropic", "anthropic"},
      {"anthropic", "https://api.deepseek.com/anthropic", "deepseek"},
      {"openai", "https://api.groq.com/openai/v1", "groq"},
      // Other ids: by the address, if it is anybody's.
      {"mine", "https://API.OpenAI.com:443/v1", "openai"},
      {"mine", "https://generativelanguage.googleapis.com/v1beta", "google"},
      {"mine", "https://api.business.githubcopilot.com", "github-copilot"},
      {"mine", "https://acme.openai.azure.com/openai/deployments/x", "azure"},
      {"mine", "https://api.deepseek.com/v1", "deepseek"},
      {"mine", "https://user@api.deepseek.com/?q=1", "deepseek"},
      {"mine", "https://api.deepseek.com.evil.example/v1", ""},
      {"mine", "http://127.0.0.1:1234/v1", ""},
      {"mine", "http://localhost:1234/v1", ""},
      {"mine", "http://[::1]:1234/v1", ""},
      {"mine", "https://models.example", ""},
      {"mine", "", ""},
      {"", "", ""},
      // Several at one host.
      {"mine", "https://api.z.ai/api/coding/paas/v4", "zai-coding-plan"},
      {"mine", "https://api.z.ai/api/coding/paas/v4/", "zai-coding-plan"},
      {"mine", "https://api.z.ai/api/paas/v4", "zai"},
      {"mine", "https://api.z.ai/other", "zai"},
      {"mine", "https://api.code.umans.ai/v1", "umans-ai"},
      {"zai-coding-plan", "https://api.z.ai/api/paas/v4", "zai-coding-plan"},
  };
  auto all = world();
  for (const auto& [id, base_url, vendor] : rows) {
    CAPTURE(id);
    CAPTURE(base_url);
    CHECK(id_of(all.behind(id, base_url)) == vendor);
  }
}

TEST_CASE("an address is a vendor's own, or it is not") {
  auto all = world();
  CHECK(is_address_of(*all.named("openai"), ""));
  CHECK(is_address_of(*all.named("openai"), "https://api.openai.com/v1"));
  CHECK(is_address_of(*all.named("deepseek"), "https://api.deepseek.com"));
  CHECK_FALSE(is_address_of(*all.named("openai"), "http://127.0.0.1:8080/v1"));
  CHECK_FALSE(is_address_of(*all.named("openai"), "https://api.openai.com.example/v1"));
}

TEST_CASE("a model is found under the names that it goes by") {
  auto vendor = model_metadata(
      {make_vendor("v", "",
                   {"claude-opus-4-0", "claude-opus-4-20250514", "claude-opus-4-20250801",
                    "claude-opus-4-1", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "gpt-4o",
                    "gpt-4o-2024-05-13", "gpt-4o-mini", "gemini-flash-latest", "gemini-2.5-pro",
                    "llama", "q/coder:free", "q/coder", "dated-2024-01-01"})});
  struct row {
    const char* asked;
    const char* found;
    bool has_price = true;
  };
  const row rows[] = {
      {"claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929"},
      {"claude-sonnet-4-5", "claude-sonnet-4-5"},
      {"claude-sonnet-4-5-20991231", "claude-sonnet-4-5"},
      {"claude-sonnet-4-5@20250929", "claude-sonnet-4-5"},
      {"claude-sonnet-4-5-latest", "claude-sonnet-4-5"},
      {"claude-opus-4", "claude-opus-4-20250801"},
      {"claude-opus-4-latest", "claude-opus-4-20250801"},
      {"claude-opus-4-20250514", "claude-opus-4-20250514"},
      {"gpt-4o-2024-05-13", "gpt-4o-2024-05-13"},
      {"gpt-4o-2024-11-20", "gpt-4o"},
      {"gpt-4o-mini-2024-07-18", "gpt-4o-mini"},
      {"dated", "dated-2024-01-01"},
      {"models/gemini-2.5-pro", "gemini-2.5-pro"},
      {"models/gemini-flash-latest", "gemini-flash-latest"},
      {"gemini-flash-latest", "gemini-flash-latest"},
      {"llama:latest", "llama"},
      {"llama:free", "llama", false},
      {"q/coder:free", "q/coder:free"},
      {"q/coder", "q/coder"},
      // Others are other models.
      {"llama:70b", ""},
      {"gpt-4o-2024", ""},
      {"gpt-4o-20240x13", ""},
      {"gpt-4o-1999-05-13", ""},
      {"claude", ""},
      {"GPT-4o", ""},
      {"models/", ""},
      {":free", ""},
      {"-20250101", ""},
      {"20250101", ""},
      {"", ""},
  };
  for (const auto& [asked, found, has_price] : rows) {
    CAPTURE(asked);
    auto match = find_model(vendor.vendors()[0], asked);
    CHECK((match.facts ? match.facts->name : "") == found);
    if (match.facts)
      CHECK(match.has_price == has_price);
  }
}

TEST_CASE("vendors and models stand once, sorted") {
  model_metadata all(
      {make_vendor("b", "", {"y", "x", "y"}), make_vendor("a", ""), make_vendor("b", "", {"z"})});

  REQUIRE(all.vendors().size() == 2);
  CHECK(all.vendors()[1].id == "b");
  REQUIRE(all.vendors()[1].models.size() == 2);
  CHECK(all.vendors()[1].models[0].name == "x");
  CHECK(all.model_count() == 3);
}
