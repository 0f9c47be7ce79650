#include "storage/config/rule_effect.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace kodad::storage;

namespace {

struct pair_of_rules {
  std::string_view tool;
  std::string_view later;
  std::string_view earlier;
};

} // namespace

TEST_CASE("a later pattern takes everything from an earlier one that it is wider than") {
  constexpr auto rows = std::to_array<pair_of_rules>({
      {"bash", "git *", "git push *"},
      {"bash", "*", "rm *"},
      {"bash", "echo *", "echo a *"},
      {"read", "secrets/*", "secrets/key.pem"},
      {"read", "secrets/**", "secrets/*"},
      {"read", "**", "**/*.pem"},
      {"edit", "**/*.pem", "*.pem"},
      {"read", "*.pem", "certs/*.pem"},
      {"webfetch", "*", "x"},
  });
  for (const auto& [tool, later, earlier] : rows) {
    CAPTURE(later);
    CAPTURE(earlier);
    CHECK(takes_all_of(tool, later, earlier));
    if (later != "**/*.pem")
      CHECK_FALSE(takes_all_of(tool, earlier, later));
  }
}

TEST_CASE("what an earlier pattern matches besides is not taken from it") {
  constexpr auto rows = std::to_array<pair_of_rules>({
      {"bash", "git push *", "git *"},
      {"bash", "git status", "git *"},
      {"read", "src/*", "src/**"},
      {"read", "src/*/*", "src/**"},
      {"read", "**/*.txt", "src/**"},
      {"read", "secrets/*", "*.pem"},
      {"read", "a/*", "{a,b}/*"},
      {"question", "a*", "ab"},
  });
  for (const auto& [tool, later, earlier] : rows) {
    CAPTURE(later);
    CAPTURE(earlier);
    CHECK_FALSE(takes_all_of(tool, later, earlier));
  }
}

TEST_CASE("patterns that no call is judged by are told, and others are not") {
  for (std::string_view vain : {"/src/*", "src/", "./src/*", "~/x", "/home/me/work/f.txt"})
    CHECK(why_nothing_matches("read", vain) != "");
  for (std::string_view vain : {" ls *", "cat * ", "echo *|ls *", "a; b", "a && b", "[el]* *"})
    CHECK(why_nothing_matches("bash", vain) != "");
  for (std::string_view fine : {"src/*", "**/x", ".env", "*", "a [b] c.txt", "src/**"})
    CHECK(why_nothing_matches("write", fine) == "");
  for (std::string_view fine : {"ls *", "[ -f x ]", "[[ -f x ]]", "git *", "*", "a & b", "x[]"})
    CHECK(why_nothing_matches("bash", fine) == "");
  CHECK(why_nothing_matches("question", "/x") == "");
}
