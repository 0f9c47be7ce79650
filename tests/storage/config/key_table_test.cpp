#include "storage/config/key_table.hpp"
#include "storage/config/meant_key.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace kodad::storage;

TEST_CASE("every key that is read has a meaning, and no other") {
  for (const auto& key : known_keys()) {
    CAPTURE(key.name);
    CHECK(meaning_of(key.name).empty() != key.is_used);
    CHECK_FALSE(key.takes.empty());
  }
  for (auto name : keys_with_meaning()) {
    CAPTURE(name);
    auto found = std::ranges::find(known_keys(), name, &known_key::name);
    CHECK(found != known_keys().end());
  }
  CHECK(known_keys().size() > 80);
}

TEST_CASE("the written table is the one that the program prints") {
  std::ifstream file(KODAD_KEYS);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  bool ends_with_table = text.ends_with("\n\n" + key_table_text());
  INFO("kodad --help-config prints what belongs at the end of storage/config/README.md");
  CHECK(ends_with_table);
}

TEST_CASE("a key of another section is found by its name") {
  CHECK(meant_key({"", "port", {}}) == "server.port");
  CHECK(meant_key({"", "server.port", {}}) == "server: {port: …}");
  CHECK(meant_key({"sandbox.", "timeMax", {}}) == "sandbox.limits.time_max");
  CHECK(meant_key({"", "zzzzzz", {}}).empty());
  CHECK(without_places("providers[12].models[0].id") == "providers[].models[].id");
}
