#include "proto/json/number_range.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

namespace {

std::string field_of(std::string_view text) {
  auto found = json::number_out_of_range(text);
  return found ? found->field : "none";
}

} // namespace

TEST_CASE("a number that no type holds is named by its path") {
  CHECK(field_of(R"({"budget":1e400})") == "budget");
  CHECK(field_of(R"({"budget": -1e400 })") == "budget");
  CHECK(field_of(R"({"a":1,"value":123456789012345678901234567890})") == "value");
  CHECK(field_of(R"({"value":18446744073709551616})") == "value");
  CHECK(field_of(R"({"value":-9223372036854775809})") == "value");
  CHECK(field_of(R"({"value":{"x":[1,{"y\"":0},2e999]}})") == "value.x[2]");
  auto found = json::number_out_of_range(R"({"budget":1e400})");
  REQUIRE(found);
  CHECK(found->code == ec::invalid_value);
  CHECK(found->context.find("1e400") != std::string::npos);
  CHECK(found->context.find("out of range") != std::string::npos);
}

TEST_CASE("what is in range, in a string or no number is not named") {
  for (auto text : {R"({"a":18446744073709551615,"b":-9223372036854775808})", R"({"a":1e308})",
                    R"({"a":1e-400})", R"({"a":"1e400","b":"\"1e400"})", R"({"a":1x})", R"({"a":")",
                    R"({"a)", "]1,", ""}) {
    CAPTURE(text);
    CHECK(field_of(text) == "none");
  }
}
