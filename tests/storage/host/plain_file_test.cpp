#include "storage/host/plain_file.hpp"

#include "tests/storage/host/fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace kodad::storage::host;
using kodad::proto::ec;

TEST_CASE("a plain file is read whole, and nothing else is") {
  temporary_folder at;
  auto opened = open_folder(at.path());
  REQUIRE(opened);
  auto read = [&](const char* name) { return read_plain_file(*opened, name, 8); };
  write_text(at.path("plain"), "12345678");
  write_text(at.path("large"), "123456789");
  write_text(at.path("empty"), "");
  REQUIRE(::symlink("plain", at.path("link").c_str()) == 0);
  REQUIRE(::symlink("nowhere", at.path("dangling").c_str()) == 0);
  REQUIRE(::mkfifo(at.path("fifo").c_str(), 0600) == 0);
  REQUIRE(::mkdir(at.path("folder").c_str(), 0700) == 0);
  REQUIRE(::truncate(at.path("large").c_str(), int64_t{1} << 40) == 0);

  auto plain = read("plain");
  REQUIRE(plain);
  CHECK(plain->value_or("") == "12345678");
  auto empty = read("empty");
  REQUIRE(empty);
  CHECK(empty->value_or("x").empty());
  auto none = read("none");
  REQUIRE(none);
  CHECK(!*none);
  for (const char* name : {"large", "link", "dangling", "fifo", "folder"}) {
    CAPTURE(name);
    auto refused = read(name);
    REQUIRE(!refused);
    CHECK(refused.failure().code == ec::tool_denied);
    CHECK(refused.failure().context.starts_with(std::string(name) + ": expected"));
  }
}
