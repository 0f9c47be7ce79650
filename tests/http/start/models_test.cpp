#include "http/start/models.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using http::check_models;

namespace {

storage::loaded_config config_of(const std::string& text) {
  auto out = storage::read_config(text, "f", [](const std::string&) { return std::nullopt; });
  REQUIRE(out);
  return *out;
}

std::string fault_of(const std::string& text) {
  auto checked = check_models(config_of(text));
  return checked ? "" : checked.failure().context;
}

} // namespace

TEST_CASE("a simulated model that there is not is refused with the nearest name") {
  CHECK(fault_of("default_model: sim/kodaa") ==
        "config f line 1: default_model: there is no model sim/kodaa; did you mean sim/koda?");
  CHECK(fault_of("utility_model: sim/lod") ==
        "config f line 1: utility_model: there is no model sim/lod; did you mean sim/load?");
  CHECK(fault_of("version: 1\nfallback_models:\n  - sim/koda\n  - sim/unheard") ==
        "config f line 3: fallback_models: there is no model sim/unheard; sim has sim/koda or "
        "sim/load");
}

TEST_CASE("models that there are, or may be, are taken") {
  CHECK(fault_of("") == "");
  CHECK(fault_of("default_model: sim/koda\nutility_model: sim/load\n"
                 "fallback_models: [sim/load, sim/koda]") == "");
  CHECK(fault_of("providers: [{id: mock, base_url: 'http://127.0.0.1:1/v1'}]\n"
                 "default_model: mock/kodaa") == "");
}
