#include "proto/provider/object_splitter.hpp"

#include <doctest/doctest.h>
#include <vector>

using kodad::proto::provider::object_splitter;

namespace {

std::vector<std::string> split(std::string_view text, size_t step) {
  object_splitter splitter;
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size(); at += step) {
    splitter.push(text.substr(at, step));
    while (auto found = splitter.next())
      out.emplace_back(*found);
  }
  return out;
}

} // namespace

TEST_CASE("objects are found however the text is cut") {
  struct row {
    std::string_view text;
    std::vector<std::string> objects;
  };
  const std::vector<row> rows{
      {"", {}},
      {"[]", {}},
      {"[{}]", {"{}"}},
      {"{}{}", {"{}", "{}"}},
      {"[{\"a\":[{},{}]},\n{\"b\":{}}\n]", {"{\"a\":[{},{}]}", "{\"b\":{}}"}},
      {R"([{"a":"}]{["},{"b":"\"}"},{"c":"\\"}])",
       {R"({"a":"}]{["})", R"({"b":"\"}"})", R"({"c":"\\"})"}},
      {R"([{"a":")", {}},
      {"]]}}{\"a\":1}", {"{\"a\":1}"}},
  };
  for (const auto& [text, objects] : rows) {
    INFO(text);
    for (size_t step : {1, 2, 3, 100})
      CHECK(split(text, step) == objects);
  }
}

TEST_CASE("an object longer than its bound fails, and nothing comes after it") {
  object_splitter splitter(10);
  splitter.push(R"({"a":1},{"long":"one"},{})");

  CHECK(splitter.next() == R"({"a":1})");
  CHECK_FALSE(splitter.next());
  CHECK(splitter.failed());
  splitter.push("{}");
  CHECK_FALSE(splitter.next());
}
