#include "storage/host/proc_text.hpp"

#include "storage/host/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace kodad::storage::host {

std::string_view read_small(const char* path, char* into, size_t size) {
  descriptor file(::open(path, O_RDONLY | O_CLOEXEC));
  auto got = file.is_open() ? ::read(file.get(), into, size) : 0;
  return {into, got > 0 ? static_cast<size_t>(got) : 0};
}

uint64_t number_at(std::string_view text) {
  uint64_t out = 0;
  text.remove_prefix(std::min(text.find_first_of("0123456789"), text.size()));
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

uint64_t number_after(std::string_view text, std::string_view name) {
  auto at = text.find(name);
  return at == text.npos ? 0 : number_at(text.substr(at + name.size()));
}

uint64_t memory_line(std::string_view text, std::string_view name) {
  return number_after(text, name) * 1024;
}

std::vector<pid_t> numbers_in(const std::string& folder) {
  std::vector<pid_t> out;
  std::unique_ptr<DIR, int (*)(DIR*)> all(::opendir(folder.c_str()), ::closedir);
  if (!all)
    return out;
  errno = 0; // What reading leaves alone at the end.
  while (const auto* entry = ::readdir(all.get()))
    if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
      out.push_back(static_cast<pid_t>(number_at(entry->d_name)));
  return out;
}

} // namespace kodad::storage::host
