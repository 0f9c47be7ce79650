#include "storage/host/durable_file.hpp"
#include "tests/storage/host/git_guard/fixture.hpp"

#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <thread>

using namespace kodad::storage::host;

namespace {

constexpr const char* plant_hook = "cp $P .git/hooks/pre-commit";
constexpr const char* commit = "git commit --allow-empty -m x";

bool mentions(const std::vector<std::string>& sentences, const std::string& part) {
  return lines_of(sentences).find(part) != std::string::npos;
}

size_t files_in(const std::string& path) {
  std::error_code none;
  std::filesystem::directory_iterator at(path, none);
  return none ? 0 : static_cast<size_t>(std::distance(begin(at), end(at)));
}

std::string names_of(const std::vector<guarded_place>& places) {
  std::string out;
  for (const auto& one : places)
    out += (one.how == guarded_place::protection::pinned ? "pin " : "") + one.path + "\n";
  return out;
}

} // namespace

TEST_CASE("places are told for what is a person's, above before below") {
  guarded_home at;
  REQUIRE(at.run("git init -q; mkdir .husky; echo > .husky/pre-commit; echo > .gitinc; "
                 "git config core.hooksPath .husky; git config include.path ../.gitinc; "
                 "git init -q mine; git -C mine config alias.x '!y'; git init -q plain; "
                 "echo > kodad.yaml; mkdir .kodad") == 0);
  git_guard guard(at.options());

  auto ticket = guard.begin(at.workspace);

  REQUIRE(ticket);
  CHECK(names_of(ticket->places) ==
        "pin .git\n.git/config\n.git/hooks\n.gitinc\n.husky\n.kodad\nkodad.yaml\n"
        "pin mine/.git\nmine/.git/config\nmine/.git/hooks\n");
  CHECK(ticket->notes.empty());
}

TEST_CASE("a person's links stay as they are and are not followed") {
  guarded_home at;
  std::filesystem::create_directories(at.path("outside/hooks"));
  REQUIRE(at.run("ln -s ../outside .git; ln -s .. .kodad; ln -s /nowhere kodad.yaml") == 0);
  git_guard guard(at.options());

  auto ticket = guard.begin(at.workspace);

  REQUIRE(ticket);
  CHECK(ticket->places.empty());
  CHECK(ticket->notes.size() == 3);
  CHECK(guard.end(*ticket).empty());
  CHECK(std::filesystem::read_symlink(at.in(".git")) == "../outside");
}

TEST_CASE("what appears while commands overlap is not believed by a later one") {
  guarded_home at;
  at.run("git init -q");
  git_guard guard(at.options());
  auto first = guard.begin(at.workspace);
  REQUIRE(first);
  at.run(plant_hook);
  auto second = guard.begin(at.workspace);
  REQUIRE(second);

  CHECK(mentions(guard.end(*first), "Renamed .git/hooks/pre-commit"));
  at.run(plant_hook);
  auto third = guard.begin(at.workspace);
  REQUIRE(third);
  CHECK(mentions(guard.end(*second), "Renamed .git/hooks/pre-commit"));
  at.run(plant_hook);
  CHECK(mentions(guard.end(*third), "Renamed .git/hooks/pre-commit"));

  CHECK(files_in(at.path("state/git_guard")) == 0);
  CHECK(guard.end(*third).empty());
}

TEST_CASE("workspaces within each other share what was there before") {
  guarded_home at;
  at.run("git init -q; mkdir -p a/b; git init -q a/b");
  git_guard guard(at.options());
  auto inner = open_folder(at.in("a/b"));
  REQUIRE(inner);

  SUBCASE("the inner one began first") {
    auto small = guard.begin(*inner);
    REQUIRE(small);
    at.run(plant_hook, "a/b");
    auto large = guard.begin(at.workspace);
    REQUIRE(large);
    CHECK(guard.end(*small).size() == 1);
    at.run(plant_hook, "a/b");
    CHECK(mentions(guard.end(*large), "Renamed a/b/.git/hooks/pre-commit"));
  }
  SUBCASE("the outer one began first") {
    auto large = guard.begin(at.workspace);
    REQUIRE(large);
    at.run(plant_hook, "a/b");
    auto small = guard.begin(*inner);
    REQUIRE(small);
    CHECK(guard.end(*large).size() == 1);
    at.run(plant_hook, "a/b");
    CHECK(mentions(guard.end(*small), "Renamed .git/hooks/pre-commit"));
  }
  SUBCASE("a chain of them") {
    auto small = guard.begin(*inner);
    REQUIRE(small);
    at.run(plant_hook, "a/b");
    auto large = guard.begin(at.workspace);
    REQUIRE(large);
    guard.end(*small);
    at.run(plant_hook, "a/b");
    small = guard.begin(*inner);
    REQUIRE(small);
    guard.end(*large);
    at.run(plant_hook, "a/b");
    CHECK(guard.end(*small).size() == 1);
  }
  at.unmark();
  at.run(commit, "a/b");
  CHECK_FALSE(at.is_marked());
}

TEST_CASE("looks that a killed kodad left are ended at the next start") {
  guarded_home at;
  at.run("git init -q");
  {
    git_guard killed(at.options());
    REQUIRE(killed.begin(at.workspace));
    at.run(plant_hook);
  }
  write_text(at.path("state/git_guard/1-1.look.new"), "kodad git guard 1\n3:abc");
  git_guard guard(at.options());

  auto told = guard.recover();

  CHECK(told.size() == 1);
  CHECK(mentions(told, "In " + at.path("ws") + ": Renamed .git/hooks/pre-commit"));
  CHECK(files_in(at.path("state/git_guard")) == 0);
  at.unmark();
  at.run(commit);
  CHECK_FALSE(at.is_marked());
  CHECK(guard.recover().empty());
}

TEST_CASE("a look whose record is damaged is told until the record is gone") {
  guarded_home at;
  at.run("git init -q");
  {
    git_guard killed(at.options());
    REQUIRE(killed.begin(at.workspace));
  }
  auto record = files_below(at.path("state/git_guard")).at(0);
  auto bytes = read_text(record);
  auto flipped = bytes;
  flipped[bytes.size() / 2] ^= 1;
  for (const auto& harmed : {std::string(), std::string(bytes.size(), '\xff'), flipped,
                             bytes.substr(0, bytes.size() / 2), bytes + "x"}) {
    write_text(record, harmed);
    git_guard guard(at.options());
    for (int start = 0; start < 2; ++start) {
      auto told = guard.recover();
      REQUIRE(told.size() == 1);
      CHECK(mentions(told, record + " is damaged"));
      bool is_named = mentions(told, "for git in " + at.path("ws"));
      CHECK(is_named == harmed.starts_with("kodad"));
    }
  }
  write_text(record, bytes);
  git_guard guard(at.options());
  CHECK(guard.recover().empty());
  CHECK(files_in(at.path("state/git_guard")) == 0);
}

TEST_CASE("who waits for the guard's rest waits for every look, and not beyond its time") {
  guarded_home at;
  at.run("git init -q");
  git_guard guard(at.options());
  auto now = std::chrono::steady_clock::now();
  CHECK(guard.await_rest(now));

  auto first = guard.begin(at.workspace);
  auto second = guard.begin(at.workspace);
  REQUIRE(first);
  REQUIRE(second);
  at.run(plant_hook);
  guard.end(*first);
  CHECK_FALSE(guard.await_rest(now));
  CHECK(files_in(at.path("state/git_guard")) == 1);

  std::thread last([&] { guard.end(*second); });
  CHECK(guard.await_rest(now + std::chrono::minutes(5)));
  last.join();
  CHECK(files_in(at.path("state/git_guard")) == 0);
  at.unmark();
  at.run(commit);
  CHECK_FALSE(at.is_marked());
}

TEST_CASE("a look is not ended in a folder that took the workspace's place") {
  guarded_home at;
  {
    git_guard killed(at.options());
    REQUIRE(killed.begin(at.workspace));
  }
  std::filesystem::rename(at.path("ws"), at.path("moved"));
  std::filesystem::create_directories(at.path("other/.git/hooks"));
  write_text(at.path("other/.git/hooks/pre-commit"), "mine");
  std::filesystem::create_symlink(at.path("other"), at.path("ws"));
  git_guard guard(at.options());

  CHECK(mentions(guard.recover(), "gone or another"));

  CHECK(read_text(at.path("other/.git/hooks/pre-commit")) == "mine");
}

TEST_CASE("what is too large to be kept is made inert when it changed") {
  guarded_home at;
  at.run("git init -q; head -c 2000000 /dev/zero > .git/hooks/post-merge; "
         "chmod +x .git/hooks/post-merge; cp .git/hooks/post-merge .git/hooks/pre-push");
  git_guard guard(at.options());
  auto ticket = guard.begin(at.workspace);
  REQUIRE(ticket);
  at.run("echo >> .git/hooks/post-merge");

  auto told = guard.end(*ticket);

  CHECK(told.size() == 1);
  CHECK(mentions(told, "Renamed .git/hooks/post-merge"));
  auto aside = at.in(".git/hooks/post-merge.kodad-untrusted");
  CHECK(::access(aside.c_str(), F_OK) == 0);
  CHECK((std::filesystem::status(aside).permissions() & std::filesystem::perms::owner_exec) ==
        std::filesystem::perms::none);
}

TEST_CASE("rights of a file with other names outside are left alone") {
  guarded_home at;
  write_text(at.path("store"), "[alias]\n\tx = !y\n");
  std::filesystem::permissions(at.path("store"), std::filesystem::perms::owner_all);
  at.run("git init -q");
  git_guard guard(at.options());
  auto ticket = guard.begin(at.workspace);
  REQUIRE(ticket);
  at.run("ln ../store .git/hooks/pre-commit; ln -f ../store .git/config");

  CHECK(guard.end(*ticket).size() == 2);

  CHECK(std::filesystem::status(at.path("store")).permissions() ==
        std::filesystem::perms::owner_all);
  CHECK(read_text(at.path("store")) == "[alias]\n\tx = !y\n");
  CHECK_FALSE(std::filesystem::exists(at.in(".git/hooks/pre-commit")));
}

TEST_CASE("a name that is taken does not keep a plant in place") {
  guarded_home at;
  at.run("git init -q");
  git_guard guard(at.options());
  auto ticket = guard.begin(at.workspace);
  REQUIRE(ticket);
  at.run("cp $P .git/hooks/pre-commit; mkdir -p .git/hooks/pre-commit.kodad-untrusted/x "
         ".git/config.kodad-untrusted/x; git config core.fsmonitor $P");

  CHECK(guard.end(*ticket).size() == 2);

  at.unmark();
  at.run(commit);
  CHECK_FALSE(at.is_marked());
}

TEST_CASE("kodad's own tools make no git directory and change nothing that git runs") {
  guarded_home at;
  at.run(
      "git init -q; git init -q --bare bare; mkdir .husky sub; git config core.hooksPath .husky; "
      "git config include.path ../.gitinc; mkdir -p near/objects near/refs top; echo > top/HEAD");
  auto write = [&](const std::string& path) {
    auto done = at.workspace.write_file(path, "x", {.create_parents = true});
    return done ? std::string("written") : std::string(to_word(done.failure().code));
  };
  for (const auto* path :
       {"bare/config", "bare/hooks/post-update", "bare/new", "near/HEAD", "near/head",
        "top/commondir", ".husky/pre-commit", ".husky/_/x", ".gitinc", ".GIT/x"}) {
    CAPTURE(std::string(path));
    CHECK(write(path) == "tool_denied");
  }
  for (const auto* path : {"near/other", "top/objects/x", "config", "hooks/pre-commit", "commondir",
                           ".husk", "sub/.gitinc"}) {
    CAPTURE(std::string(path));
    CHECK(write(path) == "written");
  }
  CHECK(write("top/refs/x") == "tool_denied"); // Now it would be one.
  CHECK_FALSE(std::filesystem::exists(at.in("top/refs")));
}

TEST_CASE("while .git is swapped with a link, nothing outside is read or written") {
  guarded_home at;
  REQUIRE(
      at.run(
          "git init -q; mkdir ../outside; cp -r .git/. ../outside; cp $P "
          "../outside/hooks/pre-commit; cp $P ../outside/hooks/post-commit; "
          "git config -f ../outside/config core.fsmonitor secret; ln -s ../outside swap; "
          "mkdir -p ../away/hooks; cp $P ../away/hooks/pre-commit; ls -laR ../outside > ../was") ==
      0);
  git_guard guard(at.options());
  int watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  for (const auto* name : {"outside", "outside/hooks", "outside/objects", "outside/refs"})
    REQUIRE(::inotify_add_watch(watch, at.path(name).c_str(),
                                IN_OPEN | IN_ACCESS | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVE |
                                    IN_ATTRIB) >= 0);
  std::atomic<int> swaps = 0;
  const int swaps_wanted = std::getenv("KODAD_GUARD_SWAPS") ? 1'000'000 : 100'000;
  auto git = at.in(".git");
  auto swap = at.in("swap");
  std::thread racer([&] {
    for (; swaps < swaps_wanted; ++swaps)
      ::syscall(SYS_renameat2, AT_FDCWD, git.c_str(), AT_FDCWD, swap.c_str(), RENAME_EXCHANGE);
  });
  size_t looks = 0;
  do {
    auto ticket = guard.begin(at.workspace);
    REQUIRE(ticket);
    guard.end(*ticket);
    ++looks;
  } while (swaps < swaps_wanted);
  racer.join();

  char events[4096];
  CHECK(::read(watch, events, sizeof events) < 0);
  ::close(watch);
  CHECK(looks > 0);
  MESSAGE(looks << " looks while " << swaps.load() << " swaps were made");
  CHECK(at.run("ls -laR ../outside | diff - ../was") == 0);
}

TEST_CASE("a look at thousands of files takes milliseconds") {
  guarded_home at;
  const bool is_wide = std::getenv("KODAD_GUARD_WIDE") != nullptr;
  const int folders = is_wide ? 10'000 : 500;
  at.run("git init -q");
  for (int i = 0; i < folders; ++i) {
    auto path = at.in("d" + std::to_string(i / 100) + "/e" + std::to_string(i));
    std::filesystem::create_directories(path);
    for (int file = 0; file < 10; ++file)
      write_text(path + "/f" + std::to_string(file), "");
  }
  git_guard guard(at.options());
  using clock = std::chrono::steady_clock;
  auto least = std::pair(std::chrono::microseconds::max(), std::chrono::microseconds::max());
  for (int i = 0; i < 10; ++i) {
    auto start = clock::now();
    auto ticket = guard.begin(at.workspace);
    REQUIRE(ticket);
    auto middle = clock::now();
    CHECK(guard.end(*ticket).empty());
    auto spent = [](auto time) {
      return std::chrono::duration_cast<std::chrono::microseconds>(time);
    };
    least.first = std::min(least.first, spent(middle - start));
    least.second = std::min(least.second, spent(clock::now() - middle));
  }
  MESSAGE((folders * 10) << " files: begin " << least.first.count() << " us, end "
                         << least.second.count() << " us");
  CHECK(least.first < std::chrono::seconds(1));
  CHECK(least.second < std::chrono::seconds(1));
}
