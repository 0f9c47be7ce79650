// What files and names with control characters are shown as, and what stays of them.
#include "actors/tools/diff.hpp"
#include "proto/limits/tools.hpp"
#include "proto/text/control_signs.hpp"
#include "proto/text/utf8.hpp"
#include "tests/actors/tools/files_place.hpp"

using namespace kodad::actors;
namespace text = kodad::proto::text;

namespace {

using place = files_place;

constexpr std::string_view note = "control characters are shown by signs";

} // namespace

TEST_CASE("read shows control characters and says so once") {
  place at;
  std::string content = "\x1b[31mred\nplain\n\x1b]52;c;eA==\x07\x0c\xc2\x9b\n";
  at.put("f", content);

  auto said = at.read(R"({"filePath":"f"})").text;

  CHECK(said.starts_with("1: ␛[31mred\n2: plain\n3: ␛]52;c;eA==␇␌\\u009b\n("));
  CHECK(said.find(note) == said.rfind(note));
  CHECK(has(said, note));
  CHECK_FALSE(text::has_controls(said));
  CHECK(has(said, content_version(content)));
  CHECK(at.get("f") == content);
  CHECK_FALSE(has(at.read(R"({"filePath":"f","startLine":2,"endLine":2})").text, note));
}

TEST_CASE("ends of lines, tabs and signs that are text are no control characters") {
  place at;
  for (const char* content : {"a\r\nb\tc\r\n", "a\rb\r", "␛ \\u0085\n",
                              "\xe2\x80\xae"
                              "abc\n"}) {
    at.put("f", content);
    CHECK_FALSE(has(at.read(R"({"filePath":"f"})").text, note));
  }
  at.put("f", "10%\r20%\r30%\ndone\n");
  auto said = at.read(R"({"filePath":"f"})").text;
  CHECK(said.starts_with("1: 10%␍20%␍30%\n2: done\n("));
  CHECK(has(said, note));
}

TEST_CASE("other encodings are shown alike") {
  place at;
  at.put("latin", "caf\xe9 \x81\x1b[0m\n");
  CHECK(at.read(R"({"filePath":"latin"})").text.starts_with("1: café \\u0081␛[0m\n"));
  at.put("wide", std::string("\xff\xfe\x1b\0[\0\x9b\0\n\0", 10));
  CHECK(at.read(R"({"filePath":"wide"})").text.starts_with("1: ␛[\\u009b\n"));
  at.put("broken", "\xc3\xa9 \xff \x9b \x1b\n");
  CHECK(at.read(R"({"filePath":"broken"})").text.starts_with("1: é \uFFFD \uFFFD ␛\n"));
}

TEST_CASE("names in a folder are shown") {
  place at;
  at.put("d/\x1b]0;t\x07", "");
  at.put("d/plain", "");
  auto said = at.read(R"({"filePath":"d"})").text;
  CHECK(said.starts_with("␛]0;t␇\nplain\n("));
  CHECK(has(said, note));
  CHECK_FALSE(text::has_controls(said));
  at.put("e/plain", "");
  CHECK(at.read(R"({"filePath":"e"})").text == "plain\n");
  CHECK(at.read(R"({"filePath":"d/\u001b]0;t\u0007"})").text.starts_with("(the file is empty)"));
}

TEST_CASE("edit takes the characters themselves, and tells who gives their signs") {
  place at;
  at.put("f", "\x1b[31mred\x0c\nb\n");

  auto missed = at.edit(R"({"filePath":"f","oldString":"␛[31m","newString":""})");
  REQUIRE(missed.failure);
  CHECK(has(missed.text, "does not occur in f"));
  CHECK(has(missed.text, "write the characters themselves"));
  auto other = at.edit(R"({"filePath":"f","oldString":"gone","newString":""})");
  CHECK_FALSE(has(other.text, "write the characters themselves"));
  CHECK(at.get("f") == "\x1b[31mred\x0c\nb\n");

  auto done = at.edit(R"({"filePath":"f","oldString":"\u001b[31m","newString":"\u009b32m"})");
  CHECK_FALSE(done.failure);
  CHECK(at.get("f") == "\xc2\x9b"
                       "32mred\x0c\nb\n");
  CHECK(has(done.diff, "-␛[31mred␌\n+\\u009b32mred␌\n b\n"));
  CHECK_FALSE(text::has_controls(done.diff));
}

TEST_CASE("what write tells of a name and a content is shown, what it writes is not changed") {
  place at;
  auto done = at.write(R"({"filePath":"a\u001b[1m","content":"x\u0007\r\ny\u007f\n"})");
  CHECK_FALSE(done.failure);
  CHECK(at.get("a\x1b[1m") == "x\x07\r\ny\x7f\n");
  CHECK(has(done.diff, "+x␇\r\n+y␡\n"));
  CHECK_FALSE(text::has_controls(done.diff));
  CHECK(has(done.metadata.text, "a␛[1m"));
}

TEST_CASE("a diff full of control characters keeps its bound") {
  namespace limits = kodad::proto::limits;
  for (size_t size : {60'000, 3'000'000}) {
    auto diff = unified_diff("f\x1b", std::string("\x1b\n"), std::string(size, '\x1b'));
    CHECK(diff.size() <= limits::diff_bytes);
    CHECK(text::is_utf8(diff));
    CHECK_FALSE(text::has_controls(diff));
  }
  CHECK(unified_diff("\x1b", std::string("\0", 1), "x") == "Binary files a/␛ and b/␛ differ\n");
}
