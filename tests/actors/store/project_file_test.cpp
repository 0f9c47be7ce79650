#include "actors/store/project_file.hpp"

#include "tests/storage/host/fixture.hpp"

#include <unistd.h>

using namespace kodad;
using namespace kodad::actors;
using storage::host::temporary_folder;
using storage::host::write_text;

namespace {

bool holds(const std::string& all, std::string_view part) {
  return all.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a workspace's own file is looked at anew each time") {
  temporary_folder at;
  auto none = look_at_project(at.path());
  REQUIRE(none.rules);
  CHECK(none.rules->rules->empty());
  CHECK(none.lines.empty());

  write_text(at.path("kodad.yaml"), "permission: {bash: deny}\nserver: {port: 1}\n");
  auto some = look_at_project(at.path());
  REQUIRE(some.rules);
  CHECK(some.rules->rules->tools.size() == 1);
  REQUIRE(some.lines.size() == 1);
  CHECK(holds(some.lines[0], "server"));
}

TEST_CASE("a file of nearly that name is told, and denies nothing") {
  temporary_folder at;
  write_text(at.path("kodad.yml"), "permission: {bash: deny}\n");
  REQUIRE(::symlink("/nowhere", at.path(".kodad.yaml").c_str()) == 0);
  auto seen = look_at_project(at.path());
  REQUIRE(seen.rules);
  CHECK(seen.rules->rules->empty());
  REQUIRE(seen.lines.size() == 2);
  CHECK(holds(seen.lines[0], "kodad.yml is not read"));
  CHECK(holds(seen.lines[1], ".kodad.yaml is not read"));
}

TEST_CASE("a file that is not clear denies, and says where it is to be mended") {
  temporary_folder at;
  for (auto [text, says] :
       {std::pair<std::string, const char*>{"permission: {bash: dney}\n", "line 1"},
        {"permission: {bsh: deny}\n", "did you mean bash?"},
        {"permission: {\"b?sch*\": deny}\n", "no such tool"},
        {std::string(70'000, '#'), "expected at most 65536 bytes"}}) {
    write_text(at.path("kodad.yaml"), text);
    auto seen = look_at_project(at.path());
    REQUIRE(!seen.rules);
    const auto& why = seen.rules.failure();
    CHECK(why.code == proto::ec::tool_denied);
    CHECK(why.context.starts_with("kodad.yaml"));
    CHECK(holds(why.context, says));
    CHECK(holds(why.context, "until it is mended no tool runs in this workspace"));
    CHECK(seen.lines.size() == 1);
  }
  // Tools that others have may be named.
  write_text(at.path("kodad.yaml"), "permission: {web_fetch: deny, mcp_x: ask}\n");
  CHECK(look_at_project(at.path()).rules);
}

TEST_CASE("a workspace that is gone, or a link now, is told as such") {
  temporary_folder at;
  REQUIRE(::symlink(at.path().c_str(), at.path("link").c_str()) == 0);
  for (const char* name : {"gone", "link"}) {
    auto seen = look_at_project(at.path(name));
    REQUIRE(!seen.rules);
    CHECK(seen.rules.failure().code == proto::ec::workspace_vanished);
  }
}
