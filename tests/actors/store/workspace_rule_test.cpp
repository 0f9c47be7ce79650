#include "actors/store/workspace_rule.hpp"

#include <doctest/doctest.h>

using namespace kodad::actors;

TEST_CASE("folders are taken to share a disk below the first folder of their root") {
  struct {
    std::string path;
    std::vector<std::string> roots;
    std::string disk;
  } cases[] = {{"/work/a", {"/work"}, "/work/a"},
               {"/work/a/b/c", {"/work"}, "/work/a"},
               {"/work", {"/work"}, "/work"},
               {"/work/", {"/work"}, "/work/"},
               {"/work/a/b", {"/work", "/work/a"}, "/work/a/b"},
               {"/work/a/b", {"/work/a", "/work"}, "/work/a/b"},
               {"/workshop/a", {"/work"}, "outside"},
               {"/dead/1", {"/work"}, "outside"},
               {"", {"/work"}, "outside"},
               {"/dead/1", {"/"}, "/dead"},
               {"/", {"/"}, "/"}};
  for (const auto& one : cases) {
    CAPTURE(one.path);
    CHECK(likely_disk({one.path, one.roots}) == one.disk);
  }
}
