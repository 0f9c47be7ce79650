#include "storage/host/output_files.hpp"

#include "storage/digest.hpp"
#include "storage/host/durable_file.hpp"
#include "storage/host/system_error.hpp"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

constexpr size_t name_digits = 32; // Of the digest: no two calls of a turn share them by chance.
constexpr std::string_view cut_ending = ".cut";

/// The turn that a file's name tells.
uint32_t turn_of(std::string_view name) {
  uint32_t turn = 0;
  std::from_chars(name.data(), name.data() + name.size(), turn);
  return turn;
}

} // namespace

std::string output_files::path_of(const output_name& which) const {
  return folder_ + "/" + which.session.text + "/" + std::to_string(which.turn) + "-" +
         to_hex(sha256(which.call.text)).substr(0, name_digits);
}

proto::result<output_files::writer> output_files::create(const output_name& which) const {
  if (auto made = make_folders(folder_ + "/" + which.session.text); !made)
    return made.failure();
  auto path = path_of(which);
  remove_file(path + std::string(cut_ending));
  descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open())
    return system_error(errno, "keep", "a tool's output");
  return writer(std::move(file), path);
}

proto::result<void> output_files::writer::append(std::string_view bytes) {
  while (!bytes.empty()) {
    auto count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return system_error(errno, "keep", "a tool's output");
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

void output_files::writer::mark_cut() {
  (void)::rename(path_.c_str(), (path_ + std::string(cut_ending)).c_str());
}

std::optional<output_files::found> output_files::open(const output_name& which) const {
  for (auto ending : {std::string_view(), cut_ending}) {
    auto path = path_of(which) + std::string(ending);
    descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat seen {};
    if (file.is_open() && ::fstat(file.get(), &seen) == 0)
      return found{std::move(file), static_cast<uint64_t>(seen.st_size), !ending.empty()};
  }
  return std::nullopt;
}

proto::result<std::string> output_files::read(const found& from, uint64_t first, uint64_t count) {
  std::string bytes(count, '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    auto got = ::pread(from.file.get(), bytes.data() + filled, bytes.size() - filled,
                       static_cast<off_t>(first + filled));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return system_error(errno, "read", "a tool's output");
    if (got == 0)
      break;
    filled += static_cast<size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

void output_files::drop(const proto::session_id& session, uint32_t below_turn) const {
  std::error_code ignored;
  std::filesystem::path folder = folder_ + "/" + session.text;
  if (below_turn == UINT32_MAX) {
    std::filesystem::remove_all(folder, ignored);
    return;
  }
  for (std::filesystem::directory_iterator one(folder, ignored), end; !ignored && one != end;
       one.increment(ignored))
    if (turn_of(one->path().filename().string()) < below_turn)
      remove_file(one->path().string());
  std::filesystem::remove(folder, ignored); // Stays where something is left in it.
}

void output_files::sweep(
    const std::function<std::optional<uint32_t>(const proto::session_id&)>& kept_from) const {
  std::error_code ignored;
  std::vector<proto::session_id> sessions;
  for (std::filesystem::directory_iterator one(folder_, ignored), end; !ignored && one != end;
       one.increment(ignored))
    sessions.push_back({one->path().filename().string()});
  for (const auto& session : sessions)
    drop(session, kept_from(session).value_or(UINT32_MAX));
}

} // namespace kodad::storage::host
