#include "proto/text/control_signs.hpp"

#include "proto/text/utf8.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto::text;
using namespace std::string_literals;

TEST_CASE("control characters are shown, and all other text stays") {
  struct {
    std::string text;
    std::string shown;
  } rows[] = {
      {"", ""},
      {"tab\tfeed\npair\r\nend", "tab\tfeed\npair\r\nend"},
      {"\x1b[31mred\x1b]52;c;eA==\x07", "␛[31mred␛]52;c;eA==␇"},
      {"\0\x01\x0b\x0c\x1f\x7f"s, "␀␁␋␌␟␡"},
      {"over\rwritten\r", "over␍written␍"},
      {"\r\r\n", "␍\r\n"},
      {"\xc2\x80\xc2\x85\xc2\x9b\xc2\x9f", "\\u0080\\u0085\\u009b\\u009f"},
      {"\xc2\xa0 \xc2\xb0 caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
       "\xc2\xa0 \xc2\xb0 caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
      {"\xe2\x80\xaeright to left\xe2\x81\xa6", "\xe2\x80\xaeright to left\xe2\x81\xa6"},
      {"cut \xc2", "cut \xc2"},
      {"\xc2\xc2\x9b", "\xc2\\u009b"},
      {"␛ as text", "␛ as text"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.shown);
    CHECK(show_controls(row.text) == row.shown);
    CHECK(show_controls(row.shown) == row.shown);
    CHECK(has_controls(row.text) == (row.text != row.shown));
    CHECK_FALSE(has_controls(row.shown));
  }
}

TEST_CASE("each control character is shown by a sign of its own, as valid text") {
  std::string all;
  for (char c = 1; c < 0x20; ++c)
    if (c != '\t' && c != '\n')
      all += c;
  auto shown = show_controls(all + "\x7f");
  CHECK(shown.size() == 3 * (all.size() + 1));
  CHECK(is_utf8(shown));
  CHECK(shown.starts_with("␁␂"));
  CHECK(shown.ends_with("␞␟␡"));
}

TEST_CASE("signs are known where they stand") {
  CHECK(has_control_signs("a␛[0m"));
  CHECK(has_control_signs("␀"));
  CHECK(has_control_signs("␡"));
  CHECK(has_control_signs("\\u0085"));
  CHECK(has_control_signs("\\u009f"));
  for (auto text : {"", "plain", "\\u00a0", "␦", "caf\xc3\xa9", "\x1b", "\xe2\x90"})
    CHECK_FALSE(has_control_signs(text));
}
