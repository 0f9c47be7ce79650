#include "storage/host/process_tree.hpp"

#include "storage/host/descriptor.hpp"

#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <string>

namespace kodad::storage::host {

namespace {

// Deeper or wider trees are met again in the next round of whoever asks.
constexpr size_t descendants_max = 65536;

std::string read_whole(const std::string& path) {
  descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char piece[4096];
  while (file.is_open()) {
    auto got = ::read(file.get(), piece, sizeof piece);
    if (got <= 0)
      break;
    text.append(piece, static_cast<size_t>(got));
  }
  return text;
}

void append_numbers(const std::string& text, std::vector<pid_t>& out) {
  std::istringstream words(text);
  for (pid_t pid = 0; words >> pid;)
    out.push_back(pid);
}

} // namespace

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> out;
  std::error_code ignored; // It may be gone by now.
  std::filesystem::directory_iterator threads("/proc/" + std::to_string(parent) + "/task", ignored);
  for (; threads != std::filesystem::directory_iterator(); threads.increment(ignored))
    append_numbers(read_whole(threads->path().string() + "/children"), out);
  return out;
}

std::vector<pid_t> descendants_of(pid_t root) {
  auto out = children_of(root);
  for (size_t i = 0; i < out.size() && out.size() < descendants_max; ++i) {
    auto below = children_of(out[i]);
    out.insert(out.end(), below.begin(), below.end());
  }
  return out;
}

} // namespace kodad::storage::host
