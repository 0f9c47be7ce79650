// Writes at once, with each other and with a command: none of them leaves a git directory that
// holds what a tool wrote, which writes one after the other would not leave either.
#include "storage/host/folder.hpp"

#include "tests/storage/host/fixture.hpp"

#include <array>
#include <atomic>
#include <barrier>
#include <span>
#include <thread>

using namespace kodad::storage::host;
using kodad::proto::ec;

namespace {

namespace fs = std::filesystem;

constexpr int rounds = 50;

struct piece {
  const char* name;
  const char* text;
};

using pieces = std::array<piece, 4>;

constexpr pieces bare = {{{"HEAD", "ref: refs/heads/main\n"},
                          {"objects/x", "x"},
                          {"refs/x", "x"},
                          {"config", "[core]\n\tfsmonitor = touch MARK #\n"}}};
constexpr pieces worktree = {{{"HEAD", "ref: refs/heads/main\n"},
                              {"commondir", ".."},
                              {"gitdir", "/nowhere"},
                              {"config", "[core]\n\tfsmonitor = touch MARK #\n"}}};

/// How many of the first parts of their names stand in the folder.
size_t count_there(const std::string& folder, std::span<const piece> all) {
  size_t out = 0;
  for (const auto& one : all) {
    std::string name(one.name);
    out += fs::exists(folder + "/" + name.substr(0, name.find('/'))) ? 1 : 0;
  }
  return out;
}

/// Writes all at once, each through a folder of its own. How many were denied.
int write_at_once(const std::string& root, const std::string& below, const pieces& all) {
  std::barrier gate(static_cast<std::ptrdiff_t>(all.size()));
  std::atomic<int> denied = 0;
  std::vector<std::jthread> writers;
  for (const auto& one : all)
    writers.emplace_back([&, one] {
      auto workspace = open_folder(root);
      gate.arrive_and_wait();
      auto done = workspace->write_file(below + "/" + one.name, one.text, {.create_parents = true});
      denied += !done && done.failure().code == ec::tool_denied ? 1 : 0;
    });
  writers.clear();
  return denied;
}

size_t count_temporary(const std::string& root) {
  size_t out = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    out += entry.path().filename().string().starts_with(".kodad-write-") ? 1 : 0;
  return out;
}

} // namespace

TEST_CASE("writes at once make no git directory") {
  temporary_folder at;
  for (int round = 0; round < rounds; ++round) {
    auto in = [&](const char* name) { return std::string(name) + std::to_string(round); };
    CHECK(write_at_once(at.path(), in("bare"), bare) == 1);
    CHECK(count_there(at.path(in("bare")), std::span(bare).first(3)) == 2);
    CHECK(write_at_once(at.path(), in("tree"), worktree) == 1);
    CHECK(count_there(at.path(in("tree")), std::span(worktree).first(2)) == 1);
  }
  CHECK(count_temporary(at.path()) == 0);
}

TEST_CASE("a folder that becomes a git directory meanwhile keeps no write") {
  temporary_folder at;
  for (bool exists : {false, true})
    for (int round = 0; round < rounds; ++round) {
      auto name = (exists ? "old" : "new") + std::to_string(round);
      auto config = at.path(name + "/config");
      fs::create_directories(at.path(name + "/objects"));
      fs::create_directories(at.path(name + "/refs"));
      if (exists)
        write_text(config, "mine");
      auto workspace = open_folder(at.path());
      REQUIRE(workspace);
      std::barrier gate(2);
      std::string seen;
      std::jthread command([&] {
        gate.arrive_and_wait();
        // What the look after the command finds.
        write_text(at.path(name + "/HEAD"), "ref: refs/heads/main\n");
        seen = fs::exists(config) ? read_text(config) : "";
      });
      gate.arrive_and_wait();
      auto done = workspace->write_file(name + "/config", "EVIL", {});
      command.join();
      auto left = fs::exists(config) ? read_text(config) : "";
      CHECK(left == (done ? "EVIL" : exists ? "mine" : ""));
      if (done) // The look saw it, or the write was over before there was anything to see.
        CHECK(seen == "EVIL");
    }
  CHECK(count_temporary(at.path()) == 0);
}
