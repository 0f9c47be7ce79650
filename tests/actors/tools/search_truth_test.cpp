// That a search says what there is: pages that nobody else uses up, one meaning of a pattern
// everywhere, lines that end in CR LF, Latin-1, links, and what is asked for and cannot be.
#include "actors/tools/search/line_pattern.hpp"
#include "proto/text/glob.hpp"
#include "tests/actors/tools/search_fixture.hpp"

#include <sys/stat.h>

using namespace kodad::actors;
using namespace std::string_literals;
using kodad::proto::action;

namespace {

using place = search_place;

std::string quoted(const std::string& text) {
  kodad::proto::json::writer out;
  out.string(text);
  return out.take();
}

} // namespace

TEST_CASE("files that a rule closes use up no page") {
  place at;
  at.rules = usual_rules();
  std::string many;
  for (int i = 0; i < 300; ++i)
    many += "TOKEN " + std::to_string(i) + "\n";
  at.put(".env", many);
  for (int i = 0; i < 40; ++i)
    at.put("a/x" + std::to_string(i) + ".env", many);
  at.put("z/.env.example", "TOKEN one\nTOKEN two\n");
  for (const char* more : {"", R"(,"headLimit":5)", R"(,"-C":1)"}) {
    CAPTURE(more);
    auto found = at.grep(R"({"pattern":"TOKEN")"s + more + "}");
    CHECK(has(found, "z/.env.example\n  1: TOKEN one\n  2: TOKEN two\n"));
    CHECK(!has(found, "TOKEN 1"));
    CHECK(has(found, "before they are read: .env, a/x0.env"));
  }
  CHECK(has(at.grep(R"({"pattern":"TOKEN","outputMode":"files_with_matches","headLimit":1})"),
            "z/.env.example\n(not searched"));
  // The last rule that fits counts, whoever made it.
  at.rules->user.tools = {{"read",
                           {{"*", action::allow},
                            {"*.env", action::deny},
                            {"a/x7.env", action::allow},
                            {"a/x?.env", action::ask},
                            {"x8.env", action::allow}}}};
  auto found = at.grep(R"({"pattern":"TOKEN 2$"})");
  CHECK(has(found, "a/x8.env\n  3: TOKEN 2\n"));
  CHECK(!has(found, "a/x7.env\n"));
  at.rules->builtin = false; // Then the agent's rules count, too.
  CHECK(!has(at.grep(R"({"pattern":"TOKEN 2$"})"), "a/x8.env\n"));
}

TEST_CASE("a search looks into just those files that the rules let be read") {
  using rules = std::vector<kodad::proto::permission_rule>;
  struct {
    bool builtin;
    rules agent;
    rules user;
    std::vector<const char*> granted;
  } cases[] = {
      {true, {{"*.env", action::ask}}, {{"a/**", action::deny}, {"a/ok.env", action::allow}}, {}},
      {false, {{"*.env", action::ask}}, {{"a/**", action::deny}, {"a/ok.env", action::allow}}, {}},
      {false, {{"*.env", action::ask}, {"b/*", action::deny}}, {}, {"*.env"}},
      {true, {{"*", action::ask}, {"*.txt", action::allow}}, {{"b/?.txt", action::deny}}, {"b/*"}},
      {true, {}, {{"{a,b}/{x,y}.txt", action::deny}, {"b/x.txt", action::allow}}, {}},
      {true, {}, {{"*", action::deny}, {"b/**", action::ask}, {"*.env", action::allow}}, {"b/x.*"}},
      {false, {{"x.txt", action::deny}}, {{"x.txt", action::allow}}, {"x.txt"}},
  };
  place at;
  const std::vector<std::string> files{"a/ok.env", "a/x.txt",   "a/y.env",   "b/x.txt", "b/y.txt",
                                       "b/z.env",  "b/c/x.txt", "b/é.txt",   "top.env", "top.txt",
                                       "x.txt",    "c/a/x.txt", "c/b/y.txt", "c/ok.env"};
  for (const auto& file : files)
    at.put(file, "word\n");
  for (const auto& each : cases) {
    CAPTURE(&each - cases);
    at.rules.emplace();
    at.rules->builtin = each.builtin;
    at.rules->agent.tools = {{"read", each.agent}};
    at.rules->user.tools = {{"read", each.user}};
    for (const char* pattern : each.granted)
      at.rules->granted.push_back({"read", pattern});
    auto usual = may_read(*at.rules, ".");
    auto found = at.grep(R"({"pattern":"word","outputMode":"files_with_matches"})");
    for (const auto& file : files) {
      CAPTURE(file);
      bool is_open = may_read(*at.rules, file) <= usual;
      CHECK(has("\n" + found, "\n" + file + "\n") == is_open);
    }
  }
}

TEST_CASE("pages follow each other without a gap, whatever stands between matches") {
  place at;
  at.rules = usual_rules();
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += (i % 5 == 0 ? "hit " : "line ") + std::to_string(i) + "\n";
  at.put("a", text);
  at.put("b/.env.example", "hit 60\nhit 61\nhit 62\n");
  for (const char* more : {"", R"(,"-C":1)"}) {
    std::string all;
    std::string next = "0";
    for (int pages = 0; pages < 40 && !next.empty(); ++pages) {
      auto page = at.grep(R"({"pattern":"hit","headLimit":4,"offset":)" + next + more + "}");
      all += page;
      auto mark = page.find("go on with offset ");
      next = mark == page.npos ? "" : page.substr(mark + 18, page.find(')', mark) - mark - 18);
    }
    CAPTURE(more);
    CAPTURE(all);
    CHECK(next.empty());
    for (int i = 0; i < 63; i += i < 60 ? 5 : 1) {
      auto line = ": hit " + std::to_string(i) + "\n";
      auto first = all.find(line);
      CHECK(first != all.npos);
      CHECK(all.find(line, first + 1) == all.npos);
    }
  }
}

TEST_CASE("a pattern means the same to a glob, to a rule and to a search under that rule") {
  const std::vector<std::string> names{"{b}.txt", "b.txt",  "a.txt", "{a,b", "a{b}c", "abc", "x.y",
                                       "{x}.y",   "[ab].z", "é.q",   "}.w",  "a,b",   "\\a", "*.s"};
  const char* patterns[] = {"{b}.txt", "{a,b}.txt",  "{a}{b,x}*", "a{b}c",  "a{{b},}c", "{x,{x}}.y",
                            "x.y",     "{{x}.y,*.q", "\\{b\\}.*", "}.w",    "{a,b",     "\\a",
                            "\\*.s",   "???.q",      "a,b",       "**.txt", "[ab].z"};
  for (const char* pattern : patterns) {
    CAPTURE(pattern);
    place at;
    at.rules.emplace();
    at.rules->user.tools = {{"read", {{"*", action::allow}, {pattern, action::deny}}}};
    for (const auto& name : names)
      at.put(name, "word");
    auto searched = at.grep(R"({"pattern":"word","outputMode":"files_with_matches"})");
    auto listed = glob_command(
        at.workspace, arguments("glob", R"({"pattern":)" + quoted(pattern) + R"(,"path":"."})"));
    for (const auto& name : names) {
      CAPTURE(name);
      bool fits = kodad::proto::text::matches_path(pattern, name);
      CHECK(has("\n" + searched, "\n" + name + "\n") != fits);
      // Brackets are classes in globs, and ? is a character.
      if (!listed || has(pattern, "[") || has(pattern, "?"))
        continue;
      auto files = "\n" + finish_command(*at.processes, listed).text;
      CHECK(has(files, "\n" + name + "\n") == fits);
    }
  }
  place at;
  at.put("b.txt", "word");
  CHECK(has(at.glob(R"({"pattern":"*.{txt}"})"), "braces without a comma stand for themselves"));
  CHECK(has(at.glob(R"({"pattern":"b\\.txt"})"), "(a backslash stands for itself, but before"));
  CHECK(!has(at.glob(R"({"pattern":"x\\*\\[\\\\"})"), "backslash"));
  CHECK(has(at.refused(R"({"pattern":"{a,b"})"), "has a { without its }"));
}

TEST_CASE("across lines a pattern finds the same in files that end theirs in CR LF") {
  place at;
  at.put("unix", "foo(a)\nbar b\n\n  baz \"c\"\n");
  at.put("windows", "foo(a)\r\nbar b\r\n\r\n  baz \"c\"\r\n");
  for (const char* pattern :
       {R"(foo\(a\)\nbar)", R"(\)\nbar b\n\n)", R"(a.\sbar)", R"(a\).bar)", R"(a\)[\s]bar)",
        R"(a\)[ \n]+bar)", R"(b\n{2} +baz)", R"(b[^x]{2}\s+baz)", R"(b\W+baz)", R"(foo.*?baz)",
        R"((?i)A\)\nBAR)", R"(b$\n^$\n)", R"(\Afoo\(a\)\nbar)", "a\\)\nbar", R"(a\)[[:space:]]bar)",
        R"([^"]+"c"\n)", R"(\)(\n|x)bar)", R"(b\D\D\s*baz)"}) {
    CAPTURE(pattern);
    auto search = [&](const char* path) {
      auto found = at.grep(R"({"multiline":true,"pattern":)" + quoted(pattern) + R"(,"path":")" +
                           path + "\"}");
      return found.substr(found.find('\n') + 1);
    };
    auto expected = search("unix");
    CHECK(search("windows") == expected);
    CHECK(!has(expected, "(nothing"));
  }
  CHECK(
      at.grep(R"({"pattern":"(a)\nbar","fixedStrings":true,"multiline":true,"path":"windows"})") ==
      "windows\n  1: foo(a)\n  2: bar b\n");
  CHECK(at.grep(R"({"pattern":"foo[^\\n]+bar","multiline":true})") == "(nothing matches)\n");
  CHECK(at.grep(R"({"pattern":"(?-s)foo.*bar","multiline":true})") == "(nothing matches)\n");
  CHECK(at.grep(R"({"pattern":"foo[^\\s]+bar","multiline":true})") == "(nothing matches)\n");
  // What it cannot read stays as it is.
  for (const char* odd : {"[a", "(?x) a \n b", "\\", "[]a]", R"(\[\.\\n)"})
    CHECK(across_lines(odd) == odd);
}

TEST_CASE("a line of a Latin-1 file is found once, and shown as what it is") {
  place at;
  at.put("latin", "caf\xe9 foo foo\nplain\nfoo \xfc\n");
  at.put("utf8", "café foo\n");
  at.put("mixed", "café\ncaf\xe9\nfoo \xe9\n");
  CHECK(at.grep(R"({"pattern":"fo.","onlyMatching":true,"path":"latin"})") ==
        "latin\n  1: foo\n  1: foo\n  3: foo\n");
  CHECK(at.grep(R"({"pattern":"foo","onlyMatching":true,"path":"latin"})") ==
        "latin\n  1: foo\n  1: foo\n  3: foo\n");
  CHECK(at.grep(R"({"pattern":"caf\\w","invertMatch":true,"path":"latin"})") ==
        "latin\n  2: plain\n  3: foo ü\n");
  CHECK(at.grep(R"({"pattern":"plain","-v":true,"path":"latin"})") ==
        "latin\n  1: café foo foo\n  3: foo ü\n");
  CHECK(at.grep(R"({"pattern":"fo.","outputMode":"count"})") == "mixed: 1\nutf8: 1\nlatin: 2\n");
  CHECK(at.grep(R"({"pattern":"foo","-B":2,"path":"latin"})") ==
        "latin\n  1: café foo foo\n  2- plain\n  3: foo ü\n");
  CHECK(at.grep(R"({"pattern":"café","path":"mixed"})") == "mixed\n  1: café\n  2: café\n");
  CHECK(at.grep(R"({"pattern":"f.o","-o":true,"path":"mixed"})") == "mixed\n  3: foo\n");
}

TEST_CASE("links are listed, or it is said that they are not followed and where they lead") {
  place at;
  at.put("docs/real.md", "word");
  at.put("shared/deep/b.txt", "word");
  at.put("node_modules/p/c.md", "word");
  at.put(".gitignore", "node_modules/\n");
  auto link = [&](const std::string& target, const char* name) {
    std::filesystem::create_directories(std::filesystem::path(at.path(name)).parent_path());
    std::filesystem::create_symlink(target, at.path(name));
  };
  link("docs/real.md", "link.md");
  link("../shared", "farm/only");
  link("gone", "dead.md");
  link("/etc", "out");
  link("/etc/passwd", "out.md");
  link("../p/c.md", "node_modules/.bin/c.md");
  const std::string said = "not followed: ";
  auto globbed = at.glob(R"({"pattern":"**/*.md"})");
  CHECK(globbed.starts_with("docs/real.md\nlink.md\n(links are not followed: "));
  for (const char* one : {"farm/only -> shared", "dead.md -> gone (nothing to search there)",
                          "out (leads outside the workspace)", "out.md (leads outside"})
    CHECK(has(globbed, one));
  CHECK(!has(globbed, ".bin"));
  CHECK(!has(globbed, "/etc"));
  auto found = at.grep(R"({"pattern":"word"})");
  CHECK(has(found, "docs/real.md\n  1: word\nshared/deep/b.txt\n  1: word\n"));
  CHECK(has(found, "link.md -> docs/real.md"));
  CHECK(has(found, "farm/only -> shared"));
  CHECK(!has(found, ".bin"));
  found = at.grep(R"({"pattern":"word","path":"farm"})");
  CHECK(has(found, "(nothing matches)"));
  CHECK(has(found, "farm/only -> shared;"));
  CHECK(has(at.grep(R"({"pattern":"word","path":"farm/only"})"), "shared/deep/b.txt\n  1: word\n"));
  CHECK(has(at.glob(R"({"pattern":"*","path":"node_modules"})"), "node_modules/.bin/c.md\n"));
  CHECK(has(at.glob(R"({"pattern":"*.md","includeIgnored":true})"), "node_modules/.bin/c.md\n"));
  CHECK(!has(at.grep(R"({"pattern":"word","path":"docs"})"), "links"));
  for (int i = 0; i < 30; ++i)
    link("docs", ("many/l" + std::to_string(i)).c_str());
  CHECK(has(at.grep(R"({"pattern":"word","path":"many"})"), "and 20 more links;"));
}

TEST_CASE("what is clipped or left aside is said") {
  place at;
  at.put("a.py", "word\n");
  at.put("b.js", "word\n");
  auto found = at.grep(R"({"pattern":"word","-C":150,"-A":101,"path":"a.py"})");
  CHECK(has(found, "(-C: 100 lines around a match at most, not 150)"));
  CHECK(has(found, "(-A: 100 lines around a match at most, not 101)"));
  CHECK(!has(at.grep(R"({"pattern":"word","-C":100})"), "at most"));
  CHECK(has(at.grep(R"({"pattern":"word","headLimit":1001})"), "(headLimit: 1000 lines at most"));
  CHECK(has(at.glob(R"({"pattern":"*","limit":5000})"), "(limit: 1000 files at most, not 5000)"));
  CHECK(has(at.grep(R"({"pattern":"word","-B":2,"outputMode":"files_with_matches"})"),
            "(-B shows nothing with this outputMode"));
  // A type counts for a file that is named, too.
  CHECK(at.grep(R"({"pattern":"word","type":"py","path":"a.py"})") == "a.py\n  1: word\n");
  CHECK(has(at.grep(R"({"pattern":"word","type":"py","path":"b.js"})"),
            "no file was searched: none fits path, include and type"));
  at.put("sub/.hidden/c.py", "word\n");
  at.put(".gitignore", "sub/\n");
  CHECK(at.grep(R"({"pattern":"word","type":"py","path":"sub/.hidden/c.py"})") ==
        "sub/.hidden/c.py\n  1: word\n");
  CHECK(at.grep(R"({"pattern":"word","offset":5000000000})") ==
        "(nothing comes after the first 5000000000)\n");
  auto odd = at.grep(R"j({"pattern":"(?=a)"})j");
  CHECK(has(odd, "look-around"));
  CHECK(!has(odd, "pcre2"));
  at.put(".git/config", "word\n");
  CHECK(has(at.glob(R"({"pattern":".git/*"})"), "(what is in .git is left out, unless path"));
  CHECK(at.grep(R"({"pattern":"word","path":".git"})") == ".git/config\n  1: word\n");
}

TEST_CASE("a file whose name has a line break is not searched, and it is said") {
  place at;
  at.put("a\nb.txt", "word");
  at.put("b.txt", "word");
  for (const char* pattern : {"word", "w.rd"})
    CHECK(at.grep(R"({"pattern":")"s + pattern + "\"}") ==
          "b.txt\n  1: word\n(not searched: a?b.txt: its name has a line break)\n");
  CHECK(has(at.glob(R"({"pattern":"*.txt"})"), "a?b.txt\n"));
}

TEST_CASE("a path that is no file and no folder is refused at once, by what it is") {
  place at;
  at.put("a.txt", "word");
  at.put("sub/b.txt", "word");
  REQUIRE(::mkfifo(at.path("sub/pipe").c_str(), 0600) == 0);
  std::filesystem::create_symlink("sub/pipe", at.path("to_pipe"));
  std::filesystem::create_symlink("gone", at.path("dead"));
  auto refused = [&](auto tool, auto command, const std::string& path) {
    auto json = R"({"pattern":"*","path":")" + path + "\"}";
    auto made = command(at.workspace, arguments(tool, json), std::nullopt);
    REQUIRE(!made);
    return made.failure().context;
  };
  for (const char* path : {"sub/pipe", "to_pipe"}) {
    CHECK(has(refused("grep", grep_command, path), "must be a file or folder, and "s + path));
    CHECK(has(refused("glob", glob_command, path), path + " is a FIFO"s));
  }
  CHECK(has(refused("glob", glob_command, "a.txt"), "must be a folder, and a.txt is a file"));
  CHECK(has(refused("grep", grep_command, "dead"), "dead is a link to gone, where nothing is"));
  CHECK(at.grep(R"({"pattern":"word","path":"sub"})") == "sub/b.txt\n  1: word\n");
}

TEST_CASE("ignore files count within the workspace, wherever a search starts") {
  place above;
  for (const char* name : {".gitignore", ".ignore", ".rgignore"})
    above.put(name, "*.txt\n");
  above.put("ws/.ignore", "from_root.c\n/sub/anchored.c\nmid/x.c\nonly/\n# no\n\\#odd.c\n");
  above.put("ws/sub/.gitignore", "*.c\n!b.c\n!deep/d.c\n/e.c\nsp\\ ace.h\n");
  above.put("ws/sub/we[i]rd &|name/.ignore", "x.h\n");
  const std::vector<std::string> files{"sub/a.c",
                                       "sub/b.c",
                                       "sub/kept.c",
                                       "sub/deep/d.c",
                                       "sub/deep/e.c",
                                       "sub/from_root.c",
                                       "sub/f.txt",
                                       "sub/deep/g.txt",
                                       "sub/anchored.c",
                                       "sub/sp ace.h",
                                       "sub/mid/x.c",
                                       "sub/only/h.h",
                                       "sub/#odd.c",
                                       "sub/we[i]rd &|name/in/x.h",
                                       "sub/we[i]rd &|name/in/y.h"};
  for (const auto& file : files)
    above.put("ws/" + file, "word");
  auto opened = kodad::storage::host::open_folder(above.path("ws"));
  REQUIRE(opened);
  above.workspace = std::move(*opened);
  auto list = [&](const std::string& path) {
    return above.files(R"({"pattern":"*.{c,h,txt}","path":)" + quoted(path) + "}");
  };
  auto all = list(".");
  CHECK(has(all, "sub/f.txt"));
  CHECK(has(all, "sub/b.c"));
  CHECK(!has(all, "sub/a.c"));
  for (const char* path : {"sub", "sub/deep", "sub/we[i]rd &|name/in"}) {
    CAPTURE(path);
    auto here = list(path);
    for (const auto& file : files)
      if (file.starts_with(path + "/"s)) {
        CAPTURE(file);
        CHECK(has(" " + here + " ", " " + file + " ") == has(" " + all + " ", " " + file + " "));
      }
  }
  // What is named itself is looked at all the same.
  CHECK(list("sub/only") == "sub/only/h.h");
  // A repository knows nothing of the one around it.
  above.put("ws/repo/.git/HEAD", "");
  above.put("ws/.gitignore", "n.c\n");
  above.put("ws/repo/in/n.c", "word");
  CHECK(list("repo/in") == "repo/in/n.c");
}
