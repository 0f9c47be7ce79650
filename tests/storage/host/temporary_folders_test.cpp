#include "storage/host/temporary_folders.hpp"

#include <doctest/doctest.h>

using namespace kodad::storage::host;

TEST_CASE("a temporary folder of ours tells its server") {
  CHECK(server_of("kodad-1234-aB3dEf") == 1234);
  CHECK(server_of("kodad-7-000000") == 7);
}

TEST_CASE("a folder whose name is only like ours is nobody's to remove") {
  for (const char* name : {"kodad-9MJPR0", "kodad-123456", "kodad-12", "kodad-12-", "kodad-12-abc",
                           "kodad-12-abcdefg", "kodad-12_abcdef", "kodad--12-abcdef",
                           "kodad-0-abcdef", "kodad-x-abcdef", "kodad-99999999999-abcdef", "kodad-",
                           "kodad", "mykodad-12-abcdef", "kodad- 12-abcdef", ""}) {
    CAPTURE(name);
    CHECK_FALSE(server_of(name));
  }
}
