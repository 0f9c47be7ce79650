#include "storage/lmdb/map_guard.hpp"

#include "storage/lmdb/map_reading.hpp"

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
constexpr size_t path_max = 4096;

/// What the handler reads: set before `end` is, and left alone until it is 0 again.
struct guarded {
  std::atomic<uintptr_t> begin = 0;
  std::atomic<uintptr_t> end = 0;
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

std::string_view mapping_around(const void* address) {
  std::ifstream maps("/proc/self/maps");
  auto wanted = reinterpret_cast<uintptr_t>(address);
  std::string line;
  while (std::getline(maps, line)) {
    char* rest = nullptr;
    auto begin = std::strtoull(line.c_str(), &rest, 16);
    auto end = *rest == '-' ? std::strtoull(rest + 1, nullptr, 16) : begin;
    if (wanted >= begin && wanted < end)
      return {reinterpret_cast<const char*>(begin), end - begin};
  }
  return {};
}

map_guard::~map_guard() {
  if (place_ < 0)
    return;
  std::lock_guard hold(places_lock);
  places[static_cast<size_t>(place_)].end = 0;
  places[static_cast<size_t>(place_)].begin = UINTPTR_MAX;
}

} // namespace kodad::storage::lmdb
