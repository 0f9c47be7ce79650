#include "proto/text/base64.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto::text;

TEST_CASE("bytes of every length survive the way there and back") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(from_base64(to_base64(bytes)) == bytes);
    bytes.push_back(static_cast<char>(i));
  }
}

TEST_CASE("the examples of RFC 4648 hold") {
  CHECK(to_base64("foob") == "Zm9vYg==");
  CHECK(from_base64("Zm9vYmE=") == "fooba");
  CHECK(from_base64("Zm9v\nYm\r\nFy ") == "foobar");
  CHECK(from_base64("") == "");
}

TEST_CASE("what is no base64 is nothing") {
  for (auto text : {"Zm9", "Z", "Zm9v!", "Zg=", "=", "====", "Zg==Zg==", "Zh==", "Zm9=", "Zm-_"})
    CHECK_FALSE(from_base64(text));
}
