#include "proto/text/glob.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto::text;

namespace {

struct sample {
  const char* pattern;
  const char* text;
  bool fits;
};

} // namespace

TEST_CASE("a path pattern stops at slashes unless it has two stars") {
  constexpr sample samples[] = {
      {"*.env", ".env", true},
      {"*.env", "deep/down/prod.env", true}, // No slash in it: the base name counts.
      {"*.env.*", "a/.env.local", true},
      {"src/*.c", "src/a.c", true},
      {"src/*.c", "src/x/a.c", false},
      {"src/**", "src/x/a.c", true},
      {"src/**/a.c", "src/a.c", true},
      {"src/**/a.c", "src/x/y/a.c", true},
      {"src/**/a.c", "src/xa.c", false},
      {"**/a.c", "a.c", true},
      {"**/a.c", "x/y/a.c", true},
      {"**/a.c", "x/ya.c", false},
      {"**", "x/y", true},
      {"a?c", "a/c", false},
      {"x/a?c", "x/abc", true},
      {"*.{c,h}", "x/a.h", true},
      {"*.{c,h{pp,xx}}", "a.hpp", true},
      {"*.{c,h{pp,xx}}", "a.h", false},
      {"[ab]", "a", false},
      {"[ab]", "[ab]", true},
      {"", "", true},
      {"", "a", false},
  };
  for (const auto& [pattern, text, fits] : samples) {
    CAPTURE(pattern);
    CAPTURE(text);
    CHECK(matches_path(pattern, text) == fits);
  }
}

TEST_CASE("a command pattern crosses everything") {
  constexpr sample samples[] = {
      {"ls *", "ls /etc/passwd", true},
      {"ls *", "ls", false},
      {"git status", "git status", true},
      {"git status", "git status -s", false},
      {"npm {test,run lint}*", "npm run lint -- x", true},
      {"awk {print}", "awk {print}", true}, // Without a comma, braces are braces.
      {"echo {", "echo {", true},
      {"rm \\*", "rm *", true},
      {"rm \\*", "rm x", false},
      {"a\\b", "a\\b", true},
  };
  for (const auto& [pattern, text, fits] : samples) {
    CAPTURE(pattern);
    CAPTURE(text);
    CHECK(matches(pattern, text, glob_kind::command) == fits);
  }
}

TEST_CASE("an escaped text is a pattern of just that text") {
  for (const std::string text : {"rm *", "a{b,c}d", "x\\*y", "what?", "\\", "plain"}) {
    CAPTURE(text);
    CHECK(matches(escape(text), text, glob_kind::command));
    CHECK_FALSE(has_wildcards(escape(text)));
    CHECK_FALSE(matches(escape(text), text + "x", glob_kind::command));
  }
  CHECK(has_wildcards("rm *"));
  CHECK(has_wildcards("{a,b}"));
}

TEST_CASE("a pattern made to explode is bounded") {
  std::string stars(2'000, 'a');
  for (size_t at = 0; at < stars.size(); at += 2)
    stars[at] = '*';
  std::string text(4'000, 'a');
  CHECK(is_bounded(stars, text));
  CHECK(matches(stars, text, glob_kind::command));
  CHECK_FALSE(matches(stars + "b", text, glob_kind::command));

  std::string braces;
  for (int at = 0; at < 30; ++at)
    braces += "{a,b}";
  CHECK_FALSE(is_bounded(braces, "a"));
  CHECK_FALSE(matches(braces, "a", glob_kind::command));
}
