#include "http/start/models.hpp"

#include "storage/config/config_loader.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace kodad;

namespace {

/// All that is told of the models of a configuration.
std::string told_of(const std::string& text) {
  storage::other_findings others;
  auto nothing = [](const std::string&) { return std::nullopt; };
  auto done = storage::read_config(text, "f", nothing, &others, http::check_models);
  std::string out;
  for (const auto& line : done ? done->warnings : others)
    out += line + "\n";
  return done ? out : out + done.failure().context + "\n";
}

} // namespace

TEST_CASE("a simulated model that there is not is refused with the nearest name") {
  CHECK(told_of("default_model: sim/kodaa") ==
        "config f line 1: default_model: there is no model sim/kodaa; did you mean sim/koda?\n");
  CHECK(told_of("utility_model: sim/lod") ==
        "config f line 1: utility_model: there is no model sim/lod; did you mean sim/load?\n");
  CHECK(told_of("version: 1\nfallback_models:\n  - sim/koda\n  - sim/unheard") ==
        "config f line 4: fallback_models[1]: there is no model sim/unheard; sim has sim/koda or "
        "sim/load\n");
}

TEST_CASE("all models that there are not are told at once") {
  auto told = told_of("default_model: sim/a\nutility_model: sim/b\nfallback_models: [sim/c]");
  CHECK(std::ranges::count(told, '\n') == 3);
  told = told_of("fallback_models: ['sim/koda, sim/load', sim/c]");
  CHECK(std::ranges::count(told, '\n') == 2);
}

TEST_CASE("a model that nobody knows of is told, with the nearest that somebody does") {
  constexpr const char* listed =
      "providers: [{id: mock, base_url: 'http://127.0.0.1:1/v1', models: [{id: small}]}]\n";
  CHECK(told_of(listed + std::string("default_model: mock/smal")) ==
        "config f line 2: default_model: mock/smal is not among the known models of mock: whether "
        "it has this one shows when it is called; did you mean mock/small?\n");
  constexpr const char* unlisted = "providers: [{id: mock, base_url: 'http://127.0.0.1:1/v1'}]\n";
  CHECK(told_of(unlisted + std::string("utility_model: mock/smal")) ==
        "config f line 2: utility_model: no models of mock are known here: whether it has this one "
        "shows when it is called\n");
  constexpr const char* vendor = "providers: [{id: anthropic, api_key: k}]\n";
  auto told = told_of(vendor + std::string("fallback_models: [anthropic/claude-sonet-4-5]"));
  CHECK(told.find("line 2: fallback_models[0]: anthropic/claude-sonet-4-5 is not") != told.npos);
  CHECK(told.find("did you mean anthropic/claude-sonnet-4-5?") != told.npos);
}

TEST_CASE("models that there are are taken without a word") {
  CHECK(told_of("version: 1") == "");
  CHECK(told_of("default_model: sim/koda\nutility_model: sim/load\n"
                "fallback_models: [sim/load, sim/koda]") == "");
  CHECK(told_of("providers: [{id: mock, base_url: 'http://127.0.0.1:1/v1', models: [{id: a/b}]}]\n"
                "default_model: mock/a/b") == "");
  CHECK(told_of("providers: [{id: anthropic, api_key: k}]\n"
                "default_model: anthropic/claude-sonnet-4-5") == "");
}
