#include "http/start/folders.hpp"

#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace kodad::http;
using kodad::tests::temp_dir;

namespace {

namespace fs = std::filesystem;

std::string real(const temp_dir& folder) {
  return fs::canonical(folder.path()).string();
}

bool says(const auto& got, const char* text) {
  return !got && got.failure().context.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("workspaces are folders, each once") {
  temp_dir at;
  fs::create_directory(at.path() + "/a");
  fs::create_symlink("a", at.path() + "/b");
  auto found = resolve_workspaces({at.path() + "/a", at.path() + "/b/.", at.path()});
  CHECK(*found == std::vector{real(at) + "/a", real(at)});
  CHECK(resolve_workspaces({})->empty());
}

TEST_CASE("what is no folder is told by its name") {
  temp_dir at;
  std::ofstream(at.path() + "/file") << "x";
  fs::create_symlink("loop", at.path() + "/loop");
  fs::create_directory(at.path() + "/\xff");
  const std::pair<std::string, const char*> samples[] = {
      {"/no/such", "--workspace /no/such: No such file"},
      {at.path() + "/file", "not a folder"},
      {at.path() + "/file/x", "Not a directory"},
      {at.path() + "/loop", "symbolic links"},
      {at.path() + "/\xff", "not UTF-8"},
      {"", "--workspace wants a path"},
      {std::string(5000, 'x'), "File name too long"},
  };
  for (const auto& [path, text] : samples) {
    CAPTURE(path);
    CHECK(says(resolve_workspaces({at.path(), path}), text));
  }
}

TEST_CASE("nobody works where the kernel makes up what stands there") {
  for (const char* folder : {"/proc", "/sys", "/dev", "/proc/self"})
    CHECK(says(resolve_workspaces({folder}), "the kernel makes up"));
}

TEST_CASE("a named workspace that nobody would get unasked is told") {
  auto home = [](const std::string& name) {
    return name == "HOME" ? std::optional<std::string>("/tmp") : std::nullopt;
  };
  for (const char* folder : {"/", "/etc", "/usr", "/etc/ssl", "/var"}) {
    auto told = unusual_workspaces({folder, "/work/project"}, home);
    REQUIRE(told.size() == 1);
    CHECK(told[0].starts_with(std::string("--workspace ") + folder + " is of the system"));
  }
  CHECK(unusual_workspaces({"/tmp/.ssh"}, home) ==
        std::vector<std::string>{"--workspace /tmp/.ssh gives sessions keys and passwords"});
  CHECK(unusual_workspaces({"/tmp", "/tmp/x", "/srv/x", "/root/project", "/opt/x"}, home).empty());
}

TEST_CASE("the state is out of the sessions' reach") {
  temp_dir workspace;
  const auto root = real(workspace);
  const auto inside = root + "/state/not/there/yet";
  CHECK(check_state_folder({inside, false}, {root}, {})->find("lies inside") != std::string::npos);
  CHECK(says(check_state_folder({inside, true}, {"/else", root}, {}), "lies inside the workspace"));
  CHECK(says(check_state_folder({root, true}, {root}, {}), "lies inside"));
  CHECK(says(check_state_folder({root, false}, {root}, {}), "lies inside"));
  CHECK(check_state_folder({root + "-state", true}, {root}, {{root, "allowed path"}})->empty());
  // The other way round.
  CHECK(says(check_state_folder({root, false}, {root + "/w"}, {}), "holds the workspace"));
  // Allowed paths have no excuse.
  CHECK(says(check_state_folder({inside, false}, {"/else"}, {{root, "allowed path"}}),
             "inside the allowed path"));
  CHECK(says(check_state_folder({root, false}, {"/else"}, {{root + "/a", "allowed path"}}),
             "holds the allowed path"));
  CHECK(check_state_folder({root + "/s", false}, {"/else"}, {{root + "/a", "allowed path"}})
            ->empty());
}

TEST_CASE("links do not hide where the state lies") {
  temp_dir workspace;
  temp_dir elsewhere;
  const auto link = elsewhere.path() + "/link";
  fs::create_directory_symlink(workspace.path(), link);
  CHECK(says(check_state_folder({link + "/state", true}, {real(workspace)}, {}), "lies inside"));
  CHECK(says(check_state_folder({link, true}, {real(workspace) + "/w"}, {}), "holds"));
}

TEST_CASE("a relative path needs a current folder") {
  CHECK(*absolute_path("/a/../b", "--config") == "/b");
  CHECK(absolute_path("x", "--config")->ends_with("/x"));
  CHECK(says(absolute_path("", "--state-dir"), "--state-dir wants a path"));
  auto before = fs::current_path();
  {
    temp_dir gone;
    fs::current_path(gone.path());
  }
  CHECK(says(absolute_path("x", "--state-dir"), "--state-dir x: the current folder is gone"));
  CHECK(*absolute_path("/x", "--state-dir") == "/x");
  CHECK(says(current_workspace([](const auto&) { return std::nullopt; }), "folder is gone"));
  fs::current_path(before);
}
