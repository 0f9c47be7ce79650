#include "actors/tools/files/read.hpp"
#include "actors/tools/files/text_file.hpp"
#include "actors/tools/files/write.hpp"
#include "tests/actors/tools/fixture.hpp"

using namespace kodad::actors;
using namespace std::string_literals;
using kodad::proto::ec;

namespace {

struct place : workspace_place {
  std::string read() { return read_tool(workspace, arguments("read", R"({"filePath":"f"})")).text; }
  tool_output write(const std::string& content) {
    return write_tool(workspace,
                      arguments("write", R"({"filePath":"f","content":)" + quote(content) + "}"),
                      turns);
  }
  tool_output edit(const std::string& from, const std::string& to, const std::string& more = "") {
    return edit_tool(workspace,
                     arguments("edit", R"({"filePath":"f","oldString":)" + quote(from) +
                                           R"(,"newString":)" + quote(to) + more + "}"),
                     turns);
  }
  static std::string quote(const std::string& text) { return kodad::proto::json::quote(text); }

  file_order order;
  file_turns turns{order, {}};
};

const std::string mark = "\xef\xbb\xbf";

} // namespace

TEST_CASE("a mark and carriage returns are the file's, not the model's") {
  place at;
  at.put("f", mark + "one\r\ntwo\r\nthree\r\n");
  CHECK(at.read().starts_with("1: one\n2: two\n3: three\n(version "));

  CHECK(!at.edit("two", "2").failure);
  CHECK(at.get("f") == mark + "one\r\n2\r\nthree\r\n");
  CHECK(!at.edit("one\n2\n", "1\nand\nmore\n").failure);
  CHECK(at.get("f") == mark + "1\r\nand\r\nmore\r\nthree\r\n");
  CHECK(!at.edit("three", "3\n4").failure);
  CHECK(at.get("f") == mark + "1\r\nand\r\nmore\r\n3\r\n4\r\n");
  CHECK(!at.write("new\ntext\n").failure);
  CHECK(at.get("f") == mark + "new\r\ntext\r\n");
  CHECK(!at.write(mark + "again\r\n").failure);
  CHECK(at.get("f") == mark + "again\r\n");
}

TEST_CASE("lines keep their own ends where they are mixed") {
  place at;
  at.put("f", "a\r\nb\nc\r\nd");
  CHECK(!at.edit("b\nc", "B\nC").failure);
  CHECK(at.get("f") == "a\r\nB\nC\r\nd");
  CHECK(!at.edit("d", "D").failure);
  CHECK(at.get("f") == "a\r\nB\nC\r\nD");
  CHECK(!at.write("a\nB\nnew\nC\nD").failure);
  CHECK(at.get("f") == "a\r\nB\nnew\r\nC\r\nD");
  at.put("f", "x\ny");
  CHECK(!at.edit("y", "z").failure);
  CHECK(at.get("f") == "x\nz");
  at.put("f", "old\rmac\r");
  CHECK(at.read().starts_with("1: old\n2: mac\n"));
  CHECK(!at.edit("old\nmac", "new\nmac").failure);
  CHECK(at.get("f") == "new\rmac\r");
}

TEST_CASE("an edit of nothing but the ends of lines does it") {
  place at;
  at.put("f", "a\nb\n");
  CHECK(!at.edit("\n", "\r\n", R"(,"replaceAll":true)").failure);
  CHECK(at.get("f") == "a\r\nb\r\n");
}

TEST_CASE("UTF-16 is text, and stays UTF-16") {
  for (bool big : {false, true}) {
    CAPTURE(big);
    text_file kind{big ? text_encoding::utf16_big : text_encoding::utf16_little, true, ""};
    auto bytes = [&](const std::string& text) { return encode_text(kind, text).value(); };
    place at;
    at.put("f", bytes("héllo\r\nwörld 😀\r\n"));
    auto shown = at.read();
    CHECK(shown.starts_with("1: héllo\n2: wörld 😀\n(the file is UTF-16"));
    CHECK(!at.edit("wörld 😀\n", "😀\nß\n").failure);
    CHECK(at.get("f") == bytes("héllo\r\n😀\r\nß\r\n"));
    auto written = at.write("neu\n");
    CHECK(has(written.diff, "+neu"));
    CHECK(at.get("f") == bytes("neu\r\n"));
  }
  CHECK(encode_text({text_encoding::utf16_little, true, ""}, "a").value() == "\xff\xfe"s + "a\0"s);
  CHECK(!decode_text("\xff\xfe"s + "a\0b"s));      // Half a character.
  CHECK(!decode_text("\xff\xfe\0\0a\0\0\0"s));     // UTF-32.
  CHECK(!decode_text("\xff\xfe\0\xd8"s + "a\0"s)); // Half a pair.
}

TEST_CASE("Latin-1 is text and stays so, or is left alone") {
  place at;
  at.put("f", "caf\xe9 \x80\r\n");
  CHECK(at.read().starts_with("1: café €\n"));
  CHECK(!at.edit("café", "thé").failure);
  CHECK(at.get("f") == "th\xe9 \x80\r\n");
  auto refused = at.edit("thé", "茶");
  CHECK(refused.failure->code == ec::tool_failed);
  CHECK(has(refused.text, "Latin-1"));
  CHECK(has(at.write("茶").text, "Latin-1"));
  CHECK(at.get("f") == "th\xe9 \x80\r\n");
}

TEST_CASE("a text with broken bytes keeps them") {
  place at;
  at.put("f", "gut: ä\nbad: \xff\n");
  CHECK(has(at.read(), "some bytes are no UTF-8"));
  CHECK(!at.edit("gut: ä", "gut: ö").failure);
  CHECK(at.get("f") == "gut: ö\nbad: \xff\n");
}

TEST_CASE("what is no text is not edited") {
  place at;
  at.put("f", "a\0b"s);
  CHECK(has(at.edit("a", "c").text, "f is a binary file"));
  CHECK(at.get("f") == "a\0b"s);
}

TEST_CASE("an edit looks only where it is told to") {
  place at;
  at.put("f", "x\nx\nx\n");
  CHECK(!at.edit("x", "y", R"(,"startLine":2,"endLine":2)").failure);
  CHECK(at.get("f") == "x\ny\nx\n");
  CHECK(has(at.edit("y", "z", R"(,"startLine":3)").text, "it begins on line 2"));
  CHECK(has(at.edit("y", "z", R"(,"startLine":3,"endLine":2)").text, "endLine"));
}

TEST_CASE("read shows the lines asked for, by either way to ask") {
  place at;
  at.put("f", "1\n2\n3\n4\n5\n");
  auto read = [&](const char* more) {
    return read_tool(at.workspace,
                     arguments("read", std::string(R"({"filePath":"f",)") + more + "}"))
        .text;
  };
  CHECK(read(R"("startLine":2,"endLine":3)").starts_with("2: 2\n3: 3\n(lines 4 to 5 follow"));
  CHECK(read(R"("offset":4,"endLine":"4")").starts_with("4: 4\n(lines 5"));
  CHECK(has(read(R"("startLine":4,"endLine":2)"), "endLine lies before"));
  CHECK(has(read(R"("startLine":4,"offset":2)"), "two lines to begin with"));
  at.put("f", "");
  CHECK(read(R"("limit":0)").starts_with("(the file is empty)\n"));
}
