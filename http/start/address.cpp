#include "http/start/address.hpp"

#include "storage/host/descriptor.hpp"
#include "storage/host/durable_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::http {

using storage::host::remove_file;

namespace {

proto::error failure(const std::string& path) {
  return proto::make_error(proto::ec::storage_failed,
                           "cannot write " + path + ": " + std::strerror(errno));
}

} // namespace

std::string url_of(const std::string& host, uint16_t port) {
  bool is_bare = host.find(':') != std::string::npos && !host.starts_with('[');
  return "http://" + (is_bare ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

address_file::address_file(std::optional<std::string> path) : path_(std::move(path)) {}

/// Beside the file, and nobody else's.
std::string address_file::private_path() const {
  return *path_ + "." + std::to_string(::getpid());
}

proto::result<void> address_file::write(const std::string& url) {
  if (!path_)
    return {};
  content_ = url + "\n";
  if (::mkdir(path_->substr(0, path_->rfind('/')).c_str(), 0700) != 0 && errno != EEXIST)
    return failure(*path_);
  auto temporary = private_path();
  remove_file(temporary);
  storage::host::descriptor out(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  bool is_written = out.is_open() && ::write(out.get(), content_.data(), content_.size()) ==
                                         static_cast<ssize_t>(content_.size());
  if (is_written && ::rename(temporary.c_str(), path_->c_str()) == 0)
    return {};
  auto why = failure(*path_);
  if (out.is_open())
    remove_file(temporary);
  return why;
}

bool address_file::is_ours(const std::string& path) const {
  // Not to wait for whatever else may have been put there.
  storage::host::descriptor in(
      ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  std::array<char, 1024> text{};
  auto size = in.is_open() ? ::read(in.get(), text.data(), text.size()) : -1;
  return size > 0 && std::string_view(text.data(), static_cast<size_t>(size)) == content_;
}

void address_file::remove() {
  if (!path_ || content_.empty() || !is_ours(*path_))
    return;
  // Taken aside before it goes: another host may have replaced it since we looked.
  auto aside = private_path();
  if (::rename(path_->c_str(), aside.c_str()) != 0)
    return;
  if (!is_ours(aside))
    (void)::renameat2(AT_FDCWD, aside.c_str(), AT_FDCWD, path_->c_str(), RENAME_NOREPLACE);
  remove_file(aside);
}

} // namespace kodad::http
