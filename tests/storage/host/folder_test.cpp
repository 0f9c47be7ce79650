#include "storage/host/folder.hpp"

#include "tests/storage/host/fixture.hpp"

#include <atomic>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace kodad::storage::host;
using kodad::proto::ec;

namespace {

/// A workspace with a secret beside it.
struct place {
  place() {
    std::filesystem::create_directories(parent.path("ws/sub"));
    std::filesystem::create_directories(parent.path("outside"));
    write_text(parent.path("outside/secret"), "SECRET");
    auto opened = open_folder(parent.path("ws"));
    REQUIRE(opened);
    workspace = std::move(*opened);
  }

  std::string in(const std::string& path) const { return parent.path("ws/" + path); }
  void link(const std::string& target, const std::string& name) const {
    REQUIRE(::symlink(target.c_str(), in(name).c_str()) == 0);
  }

  temporary_folder parent;
  folder workspace;
};

} // namespace

TEST_CASE("what was written is read back, with parents made on demand") {
  place at;

  auto written = at.workspace.write_file("a/b/c.txt", "hello", {.create_parents = true});

  REQUIRE(written);
  CHECK(written->created);
  auto content = at.workspace.read_file("a/b/c.txt", 1024);
  REQUIRE(content);
  CHECK(content->bytes == "hello");
  CHECK(content->status.size == 5);
  CHECK(!at.workspace.write_file("x/y.txt", "", {}));
}

TEST_CASE("no kind of link leads a read or a write outside") {
  place at;
  at.link("../outside/secret", "relative");
  at.link(at.parent.path("outside/secret"), "absolute");
  at.link("../outside", "folder");
  at.link("folder/secret", "chained");
  at.link("/proc/self/root" + at.parent.path("outside/secret"), "magic");
  at.link("../outside/new", "dangling");
  at.link("loop", "loop");
  for (const char* path : {"relative", "absolute", "folder/secret", "chained", "magic", "dangling",
                           "loop", "../outside/secret", "sub/../../outside/secret"}) {
    CAPTURE(path);
    CHECK(!at.workspace.read_file(path, 1024));
    CHECK(!at.workspace.write_file(path, "EVIL", {.create_parents = true}));
  }
  CHECK(!at.workspace.write_file("folder/new", "EVIL", {.create_parents = true}));
  CHECK(!at.workspace.list_directory("folder", 10));
  CHECK(read_text(at.parent.path("outside/secret")) == "SECRET");
  CHECK(!std::filesystem::exists(at.parent.path("outside/new")));
}

TEST_CASE("a link that stays inside is followed and stays a link") {
  place at;
  write_text(at.in("sub/real"), "old");
  at.link("sub/real", "alias");

  CHECK(at.workspace.read_file("alias", 10)->bytes == "old");
  REQUIRE(at.workspace.write_file("alias", "new", {}));

  CHECK(read_text(at.in("sub/real")) == "new");
  CHECK(std::filesystem::is_symlink(at.in("alias")));
}

TEST_CASE("only regular files are read, and none keeps the reader waiting") {
  place at;
  REQUIRE(::mkfifo(at.in("fifo").c_str(), 0600) == 0);
  for (const char* path : {"fifo", "sub"}) {
    CAPTURE(path);
    CHECK(at.workspace.read_file(path, 1024).failure().code == ec::tool_failed);
    CHECK(at.workspace.write_file(path, "x", {}).failure().code == ec::tool_failed);
  }
}

TEST_CASE("a file larger than asked for is cut") {
  place at;
  write_text(at.in("big"), std::string(300'000, 'x'));
  auto content = at.workspace.read_file("big", 100'000);
  REQUIRE(content);
  CHECK(content->bytes.size() == 100'000);
  CHECK(content->status.size == 300'000);
}

TEST_CASE("a write replaces a hard link and spares its other name") {
  place at;
  REQUIRE(::link(at.parent.path("outside/secret").c_str(), at.in("hard").c_str()) == 0);
  REQUIRE(at.workspace.write_file("hard", "EVIL", {}));
  CHECK(read_text(at.parent.path("outside/secret")) == "SECRET");
  CHECK(read_text(at.in("hard")) == "EVIL");
}

TEST_CASE("a write keeps the mode and leaves nothing else behind") {
  place at;
  write_text(at.in("run.sh"), "old");
  ::chmod(at.in("run.sh").c_str(), 0755);
  REQUIRE(at.workspace.write_file("run.sh", "new", {}));
  CHECK(at.workspace.stat("run.sh").value()->mode == 0755);
  CHECK(at.workspace.list_directory(".", 100)->entries.size() == 2);
}

TEST_CASE("protected names are not written, under no spelling and through no link") {
  place at;
  std::filesystem::create_directories(at.in(".git/hooks"));
  write_text(at.in(".git/config"), "kept");
  write_text(at.in("kodad.yaml"), "kept");
  at.link(".git", "g");
  at.link(".git/config", "c");
  at.link("kodad.yaml", "k");
  for (const char* path : {".git/config", ".git/hooks/pre-commit", ".GIT/config", "g/config", "c",
                           "g/new", "k", "kodad.yaml", ".kodad/agents/x.md", "sub/.git/config"}) {
    CAPTURE(path);
    CHECK(at.workspace.write_file(path, "EVIL", {.create_parents = true}).failure().code ==
          ec::tool_denied);
  }
  CHECK(read_text(at.in(".git/config")) == "kept");
  CHECK(!std::filesystem::exists(at.in(".kodad")));
  CHECK(at.workspace.read_file(".git/config", 10)->bytes == "kept");
}

TEST_CASE("absence is told apart from failure") {
  place at;
  CHECK(!at.workspace.stat("none").value());
  CHECK(at.workspace.stat("sub").value()->kind == file_kind::directory);
  CHECK(at.workspace.read_file("none", 1).failure().code == ec::tool_failed);
  CHECK(open_folder("/nonexistent-folder").failure().code == ec::tool_failed);
}

TEST_CASE("a listing is sorted and bounded") {
  place at;
  for (char c = 'a'; c <= 'e'; ++c)
    write_text(at.in(std::string(1, c)), "");
  auto all = at.workspace.list_directory(".", 100);
  REQUIRE(all);
  CHECK(all->entries.size() == 6);
  CHECK(all->entries.front().name == "a");
  CHECK(!all->cut);
  CHECK(at.workspace.list_directory(".", 3)->cut);
}

TEST_CASE("a racer that swaps folders and links gains nothing") {
  place at;
  write_text(at.in("sub/secret"), "inside");
  std::atomic<bool> stop = false;
  auto flip = [&](const std::string& name, const std::string& spare, const std::string& target) {
    ::symlink(target.c_str(), spare.c_str());
    while (!stop)
      ::syscall(SYS_renameat2, AT_FDCWD, name.c_str(), AT_FDCWD, spare.c_str(), 2); // Exchange.
  };
  std::thread folders([&] { flip(at.in("sub"), at.in("spare"), "../outside"); });
  write_text(at.in("file"), "inside");
  std::thread files([&] { flip(at.in("file"), at.in("spare-file"), "../outside/secret"); });

  int leaks = 0;
  int reads = 0;
  for (int i = 0; i < 2000; ++i) {
    for (const char* path : {"sub/secret", "file"}) {
      auto content = at.workspace.read_file(path, 100);
      leaks += content && content->bytes == "SECRET";
      reads += content.ok();
    }
    if (i % 10 == 0) {
      (void)at.workspace.write_file("sub/secret", "inside", {}).ok();
      (void)at.workspace.write_file("sub/planted", "inside", {}).ok();
      (void)at.workspace.write_file("file", "inside", {}).ok();
    }
  }
  stop = true;
  folders.join();
  files.join();

  CHECK(leaks == 0);
  CHECK(reads > 0);
  CHECK(read_text(at.parent.path("outside/secret")) == "SECRET");
  CHECK(!std::filesystem::exists(at.parent.path("outside/planted")));
}
