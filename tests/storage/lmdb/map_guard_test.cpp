#include "storage/lmdb/map_reading.hpp"

#include "storage/database.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <fstream>
#include <sys/mman.h>

using namespace kodad;
using namespace kodad::storage;

namespace {

/// Where the map of a file ends.
uintptr_t map_end(const std::string& path) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.ends_with(path))
      return std::strtoull(line.c_str() + line.find('-') + 1, nullptr, 16);
  return 0;
}

} // namespace

TEST_CASE("memory behind the map is no page of the database") {
  tests::temp_dir dir;
  auto opened = database::open({dir.path(), 1 << 26});
  REQUIRE(opened.ok());
  auto end = map_end(dir.path() + "/data.mdb");
  REQUIRE(end != 0);
  constexpr size_t size = 65536;

  // As LMDB's copies of pages may lie there while a transaction writes: where the system put them.
  bool was_looked_at = false;
  for (uintptr_t gap = 0; gap < uintptr_t{1} << 32 && !was_looked_at; gap += 16 * size) {
    auto* wanted = reinterpret_cast<void*>(end + gap);
    auto* got = ::mmap(wanted, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == MAP_FAILED)
      continue;
    std::memset(got, 0x5a, size);
    was_looked_at = true;
    CHECK(lmdb::is_in_place(static_cast<char*>(got) + 5000));
    ::munmap(got, size);
  }
  CHECK(was_looked_at);
}
