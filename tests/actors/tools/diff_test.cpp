#include "actors/tools/diff.hpp"

#include "proto/limits/tools.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using kodad::actors::unified_diff;
namespace limits = kodad::proto::limits;

namespace {

std::string lines(int from, int to, const std::string& word = "line ") {
  std::string out;
  for (int i = from; i <= to; ++i)
    out += word + std::to_string(i) + "\n";
  return out;
}

std::string body(const std::string& diff) {
  return diff.substr(diff.find("@@"));
}

bool has(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

} // namespace

TEST_CASE("a change in the middle of a file is a hunk with its own line numbers") {
  auto diff = unified_diff("f", lines(1, 100), lines(1, 49) + "new\n" + lines(51, 100));
  CHECK(body(diff) == "@@ -47,7 +47,7 @@\n line 47\n line 48\n line 49\n-line 50\n+new\n"
                      " line 51\n line 52\n line 53\n");
}

TEST_CASE("beginnings, ends and missing newlines are told as they are") {
  CHECK(unified_diff("f", "x", "x") == "");
  CHECK(body(unified_diff("f", "", "a\n")) == "@@ -0,0 +1 @@\n+a\n");
  CHECK(body(unified_diff("f", "a\n", "")) == "@@ -1 +0,0 @@\n-a\n");
  CHECK(body(unified_diff("f", "a\nb", "x\nb")) ==
        "@@ -1,2 +1,2 @@\n-a\n+x\n b\n\\ No newline at end of file\n");
  CHECK(body(unified_diff("f", "a\n", "a\na\n")) == "@@ -1 +1,2 @@\n a\n+a\n");
  CHECK(body(unified_diff("f", "ab\n", "b\n")) == "@@ -1 +1 @@\n-ab\n+b\n");
  CHECK(unified_diff("f", std::string("\0", 1), "x") == "Binary files a/f and b/f differ\n");
}

TEST_CASE("a long diff is cut behind a line and says how much is missing") {
  auto diff = unified_diff("f", "", lines(1, 100'000));
  CHECK(diff.size() <= limits::diff_bytes);
  CHECK(diff.size() > limits::diff_bytes - 200);
  auto mark = diff.rfind("\\ ");
  int shown = 0;
  for (auto at = diff.find("\n+line "); at != std::string::npos; at = diff.find("\n+line ", at + 1))
    ++shown;
  auto missing = std::to_string(100'000 - shown);
  CHECK(diff.substr(mark) == "\\ " + missing + " more lines of this diff are left out\n");
}

TEST_CASE("a small change to a file of many megabytes has its diff") {
  auto big = lines(1, 1'000'000);
  auto changed = big;
  changed.replace(changed.find("line 500000\n"), 12, "other\n");
  auto diff = unified_diff("f", big, changed);
  CHECK(has(diff, "@@ -499997,7 +499997,7 @@"));
  CHECK(has(diff, "-line 500000\n+other\n"));
  CHECK(diff.size() < 300);
}

TEST_CASE("what is too large to compare is shown as replaced") {
  auto diff = unified_diff("f", lines(1, 200'000), lines(1, 200'000, "word "));
  CHECK(has(diff, "@@ -1,200000 +1,200000 @@\n-line 1\n-line 2\n"));
  CHECK(has(diff, "more lines of this diff are left out\n"));
  CHECK(diff.size() <= limits::diff_bytes);
}

TEST_CASE("one endless line and bytes that are no text make a bounded, valid diff") {
  for (const auto& text : {std::string(3'000'000, 'x'), std::string(1'000'000, '\xff')}) {
    auto diff = unified_diff("f", "", text);
    CHECK(diff.size() <= limits::diff_bytes);
    CHECK(has(diff, "+"));
    CHECK(kodad::proto::text::is_utf8(diff));
    CHECK(has(diff, "left out\n"));
  }
}
