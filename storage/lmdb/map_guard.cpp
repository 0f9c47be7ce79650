#include "storage/lmdb/map_guard.hpp"

#include "storage/lmdb/map_reading.hpp"
#include "storage/lmdb/page_layout.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <unistd.h>

namespace kodad::storage::lmdb {

namespace {

constexpr int exit_code = 70; // EX_SOFTWARE
// A damaged length leads past the map's end by as much as LMDB's 32 bits can say.
constexpr uint64_t longest_row = uint64_t{1} << 32;
constexpr size_t path_max = 4096;

/// What the handler reads: set before `end` is, and left alone until it is 0 again.
struct guarded {
  std::atomic<uintptr_t> begin = 0;
  std::atomic<uintptr_t> end = 0;
  std::atomic<uintptr_t> map_end = 0; ///< Behind the last page; at most `end`.
  std::atomic<size_t> page_bytes = 0; ///< 0: not a map that LMDB reads.
  char path[path_max] = {};
};

std::array<guarded, 64> places; // A test may open many; the program has two at most.
std::mutex places_lock;
struct sigaction before_bus;
struct sigaction before_segv;

// Only what POSIX allows in a handler, here and below.
void say(const char* text) {
  auto left = std::strlen(text);
  while (left > 0) {
    auto written = ::write(STDERR_FILENO, text, left);
    if (written <= 0)
      return;
    text += written;
    left -= static_cast<size_t>(written);
  }
}

void look(int signal, siginfo_t* about, void*) {
  auto address = reinterpret_cast<uintptr_t>(about->si_addr);
  for (const auto& place : places)
    if (address >= place.begin && address < place.end)
      break_down(place.path,
                 signal == SIGBUS ? "a part of it cannot be read" : "a page leads astray");
  if (const char* path = map_reading::path())
    break_down(path, "a page leads astray");
  // Not ours: back to what was there; the same instruction runs again and meets it.
  ::sigaction(signal, signal == SIGBUS ? &before_bus : &before_segv, nullptr);
}

/// Puts `look` in front of what is there, which may have come after us.
void install(int signal, struct sigaction& before) {
  struct sigaction wanted {};
  wanted.sa_sigaction = look;
  wanted.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&wanted.sa_mask);
  struct sigaction now {};
  ::sigaction(signal, nullptr, &now);
  if ((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == look)
    return;
  before = now;
  ::sigaction(signal, &wanted, nullptr);
}

} // namespace

void break_down(const char* path, const char* why) {
  say("kodad: ");
  say(path);
  say(" was damaged while it was in use (");
  say(why);
  say("); stopped so that nothing gets worse; restore a backup, or move the state folder aside to"
      " begin anew\n");
  ::_exit(exit_code);
}

map_guard::map_guard(const std::string& path, const void* begin, size_t bytes) : place_(-1) {
  std::lock_guard hold(places_lock);
  install(SIGBUS, before_bus);
  install(SIGSEGV, before_segv);
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i].end != 0)
      continue;
    auto length = std::min(path.size(), path_max - 1);
    std::memcpy(places[i].path, path.data(), length);
    places[i].path[length] = '\0';
    places[i].begin = reinterpret_cast<uintptr_t>(begin);
    places[i].end = places[i].begin + bytes;
    place_ = static_cast<int>(i);
    return;
  }
}

namespace {

/// Do a leaf's rows fill it from its end down to where its head says? Else some are out of sight.
bool has_all_rows(std::string_view page) {
  if (number_at<uint16_t>(page, 10) != page_is_leaf)
    return true;
  size_t lower = number_at<uint16_t>(page, 12);
  size_t upper = number_at<uint16_t>(page, 14);
  if (lower < page_head || lower > upper || upper > page.size())
    return false;
  size_t used = 0;
  for (size_t slot = page_head; slot < lower; slot += 2) {
    size_t begin = number_at<uint16_t>(page, slot);
    if (begin + node_head > page.size())
      return false;
    bool is_big = number_at<uint16_t>(page, begin + 4) & node_is_big;
    size_t data = number_at<uint16_t>(page, begin) |
                  static_cast<size_t>(number_at<uint16_t>(page, begin + 2)) << 16;
    auto size = node_head + number_at<uint16_t>(page, begin + 6) + (is_big ? 8 : data);
    used += size + size % 2;
  }
  return used == page.size() - upper;
}

} // namespace

bool is_in_place(const void* address) {
  auto wanted = reinterpret_cast<uintptr_t>(address);
  for (const auto& place : places) {
    uintptr_t begin = place.begin;
    size_t page_bytes = place.page_bytes;
    // What lies behind the map is memory of others, LMDB's own copies of pages among it.
    if (page_bytes == 0 || wanted < begin || wanted >= place.map_end)
      continue;
    auto number = (wanted - begin) / page_bytes;
    std::string_view page(reinterpret_cast<const char*>(begin) + number * page_bytes, page_bytes);
    return number_at<uint64_t>(page, 0) == number && has_all_rows(page);
  }
  return true;
}

map_guard map_guard::around(const std::string& path, const void* address) {
  std::ifstream maps("/proc/self/maps");
  auto wanted = reinterpret_cast<uintptr_t>(address);
  std::string line;
  while (std::getline(maps, line)) {
    char* rest = nullptr;
    auto begin = std::strtoull(line.c_str(), &rest, 16);
    auto end = *rest == '-' ? std::strtoull(rest + 1, nullptr, 16) : begin;
    if (wanted >= begin && wanted < end) {
      map_guard out(path, reinterpret_cast<const void*>(begin), end - begin + longest_row);
      constexpr size_t page_size_at = page_head + 24; // In the first page; just checked.
      uint32_t page_bytes = 0;
      std::memcpy(&page_bytes, reinterpret_cast<const char*>(begin) + page_size_at, 4);
      if (out.place_ >= 0) {
        places[static_cast<size_t>(out.place_)].map_end = end;
        places[static_cast<size_t>(out.place_)].page_bytes = page_bytes;
      }
      return out;
    }
  }
  return {path, nullptr, 0};
}

map_guard::~map_guard() {
  if (place_ < 0)
    return;
  std::lock_guard hold(places_lock);
  places[static_cast<size_t>(place_)].page_bytes = 0;
  places[static_cast<size_t>(place_)].map_end = 0;
  places[static_cast<size_t>(place_)].end = 0;
  places[static_cast<size_t>(place_)].begin = UINTPTR_MAX;
}

} // namespace kodad::storage::lmdb
