#include "storage/host/sandbox/confinement.hpp"

#include "storage/host/descriptor.hpp"

#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>

namespace kodad::storage::host {

namespace {

constexpr std::string_view yes = "1";

std::string line(char kind, std::string_view text) {
  return std::string(1, kind) + std::string(text);
}

std::optional<uint64_t> number_in(std::string_view text) {
  uint64_t out = 0;
  auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size())
    return std::nullopt;
  return out;
}

bool take_number(std::string_view text, uint64_t& out) {
  auto read = number_in(text);
  out = read.value_or(0);
  return read.has_value();
}

/// Takes one line in. False for a kind that `to_lines` does not write.
bool take(confinement& out, char kind, std::string_view text) {
  switch (kind) {
  case 'm': {
    uint64_t mode = 0;
    bool read = take_number(text, mode) && mode <= static_cast<uint64_t>(sandbox_mode::off);
    out.mode = static_cast<sandbox_mode>(mode);
    return read;
  }
  case 'w':
    out.writable = text == yes;
    return true;
  case 'n':
    out.network = text == yes;
    return true;
  case 'W':
    out.workspace = text;
    return true;
  case 'F':
    out.folder = text;
    return true;
  case 'P':
    out.program = text;
    return true;
  case 'I':
    out.identity = text;
    return true;
  case 'G':
    out.git_config = text;
    return true;
  case 'g':
    out.places.push_back({std::string(text), guarded_place::protection::read_only});
    return true;
  case 'p':
    out.places.push_back({std::string(text), guarded_place::protection::pinned});
    return true;
  case 'r':
    out.shown.push_back({std::string(text), false});
    return true;
  case 'x':
    out.shown.push_back({std::string(text), true});
    return true;
  case 't':
    return take_number(text, out.temporary_bytes);
  case 's':
    return take_number(text, out.shared_memory_bytes);
  default:
    return false;
  }
}

} // namespace

std::vector<std::string> to_lines(const confinement& what) {
  std::vector<std::string> out{
      line('m', std::to_string(static_cast<int>(what.mode))),
      line('w', what.writable ? yes : ""),
      line('n', what.network ? yes : ""),
      line('W', what.workspace),
      line('F', what.folder),
      line('P', what.program),
      line('I', what.identity),
      line('G', what.git_config),
      line('t', std::to_string(what.temporary_bytes)),
      line('s', std::to_string(what.shared_memory_bytes)),
  };
  for (const auto& place : what.places)
    out.push_back(line(place.how == guarded_place::protection::pinned ? 'p' : 'g', place.path));
  for (const auto& one : what.shown)
    out.push_back(line(one.writable ? 'x' : 'r', one.path));
  return out;
}

std::optional<confinement> confinement_from(const std::vector<std::string>& lines) {
  confinement out;
  for (const auto& each : lines)
    if (each.empty() || !take(out, each.front(), std::string_view(each).substr(1)))
      return std::nullopt;
  return out;
}

std::string identity_of(int file) {
  struct stat seen {};
  if (::fstat(file, &seen) != 0 || !S_ISREG(seen.st_mode))
    return "";
  // The change time cannot be set back by whoever exchanges or edits the file.
  return std::to_string(seen.st_dev) + ":" + std::to_string(seen.st_ino) + ":" +
         std::to_string(seen.st_size) + ":" + std::to_string(seen.st_ctim.tv_sec) + ":" +
         std::to_string(seen.st_ctim.tv_nsec);
}

std::string identity_of(const std::string& program) {
  descriptor file(program.empty() ? -1 : ::open(program.c_str(), O_PATH | O_CLOEXEC));
  return file.is_open() ? identity_of(file.get()) : "";
}

} // namespace kodad::storage::host
