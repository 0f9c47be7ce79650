#include "actors/tools/exec/output_keeper.hpp"

#include "proto/text/utf8.hpp"

#include <doctest/doctest.h>

using kodad::actors::output_keeper;

namespace {

std::string kept_in_pieces(const std::string& bytes, size_t piece) {
  output_keeper kept(1024);
  std::string shown;
  for (size_t at = 0; at < bytes.size(); at += piece)
    shown += kept.add(bytes.substr(at, piece));
  CHECK(shown == kept.text());
  return kept.text();
}

} // namespace

TEST_CASE("terminal sequences and control bytes vanish, however the pieces fall") {
  struct {
    std::string bytes;
    std::string expected;
  } cases[] = {
      {"plain\n\ttext", "plain\n\ttext"},
      {"\x1b[31mred\x1b[0m", "red"},
      {"\x1b]0;title\x07"
       "after",
       "after"},
      {"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"},
      {"\x1bP1;2|data\x1b\\x", "x"},
      {"a\rb\x08"
       "c\x7f\x01"
       "d",
       "abcd"},
      {"\x1b(Bcharset", "charset"},
      {"caf\xc3\xa9 \xe2\x82\xac", "caf\xc3\xa9 \xe2\x82\xac"},
      {"bad\xff.", "bad\xef\xbf\xbd."},
      // U+0080 to U+009F do the same in one character.
      {"\xc2\x9b"
       "31mred\xc2\x9b"
       "0m \xc2\xb0\xc2\xa0",
       "red \xc2\xb0\xc2\xa0"},
      {"\xc2\x9d"
       "52;c;eA==\xc2\x9c"
       "after\xc2\x85",
       "after"},
      {"\x1b]0;t\xc2\x9b"
       "1\xc2\x9c"
       "after",
       "after"},
      {"\x1b[3\xc3\xa9 \x1b\xe2\x82\xac", "\xc3\xa9 \xe2\x82\xac"},
  };
  for (const auto& each : cases) {
    for (size_t piece : {1, 2, 3, 1000}) {
      CAPTURE(each.bytes);
      CAPTURE(piece);
      CHECK(kept_in_pieces(each.bytes, piece) == each.expected);
    }
  }
}

TEST_CASE("of a flood the head and the tail are kept, and the gap is told") {
  output_keeper kept(1000);
  kept.add("first\n");
  for (int i = 0; i < 10'000; ++i)
    kept.add("line " + std::to_string(i) + "\n");
  kept.add("last\n");

  auto text = kept.text();

  CHECK(text.size() < 1200);
  CHECK(text.starts_with("first\nline 0\n"));
  CHECK(text.ends_with("line 9999\nlast\n"));
  CHECK(text.find("bytes are left out here; ") != std::string::npos);
  auto head = kept.unbroken();
  CHECK(text.starts_with(head));
  CHECK(head.back() == '\n');
  CHECK(head.size() <= 500);
}

TEST_CASE("a cut never splits a character") {
  output_keeper kept(101);
  for (int i = 0; i < 500; ++i)
    kept.add("\xe2\x82\xac");
  CHECK(kodad::proto::text::is_utf8(kept.text()));
}
