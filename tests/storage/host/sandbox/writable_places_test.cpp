#include "storage/host/sandbox/writable_places.hpp"

#include "tests/storage/host/fixture.hpp"

#include <atomic>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>

using namespace kodad::storage::host;

namespace {

constexpr unsigned exchange_names = 2; // RENAME_EXCHANGE

struct stat status_of(const descriptor& file) {
  struct stat out {};
  REQUIRE(::fstat(file.get(), &out) == 0);
  return out;
}

/// A folder that may be written, and one beside it that may not.
struct ground {
  ground() {
    for (const auto* each : {"in", "in/sub", "out"})
      std::filesystem::create_directory(at.path(each));
    for (const auto* each : {"in/file", "in/sub/file", "out/file"})
      write_text(at.path(each), each);
    places.add(open(at.path("in")));
    folder = open(at.path("in"));
  }

  static descriptor open(const std::string& path, int flags = O_PATH) {
    descriptor out(::open(path.c_str(), flags | O_CLOEXEC));
    REQUIRE(out.is_open());
    return out;
  }

  int number(const std::string& path, bool follows = true) const {
    return places.open(folder.get(), path, follows).number;
  }

  bool leads_to(const std::string& path, const std::string& file) const {
    auto opened = places.open(folder.get(), path, true);
    return opened.number == 0 &&
           status_of(opened.file).st_ino == status_of(open(at.path(file))).st_ino;
  }

  temporary_folder at;
  writable_places places;
  descriptor folder;
};

} // namespace

TEST_CASE("what lies beneath is opened, whatever the way that leads there") {
  ground here;
  std::filesystem::create_symlink("file", here.at.path("in/link"));
  std::filesystem::create_symlink(here.at.path("in/sub"), here.at.path("in/absolute"));
  std::filesystem::create_symlink(here.at.path("in/file"), here.at.path("out/back"));
  CHECK(here.leads_to("file", "in/file"));
  CHECK(here.leads_to("./sub/../file", "in/file"));
  CHECK(here.leads_to("sub/file", "in/sub/file"));
  CHECK(here.leads_to("link", "in/file"));
  CHECK(here.leads_to("absolute/file", "in/sub/file"));
  CHECK(here.leads_to("../in/file", "in/file"));
  CHECK(here.leads_to("../out/back", "in/file"));
  CHECK(here.leads_to(here.at.path("in/file"), "in/file"));
  CHECK(here.leads_to(".", "in"));
}

TEST_CASE("what lies elsewhere is not") {
  ground here;
  std::filesystem::create_symlink(here.at.path("out/file"), here.at.path("in/link"));
  std::filesystem::create_symlink("../out", here.at.path("in/folder"));
  std::filesystem::create_directory(here.at.path("in-beside"));
  for (const auto& path : {std::string("../out/file"), std::string("link"),
                           std::string("folder/file"), std::string("folder"), std::string(".."),
                           std::string("../in-beside"), here.at.path("out/file"), std::string("/"),
                           std::string("/usr"), std::string("/dev/null")}) {
    CAPTURE(path);
    CHECK(here.number(path) == EPERM);
  }
  CHECK(here.number("/proc/self/cwd") == ELOOP);
  CHECK(here.number("none") == ENOENT);
  CHECK(here.number("file/") == ENOTDIR);
}

TEST_CASE("a link that is not followed is opened itself") {
  ground here;
  std::filesystem::create_symlink(here.at.path("out/file"), here.at.path("in/link"));
  auto opened = here.places.open(here.folder.get(), "link", false);
  REQUIRE(opened.number == 0);
  CHECK(S_ISLNK(status_of(opened.file).st_mode));
}

TEST_CASE("of several places each counts, a file too, and a folder that was moved") {
  ground here;
  CHECK(here.number("../out/file") == EPERM);
  here.places.add(ground::open(here.at.path("out/file")));
  CHECK(here.leads_to("../out/file", "out/file"));
  CHECK(here.number("../out") == EPERM);
  std::filesystem::rename(here.at.path("in"), here.at.path("moved"));
  CHECK(here.leads_to("sub/file", "moved/sub/file"));
}

TEST_CASE("guarded places stay, with all below them") {
  ground here;
  using protection = guarded_place::protection;
  here.places.guard(ground::open(here.at.path("in")),
                    {{"sub", protection::read_only}, {"file", protection::pinned}});
  CHECK(here.number("sub") == EPERM);
  CHECK(here.number("sub/file") == EPERM);
  CHECK(here.number("file") == 0);
  write_text(here.at.path("in/subway"), "");
  CHECK(here.number("subway") == 0);
}

TEST_CASE("what is open already is found by its name, and what has none is not") {
  ground here;
  CHECK(here.places.open_again(ground::open(here.at.path("in/file"))).number == 0);
  CHECK(here.places.open_again(ground::open(here.at.path("out/file"))).number == EPERM);
  auto gone = ground::open(here.at.path("in/file"));
  std::filesystem::remove(here.at.path("in/file"));
  CHECK(here.places.open_again(gone).number == EPERM);
  write_text(here.at.path("in/file (deleted)"), "another");
  CHECK(here.places.open_again(gone).number == EPERM);
}

TEST_CASE("names that are exchanged all the time lead to what is inside, or nowhere") {
  ground here;
  std::filesystem::create_symlink(here.at.path("out/file"), here.at.path("in/swap"));
  std::atomic<bool> is_over = false;
  auto one = here.at.path("in/file");
  auto other = here.at.path("in/swap");
  std::thread attacker([&] {
    while (!is_over)
      ::syscall(SYS_renameat2, AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), exchange_names);
  });
  auto outside = status_of(ground::open(here.at.path("out/file"))).st_ino;
  int opened = 0;
  for (int i = 0; i < 5000; ++i) {
    auto found = here.places.open(here.folder.get(), "file", true);
    opened += found.number == 0 ? 1 : 0;
    if (found.number == 0 && status_of(found.file).st_ino == outside)
      FAIL("it led out");
  }
  is_over = true;
  attacker.join();
  CHECK(opened > 0);
}
