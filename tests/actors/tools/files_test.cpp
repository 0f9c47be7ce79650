#include "tests/actors/tools/files_place.hpp"

#include <sys/stat.h>
#include <thread>

using namespace kodad::actors;
using kodad::proto::ec;
namespace limits = kodad::proto::limits;

namespace {

using place = files_place;

} // namespace

TEST_CASE("read numbers lines and names the next page") {
  place at;
  at.put("f", "one\ntwo\nthree\nfour\n");

  auto page = at.read(R"({"filePath":"f","offset":2,"limit":"2"})").text;

  CHECK(page.starts_with("2: two\n3: three\n"));
  CHECK(has(page, "offset 4"));
  CHECK(has(page, content_version("one\ntwo\nthree\nfour\n")));
  CHECK(has(at.read(R"({"filePath":"f","offset":9})").text, "only 4 lines"));
  CHECK(!has(at.read(R"({"filePath":"f"})").text, "offset"));
}

TEST_CASE("read cuts long lines and long files") {
  place at;
  at.put("wide", std::string(5000, 'x') + "\n");
  std::string many;
  for (int i = 0; i < 5000; ++i)
    many += "x\n";
  at.put("many", many);
  CHECK(at.read(R"({"filePath":"wide"})")
            .text.starts_with("1: " + std::string(2000, 'x') + " (cut)\n"));
  CHECK(has(at.read(R"({"filePath":"many"})").text, "offset 2001"));
}

TEST_CASE("read lists a folder, describes images, refuses other binary files") {
  place at;
  at.put("dir/b", "");
  at.put("dir/a/x", "");
  at.put("i.png", std::string("\x89PNG\r\n\x1a\n\0\0", 10));
  at.put("d.pdf", "%PDF-1.4\n");
  at.put("bin", std::string("ab\0c", 4));
  at.put("latin", "caf\xe9\n");
  CHECK(at.read(R"({"filePath":"dir"})").text == "a/\nb\n");
  CHECK(at.read(R"({"filePath":"i.png"})").text == "i.png: image/png, 10 bytes\n");
  CHECK(at.read(R"({"filePath":"d.pdf"})").text == "d.pdf: application/pdf, 9 bytes\n");
  CHECK(at.read(R"({"filePath":"bin"})").failure->code == ec::tool_failed);
  CHECK(at.read(R"({"filePath":"latin"})").text.starts_with("1: café\n(the file is no UTF-8"));
}

TEST_CASE("read says what is wrong") {
  place at;
  at.put("src/Main.cpp", "");
  CHECK(has(at.read(R"({"filePath":"src/main.cpp"})").text, "did you mean src/Main.cpp?"));
  CHECK(at.read(R"({"filePath":"../x"})").failure->code == ec::tool_denied);
  CHECK(at.read(R"({"filePath":"/etc/passwd"})").failure->code == ec::tool_denied);
}

TEST_CASE("write creates, changes and leaves alone, and shows the difference") {
  place at;

  auto created = at.write(R"({"filePath":"a/b.txt","content":"one\ntwo\n"})");
  auto changed = at.write(R"({"filePath":"a/b.txt","content":"one\n2\n"})");
  auto before = std::filesystem::last_write_time(at.path("a/b.txt"));
  auto same = at.write(R"({"filePath":"a/b.txt","content":"one\n2\n"})");

  CHECK(created.text.starts_with("created a/b.txt, 8 bytes, version "));
  CHECK(has(created.diff, "+one\n+two\n"));
  CHECK(changed.text.starts_with("wrote a/b.txt"));
  CHECK(has(changed.diff, "@@ -1,2 +1,2 @@\n one\n-two\n+2\n"));
  CHECK(same.text.starts_with("unchanged: a/b.txt"));
  CHECK(same.diff.empty());
  CHECK(std::filesystem::last_write_time(at.path("a/b.txt")) == before);
  CHECK(has(changed.metadata.text, content_version("one\n2\n")));
  CHECK(at.write(R"({"filePath":".git/config","content":"x"})").failure->code == ec::tool_denied);
}

TEST_CASE("an expected version guards both write and edit") {
  place at;
  at.put("f", "old");
  CHECK(at.write(R"({"filePath":"f","content":"x","expectedVersion":"nope"})").failure->code ==
        ec::tool_failed);
  CHECK(at.edit(R"({"filePath":"f","oldString":"old","newString":"x","expectedVersion":"nope"})")
            .failure.has_value());
  CHECK(at.get("f") == "old");
  auto right = R"({"filePath":"f","content":"new","expectedVersion":")" + content_version("old");
  CHECK(!at.write(right + R"("})").failure);
  CHECK(at.get("f") == "new");
}

TEST_CASE("edit replaces exactly, once or everywhere") {
  place at;
  at.put("f", "a b\na c\n");

  auto twice = at.edit(R"({"filePath":"f","oldString":"a","newString":"x"})");
  CHECK(has(twice.text, "occurs 2 times"));
  CHECK(has(twice.text, "lines 1, 2"));
  CHECK(
      has(at.edit(R"({"filePath":"f","oldString":"A b","newString":"x"})").text, "does not occur"));

  CHECK(!at.edit(R"({"file_path":"f","old_string":"a b","new_string":"B"})").failure);
  CHECK(at.get("f") == "B\na c\n");
  CHECK(!at.edit(R"({"filePath":"f","oldString":"\n","newString":"\r\n","replace_all":"true"})")
             .failure);
  CHECK(at.get("f") == "B\r\na c\r\n");
  CHECK(!at.edit(R"({"filePath":"f","oldString":"B\na","newString":"x"})").failure);
  CHECK(at.get("f") == "x c\r\n");
}

TEST_CASE("an edit is of as many places as the call expects") {
  place at;
  at.put("f", "a\na\nb\n");
  auto edit = [&](const std::string& more) {
    return at.edit(R"({"filePath":"f","oldString":"a","newString":"x",)" + more + "}").text;
  };
  CHECK(has(edit(R"("expected_replacements":1)"),
            "occurs 2 times in f, on lines 1, 2, but expectedReplacements says 1"));
  CHECK(has(edit(R"("expected_replacements":3,"replaceAll":true)"), "says 3; nothing was changed"));
  CHECK(has(edit(R"("expected_replacements":0)"), "must be 1 or more"));
  CHECK(has(edit(R"("expected_replacements":2,"endLine":1)"), "occurs once in f, on line 1, but"));
  CHECK(at.get("f") == "a\na\nb\n");
  CHECK(has(edit(R"("expected_replacements":2)"), "wrote f"));
  CHECK(at.get("f") == "x\nx\nb\n");
  auto create = R"({"filePath":"new","oldString":"","newString":"x","expectedReplacements":)";
  CHECK(has(at.edit(std::string(create) + "2}").text, "there is no file new yet"));
  CHECK(!at.edit(std::string(create) + "1}").failure);
  CHECK(has(at.edit(R"({"filePath":"f","oldString":"12: x","newString":""})").text,
            "leave the line numbers away"));
}

TEST_CASE("a name that ends like a folder's makes no file") {
  place at;
  at.put("dir/x", "");
  for (const char* path : {"new/", "dir/", "dir/new/.", "new//", "dir/..", ".", "dir/x/"}) {
    CAPTURE(path);
    auto wish = R"({"filePath":")" + std::string(path) + "\",";
    CHECK(has(at.write(wish + R"("content":"x"})").text, "write takes the name of a file"));
    CHECK(has(at.edit(wish + R"("oldString":"","newString":"x"})").text, "edit takes the name"));
  }
  CHECK(at.get("dir/x").empty());
  CHECK(!std::filesystem::exists(at.path("new")));
}

TEST_CASE("of a link that leads nowhere it is said that it is one, and where it points") {
  place at;
  at.put("sub/there", "x");
  auto link = [&](const char* target, const char* name) {
    std::filesystem::create_symlink(target, at.path(name));
  };
  link("docs/gone.md", "notes");
  link("../missing", "sub/up");
  link("notes", "chain");
  link("/etc/no_such_file", "out");
  link("../../x", "climbs");
  link("loop", "loop");
  link("gone_folder", "folder");
  link((at.at.path() + "/sub/there").c_str(), "absolute");
  struct {
    const char* path;
    const char* told;
  } cases[] = {
      {"notes", "notes is a link to docs/gone.md, where nothing is"},
      {"sub/up", "sub/up is a link to missing, where nothing is"},
      {"chain", "chain is a link to docs/gone.md, where nothing is"},
      {"out", "out is a link that leads outside the workspace"},
      {"climbs", "climbs is a link that leads outside the workspace"},
      {"loop", "loop is a link that leads in a circle"},
      {"folder/x", "folder is a link to gone_folder, where nothing is"},
      {"absolute", "absolute is a link with an absolute target, which is not followed; name "
                   "sub/there itself"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.path);
    auto wish = R"({"filePath":")" + std::string(each.path) + "\"";
    CHECK(has(at.read(wish + "}").text, each.told));
    CHECK(has(at.write(wish + R"(,"content":"x"})").text, each.told));
    CHECK(has(at.edit(wish + R"(,"oldString":"a","newString":"b"})").text, each.told));
    CHECK(has(at.edit(wish + R"(,"oldString":"","newString":"b"})").text, each.told));
  }
  CHECK(!std::filesystem::exists(at.path("gone_folder")));
  CHECK(has(at.read(R"({"filePath":"plain"})").text, "there is no file plain"));
}

TEST_CASE("what is no regular file is named") {
  place at;
  REQUIRE(::mkfifo(at.path("pipe").c_str(), 0600) == 0);
  CHECK(has(at.read(R"({"filePath":"pipe"})").text, "pipe is a FIFO, no regular file"));
  CHECK(has(at.write(R"({"filePath":"pipe","content":"x"})").text, "pipe is a FIFO"));
  CHECK(has(at.edit(R"({"filePath":"pipe","oldString":"a","newString":"x"})").text, "is a FIFO"));
}

TEST_CASE("a folder is listed page by page, and what is clipped is said") {
  place at;
  for (int i = 100; i < 130; ++i)
    at.put("d/f" + std::to_string(i), "");
  CHECK(at.read(R"({"filePath":"d","offset":3,"limit":2})").text ==
        "f102\nf103\n(entries 5 to 30 follow: read on with offset 5)\n");
  CHECK(at.read(R"({"filePath":"d","startLine":29})").text == "f128\nf129\n");
  CHECK(at.read(R"({"filePath":"d","offset":31})").text == "(the folder has only 30 entries)\n");
  CHECK(has(at.read(R"({"filePath":"d","limit":6000})").text,
            "(limit: 5000 entries at most are shown at a time, not 6000)"));
  at.put("f", "a\n");
  CHECK(has(at.read(R"({"filePath":"f","limit":2001})").text,
            "(limit: 2000 lines at most are shown at a time, not 2001)"));
}

TEST_CASE("a file larger than can be loaded keeps its encoding, and its end is not made up") {
  place at;
  std::string line = "é" + std::string(1020, 'x') + "é\n";
  std::string text;
  while (text.size() <= limits::file_bytes)
    text += line;
  at.put("big", "x" + text);
  auto out = at.read(R"({"filePath":"big","limit":1})").text;
  CHECK(has(out, "é\n(lines 2 to "));
  CHECK(has(out, "larger than the 16 MiB that a tool may load"));
  CHECK(!has(out, "no UTF-8"));
  CHECK(!has(out, "(version"));
  out = at.read(R"({"filePath":"big","offset":900000})").text;
  CHECK(has(out, "(its first 16 MiB have only "));
  std::string one;
  while (one.size() <= limits::file_bytes)
    one += "xé";
  at.put("one", one + "é");
  CHECK(!has(at.read(R"({"filePath":"one"})").text, "no UTF-8"));
}

TEST_CASE("a carriage return that stands alone is taken to the letter") {
  place at;
  at.put("f", "int a;\r\nint b;\n#x\r\n");
  CHECK(!at.edit(R"({"filePath":"f","oldString":"\r","newString":"","replaceAll":true})").failure);
  CHECK(at.get("f") == "int a;\nint b;\n#x\n");
  at.put("f", "a\r\nb");
  CHECK(!at.edit(R"({"filePath":"f","oldString":"\r","newString":""})").failure);
  CHECK(at.get("f") == "a\nb");
  CHECK(at.edit(R"({"filePath":"f","oldString":"\r","newString":""})").failure.has_value());
  CHECK(!at.edit(R"({"filePath":"f","oldString":"a","newString":"a\rc"})").failure);
  CHECK(at.get("f") == "a\rc\nb");
  at.put("f", "x\ry\r\nz");
  CHECK(!at.edit(R"({"filePath":"f","oldString":"x\ry\nz","newString":"w"})").failure);
  CHECK(at.get("f") == "w");
}

TEST_CASE("a link is judged by where it leads, too") {
  place at;
  at.put(".env", "TOKEN");
  at.put("secrets/a.txt", "TOKEN");
  at.put("prot/a", "old");
  at.put("src/x", "");
  at.put("plain", "old");
  for (auto [link, to] : {std::pair("notes.txt", ".env"),
                          {"docs", "secrets"},
                          {"pl", "prot"},
                          {"src/up", ".."},
                          {"also", "plain"}})
    std::filesystem::create_symlink(to, at.path(link));
  call_rules rules;
  using kodad::proto::action;
  rules.user.tools = {{"read", {{"*.env", action::deny}, {"secrets/**", action::deny}}},
                      {"edit", {{"*", action::allow}, {"prot/**", action::deny}}}};
  rules.granted = {{"write", "src/**"}};
  for (const char* json : {R"({"filePath":"notes.txt"})", R"({"filePath":"docs/a.txt"})"}) {
    auto said = read_tool(at.workspace, arguments("read", json), rules);
    REQUIRE(said.failure);
    CHECK(said.failure->code == ec::tool_denied);
    CHECK(!has(said.text, "TOKEN"));
    CHECK(has(said.text, has(json, "docs") ? "leads to secrets/a.txt" : "leads to .env"));
  }
  auto edited = edit_tool(at.workspace,
                          arguments("edit", R"({"filePath":"pl/a","oldString":"old",)"
                                            R"("newString":"new"})"),
                          at.turns, rules);
  CHECK(has(edited.text, "pl/a leads to prot/a, where a permission rule denies"));
  CHECK(at.get("prot/a") == "old");
  for (const char* json : {R"({"filePath":"src/up/top.txt","content":"x"})",
                           R"({"filePath":"src/up/made/top.txt","content":"x"})"})
    CHECK(has(write_tool(at.workspace, arguments("write", json), at.turns, rules).text,
              "where a permission rule asks before this call"));
  CHECK(!std::filesystem::exists(at.path("top.txt")));
  CHECK(!std::filesystem::exists(at.path("made")));
  // The same rule holds for both.
  CHECK(!write_tool(at.workspace, arguments("write", R"({"filePath":"also","content":"new"})"),
                    at.turns, rules)
             .failure);
  CHECK(at.get("plain") == "new");
  CHECK(std::filesystem::is_symlink(at.path("also")));
}

TEST_CASE("a project's rules hold where a link leads, too, and let nothing in") {
  place at;
  at.put("secrets/a.txt", "TOKEN");
  std::filesystem::create_symlink("secrets", at.path("docs"));
  call_rules rules;
  using kodad::proto::action;
  rules.user.tools = {{"read", {{"*", action::allow}}, true}};
  auto read = [&] {
    return read_tool(at.workspace, arguments("read", R"({"filePath":"docs/a.txt"})"), rules);
  };
  CHECK(has(read().text, "TOKEN"));
  rules.project.tools = {{"read", {{"secrets/**", action::deny}}, false}};
  auto apart = without_rules(with_rules("{}", rules));
  REQUIRE(apart.rules);
  rules = *apart.rules;
  auto said = read();
  REQUIRE(said.failure);
  CHECK(said.failure->code == ec::tool_denied);
  CHECK(has(said.text, "docs/a.txt leads to secrets/a.txt, where a permission rule denies"));
  CHECK(may_read(rules, "secrets/a.txt") == action::deny);
  CHECK(!guarded_regex(rules, ".").empty());
  rules.user.tools = {{"read", {{"secrets/**", action::deny}}, false}};
  rules.project.tools = {{"read", {{"*", action::allow}}, true}};
  CHECK(read().failure);
}

TEST_CASE("edit with an empty oldString creates and never overwrites") {
  place at;
  CHECK(!at.edit(R"({"filePath":"n","oldString":"","newString":"new"})").failure);
  CHECK(at.get("n") == "new");
  CHECK(at.edit(R"({"filePath":"n","oldString":"","newString":"x"})").failure->code ==
        ec::tool_invalid_args);
  CHECK(at.edit(R"({"filePath":"none","oldString":"a","newString":"x"})").failure->code ==
        ec::tool_failed);
}

TEST_CASE("concurrent edits of one file are all there in the end") {
  place at;
  at.put("f", "start\n");
  constexpr int threads = 4;
  constexpr int edits = 20;
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t)
    all.emplace_back([&at, t] {
      for (int i = 0; i < edits; ++i)
        at.edit(R"({"filePath":"f","oldString":"start\n","newString":"start\n)" +
                std::to_string(t * edits + i) + R"(\n"})");
    });
  for (auto& each : all)
    each.join();
  auto text = at.get("f");
  CHECK(std::count(text.begin(), text.end(), '\n') == threads * edits + 1);
}
