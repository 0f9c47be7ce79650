#include "storage/config/copilot_import.hpp"

#include "proto/provider/copilot_token.hpp"
#include "storage/config/locations.hpp"
#include "storage/host/folder.hpp"

namespace kodad::storage {

namespace {

constexpr size_t file_bytes = 256 * 1024; // Such a file has some hundred.

std::optional<std::string> read_small(const std::string& path) {
  auto slash = path.rfind('/');
  auto folder = host::open_folder(path.substr(0, slash));
  if (!folder)
    return std::nullopt;
  auto content = folder->read_file(path.substr(slash + 1), file_bytes);
  return content ? std::optional(std::move(content->bytes)) : std::nullopt;
}

} // namespace

std::optional<std::string> imported_github_token(const host::environment& variables) {
  for (const auto& path : copilot_files(variables))
    if (auto text = read_small(path))
      if (auto token = proto::provider::find_github_token(*text))
        return token;
  return std::nullopt;
}

} // namespace kodad::storage
