#include "actors/tools/files/text_file.hpp"
#include "tests/actors/tools/search_fixture.hpp"

#include <fstream>

using namespace kodad::actors;
using namespace std::string_literals;
using kodad::proto::action;
using kodad::proto::ec;

namespace {

using place = search_place;

} // namespace

TEST_CASE("what the project ignores is left out, with any pattern and without a repository") {
  for (bool is_repository : {false, true}) {
    CAPTURE(is_repository);
    place at;
    if (is_repository)
      at.put(".git/HEAD", "ref: refs/heads/main\n");
    at.put(".gitignore", "build/\n*.log\n!keep.log\n");
    at.put("build/a.txt", "word");
    at.put("a.log", "word");
    at.put("keep.log", "word");
    at.put("sub/.gitignore", "/own.txt\n");
    at.put("sub/own.txt", "word");
    at.put("sub/b.txt", "word");
    for (const char* pattern : {"**/*", "*", "**", "./**", "**/*.{txt,log}"}) {
      CAPTURE(pattern);
      auto found = at.files(R"({"pattern":")"s + pattern + "\"}");
      CHECK(has(found, "keep.log"));
      CHECK(has(found, "sub/b.txt"));
      CHECK(!has(found, "build"));
      CHECK(!has(found, "a.log"));
      CHECK(!has(found, "own.txt"));
      CHECK(!has(found, ".git/"));
    }
    CHECK(at.files(R"({"pattern":"*.txt","includeIgnored":true})") ==
          "build/a.txt sub/b.txt sub/own.txt");
    CHECK(at.grep(R"({"pattern":"word","outputMode":"files_with_matches"})") ==
          "keep.log\nsub/b.txt\n");
    CHECK(has(at.glob(R"({"pattern":"build/*"})"),
              "the project ignores them: 1 file that would match"));
    CHECK(has(at.grep(R"({"pattern":"word","include":"own.txt"})"),
              "the project ignores them: 1 file; includeIgnored"));
  }
}

TEST_CASE("a folder that ignores itself is not taken for an empty one") {
  place at;
  at.put("venv/.gitignore", "*\n");
  at.put("venv/lib/a.py", "word");
  CHECK(has(at.grep(R"({"pattern":"word","path":"venv/lib"})"),
            "no file was searched: none fits path, include and type)\n"
            "(not searched, as the project ignores them: 1 file"));
  CHECK(has(at.glob(R"({"pattern":"**/*.py","path":"venv"})"), "1 file that would match"));
  CHECK(at.grep(R"({"pattern":"word","path":"venv/lib/a.py"})") == "venv/lib/a.py\n  1: word\n");
  at.put(".github/ci.yml", "word");
  CHECK(at.glob(R"({"pattern":"*.yml"})") == ".github/ci.yml\n");
}

TEST_CASE("a glob counts from the path, and is found however it is written") {
  place at;
  at.put("pkg/app/routes/a.md", "word");
  at.put("pkg/app/b.md", "word");
  at.put("routes/c.md", "word");
  at.put("app/[id]/page.tsx", "word");
  auto root = at.workspace.root();
  struct {
    std::string json;
    const char* expected;
  } cases[] = {
      {R"({"pattern":"routes/*.md","path":"pkg/app"})", "pkg/app/routes/a.md"},
      {R"({"pattern":"./routes/*.md","path":"pkg/app/"})", "pkg/app/routes/a.md"},
      {R"({"pattern":"routes/*.md"})", "routes/c.md"},
      {R"({"pattern":"*.md","path":"pkg"})", "pkg/app/b.md pkg/app/routes/a.md"},
      {R"({"pattern":"routes/"})", "pkg/app/routes/a.md routes/c.md"},
      {R"({"pattern":"routes"})", "routes/c.md"},
      {R"({"pattern":"routes/c.md"})", "routes/c.md"},
      {R"({"pattern":"{routes,pkg/app}/*.md"})", "pkg/app/b.md routes/c.md"},
      {R"({"pattern":"**/[ab].md"})", "pkg/app/b.md pkg/app/routes/a.md"},
      {R"({"pattern":"app/[id]/*.tsx"})", "app/[id]/page.tsx"},
      {R"({"pattern":"*.MD","path":"routes","-i":true})", "routes/c.md"},
      {R"({"pattern":"*.MD","path":"routes","caseSensitive":"false"})", "routes/c.md"},
      {R"({"pattern":"?.md","path":"./routes"})", "routes/c.md"},
      {R"({"pattern":")" + root + R"(/routes/*.md"})", "routes/c.md"},
      {R"({"pattern":")" + root + R"(/pkg/app/**/a.md","path":"pkg/app"})", "pkg/app/routes/a.md"},
      {R"({"pattern":"!*.md"})", "app/[id]/page.tsx"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.json);
    CHECK(at.files(each.json) == each.expected);
  }
  CHECK(has(at.refused(R"({"pattern":"/etc/*"})"), "outside of the workspace"));
  CHECK(has(at.refused(R"({"pattern":"../*.md","path":"routes"})"), "climbs"));
  CHECK(has(at.refused(R"({"pattern":")" + root + R"(/routes/*.md","path":"pkg"})"),
            "outside of path"));
  CHECK(has(at.refused(R"({"pattern":"{a,b"})"), "has a { without its }"));
  CHECK(has(at.glob(R"({"pattern":"pkg/*"})"), "folders match, with 2 files in them"));
  CHECK(at.glob(R"({"pattern":"*.MD"})") == "(no file matches)\n");

  CHECK(at.grep(R"({"pattern":"word","include":"routes/*.md","path":"pkg/app"})") ==
        "pkg/app/routes/a.md\n  1: word\n");
  CHECK(at.grep(R"({"pattern":"word","include":["*.tsx","!a.md"]})") ==
        "app/[id]/page.tsx\n  1: word\n");
  CHECK(at.grep(R"({"pattern":"word","glob":"*.tsx, *.none"})") ==
        "app/[id]/page.tsx\n  1: word\n");
  CHECK(has(at.grep(R"({"pattern":"word","include":"*.none"})"), "no file was searched"));
}

TEST_CASE("grep obeys what models have learned to ask for") {
  place at;
  at.put("a.py", "one\nTwo\nthree\nfour\n");
  at.put("b.js", "two\ntwo.\nx two\n");
  struct {
    const char* json;
    const char* expected;
  } cases[] = {
      {R"({"pattern":"TWO","-i":true,"type":"py"})", "a.py\n  2: Two\n"},
      {R"({"pattern":"TWO","case_sensitive":false,"include":"*.py"})", "a.py\n  2: Two\n"},
      {R"({"pattern":"Two","-A":1})", "a.py\n  2: Two\n  3- three\n"},
      {R"({"pattern":"Two","-B":"1"})", "a.py\n  1- one\n  2: Two\n"},
      {R"({"pattern":"Two","-C":1,"-n":false})", "a.py\n  one\n  Two\n  three\n"},
      {R"({"pattern":"two","output_mode":"count"})", "b.js: 3\n"},
      {R"({"pattern":"[Tt]wo","output_mode":"files_with_matches"})", "a.py\nb.js\n"},
      {R"({"pattern":"two","head_limit":1})",
       "b.js\n  1: two\n(more lines match than the 1 shown; narrow the pattern; go on with offset "
       "1)\n"},
      {R"({"pattern":"two","offset":2})", "b.js\n  3: x two\n"},
      {R"({"pattern":"two","head_limit":0})", "b.js\n  1: two\n  2: two.\n  3: x two\n"},
      {R"({"pattern":"Two.three","multiline":true})", "a.py\n  2: Two\n  3: three\n"},
      {R"({"pattern":"two.","fixed_strings":true})", "b.js\n  2: two.\n"},
      {R"({"pattern":"tw","-w":true})", "(nothing matches)\n"},
      {R"({"pattern":"t.o","-o":true,"head_limit":1,"type":"js","offset":2})", "b.js\n  3: two\n"},
      {R"({"pattern":"two","invertMatch":true,"path":"b.js"})", "(nothing matches)\n"},
      {R"({"pattern":"two","offset":9})", "(nothing comes after the first 9)\n"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.json);
    CHECK(at.grep(each.json) == each.expected);
  }
  auto refused = [&](const char* json) {
    return grep_command(at.workspace, arguments("grep", json)).failure().context;
  };
  CHECK(has(refused(R"({"pattern":"x","output_mode":"lines"})"), "content, files_with_matches"));
  CHECK(has(refused(R"({"pattern":"x","-i":true,"caseSensitive":true})"), "contradict"));
  CHECK(has(at.grep(R"({"pattern":"x","type":"pyhton"})"), "unrecognized file type: pyhton"));
  CHECK(has(at.grep(R"({"pattern":"a\nb"})"), "multiline"));
}

TEST_CASE("grep finds words whatever the encoding and the ends of lines") {
  place at;
  at.put("crlf", "foo\r\nbar\r\n");
  at.put("utf16", encode_text({text_encoding::utf16_little, true, ""}, "ein Wörtchen\n").value());
  at.put("latin", "ein W\xf6rtchen\n");
  at.put("utf8", "ein Wörtchen\n");
  at.put("binary", "foo\0word"s);
  CHECK(at.grep(R"({"pattern":"foo$","path":"crlf"})") == "crlf\n  1: foo\n");
  CHECK(at.grep(R"({"pattern":"W.rtchen$"})") ==
        "utf16\n  1: ein Wörtchen\nutf8\n  1: ein Wörtchen\nlatin\n  1: ein Wörtchen\n");
  CHECK(at.grep(R"({"pattern":"Wörtchen","outputMode":"files_with_matches"})") ==
        "utf16\nutf8\nlatin\n");
  CHECK(at.grep(R"({"pattern":"word"})") == "binary\n  (a binary file; it has matches)\n");
}

TEST_CASE("a file that must be asked for is not searched, and it is said") {
  place at;
  at.rules = usual_rules();
  at.put(".env", "TOKEN=a\n");
  at.put("app/x.env.local", "TOKEN=b\n");
  at.put(".env.example", "TOKEN=c\n");
  at.put("main.py", "TOKEN\n");
  const std::string closed = "(not searched, since a rule asks or denies before they are read: "
                             ".env, app/x.env.local; ask for one with read, or name it as path)\n";
  CHECK(at.grep(R"({"pattern":"TOKEN"})") ==
        "main.py\n  1: TOKEN\n.env.example\n  1: TOKEN=c\n" + closed);
  CHECK(at.grep(R"({"pattern":"TOKEN","outputMode":"count","-C":2})") ==
        "main.py: 1\n.env.example: 1\n(-C shows nothing with this outputMode; content does)\n" +
            closed);
  // Whether the word is there makes no difference.
  for (const char* word : {"TOKEN=a", "TOKEN=z"})
    CHECK(at.grep(R"({"pattern":")"s + word + "\"}") == "(nothing matches)\n" + closed);
  auto included = at.grep(R"({"pattern":"TOKEN","include":".env"})");
  CHECK(!has(included, "TOKEN=a"));
  CHECK(has(included, "before they are read: .env;"));
  // Who names the file has been asked, see judgement.
  CHECK(at.grep(R"({"pattern":"TOKEN","path":".env"})") == ".env\n  1: TOKEN=a\n");
  at.rules->granted = {{"read", ".env"}};
  CHECK(has(at.grep(R"({"pattern":"TOKEN="})"), "  1: TOKEN=a\n"));
  at.rules->user.tools = {{"read", {{"*", action::ask}, {"app/**", action::deny}}}};
  at.rules->granted = {};
  auto denied = at.grep(R"({"pattern":"TOKEN"})"); // Asked as a whole, but for what is denied.
  CHECK(has(denied, "main.py\n"));
  CHECK(!has(denied, "TOKEN=b"));
}

TEST_CASE("a search that starts from a link is judged by where it leads") {
  place at;
  at.put(".env", "TOKEN");
  at.put("secrets/a.txt", "TOKEN");
  std::filesystem::create_symlink(".env", at.path("notes.txt"));
  std::filesystem::create_symlink("secrets", at.path("docs"));
  at.rules.emplace();
  at.rules->user.tools = {{"read", {{"*.env", action::deny}, {"secrets/**", action::deny}}}};
  for (const char* path : {"notes.txt", "docs/a.txt"}) {
    auto json = R"({"pattern":"TOKEN","path":")"s + path + "\"}";
    auto made = grep_command(at.workspace, arguments("grep", json), at.rules);
    REQUIRE(!made);
    CHECK(made.failure().code == ec::tool_denied);
    CHECK(has(made.failure().context, "a permission rule denies this call"));
  }
  auto below = at.grep(R"({"pattern":"TOKEN","path":"docs"})");
  CHECK(has(below, "before they are read: secrets/a.txt"));
  CHECK(!has(below, "TOKEN"));
}

TEST_CASE("rules travel behind the arguments") {
  auto input = with_rules(R"({"pattern":"x"})", usual_rules());
  auto apart = without_rules(input);
  CHECK(apart.input == R"({"pattern":"x"})");
  REQUIRE(apart.rules);
  CHECK(may_read(*apart.rules, "a/.env") == action::ask);
  CHECK(may_read(*apart.rules, "a/.env.example") == action::allow);
  CHECK(!without_rules("{}").rules);
  CHECK(may_read(*without_rules("{}\x1enonsense").rules, "a") == action::deny);
}

TEST_CASE("what cannot be looked at is said") {
  place at;
  at.put("open", "word");
  at.put("shut/x", "word");
  std::filesystem::permissions(at.path("shut"), std::filesystem::perms::none);
  bool is_shut = !std::ifstream(at.path("shut/x")).good(); // Not for root.
  auto found = at.grep(R"({"pattern":"word"})");
  std::filesystem::permissions(at.path("shut"), std::filesystem::perms::owner_all);
  CHECK(has(found, "open\n  1: word\n"));
  CHECK(has(found, is_shut ? "(not searched: shut: Permission denied" : "shut/x"));
}

TEST_CASE("many files are listed page by page") {
  place at;
  for (int i = 0; i < 120; ++i)
    at.put("f" + std::to_string(i), "");
  auto first = at.glob(R"({"pattern":"f*"})");
  CHECK(std::ranges::count(first, '\n') == 101);
  CHECK(has(first, "(more than 100 files match; the newest are shown; go on with offset 100)"));
  auto rest = at.glob(R"({"pattern":"f*","offset":100})");
  CHECK(std::ranges::count(rest, '\n') == 20);
  CHECK(!has(rest, "more than"));
  CHECK(std::ranges::count(at.glob(R"({"pattern":"f*","limit":500})"), '\n') == 120);
}
