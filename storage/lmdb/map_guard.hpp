// MAP GUARD: tells when the memory of a mapped file cannot be read or leads astray. A disk that
// fails, a file that another program cuts off or overwrites while we run: the kernel then ends the
// process without a word. The guard says which file it was, in one line, and ends it with code 70.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace kodad::storage::lmdb {

/// For as long as it lives, a SIGBUS or SIGSEGV at an address within the map is told. All others
/// go where they went before.
class map_guard {
public:
  map_guard(const std::string& path, const void* begin, size_t bytes);

  map_guard(map_guard&& other) noexcept : place_(std::exchange(other.place_, -1)) {}
  map_guard& operator=(map_guard&& other) noexcept {
    std::swap(place_, other.place_);
    return *this;
  }
  ~map_guard();

private:
  int place_;
};

/// The whole mapping of this process that an address lies in; empty if there is none.
std::string_view mapping_around(const void* address);

/// Says that LMDB found a database in a state that cannot be, and ends the process with code 70.
[[noreturn]] void break_down(const char* path, const char* why);

} // namespace kodad::storage::lmdb
