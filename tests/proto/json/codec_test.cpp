#include "proto/json/codec.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

namespace {

struct inner {
  int32_t count = 0;

  static constexpr auto fields() {
    return std::tuple(field("count", &inner::count, presence::required));
  }
};

struct outer {
  std::string name;
  std::optional<double> price;
  std::vector<inner> items;
  raw_json extra;

  static constexpr auto fields() {
    return std::tuple(field("name", &outer::name), field("price", &outer::price),
                      field("items", &outer::items),
                      field("extra", &outer::extra, presence::omit_empty));
  }
};

error failure_of(std::string_view text) {
  auto read = json::read<outer>(text);
  REQUIRE_FALSE(read.ok());
  return read.failure();
}

} // namespace

TEST_CASE("a record reads back what it wrote") {
  outer x{"a\n\"b\"", 1.5, {{3}}, {R"({"k":[1]})"}};

  auto text = json::write(x);
  auto back = json::read<outer>(text);

  CHECK(text == R"({"name":"a\n\"b\"","price":1.5,"items":[{"count":3}],"extra":{"k":[1]}})");
  REQUIRE(back.ok());
  CHECK(json::write(*back) == text);
}

TEST_CASE("absent fields are left out and unknown ones ignored") {
  CHECK(json::write(outer{}) == R"({"name":"","items":[]})");
  CHECK(json::read<outer>(R"({"name":null,"other":[{}]})").ok());
}

TEST_CASE("the last of two equal keys wins") {
  CHECK(json::read<outer>(R"({"name":"a","name":"b"})")->name == "b");
}

TEST_CASE("an error names the field") {
  CHECK(failure_of(R"({"name":7})").code == ec::wrong_type);
  CHECK(failure_of(R"({"name":7})").field == "name");
  CHECK(failure_of(R"({"items":[{"count":"x"}]})").field == "items.count");
  CHECK(failure_of(R"({"items":[{}]})").code == ec::missing_field);
  CHECK(failure_of(R"({"items":[{"count":99999999999}]})").code == ec::invalid_value);
}

TEST_CASE("what is no JSON object is refused") {
  for (auto text : {"", "[1]", "{\"a\":1}x", "{\"a\":tru3}", "{\"a\":1,}", "\"\\ud83d\"", "\xff"})
    CHECK_FALSE(json::read<outer>(text).ok());
  CHECK_FALSE(json::read<outer>(std::string(65, '[') + std::string(65, ']')).ok());
}

TEST_CASE("the writer always writes valid JSON") {
  json::writer out;
  out.begin_array().string("a\xff\x01").number(0.0 / 0.0).end_array();

  auto text = out.take();

  CHECK(text == "[\"a\xef\xbf\xbd\\u0001\",null]");
  CHECK(json::parser().parse(text).ok());
}
