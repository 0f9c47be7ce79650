#include "actors/tools/diff.hpp"

#include <git2.h>
#include <mutex>

namespace kodad::actors {

namespace {

/// A client reads a diff; beyond this nobody does.
constexpr size_t text_bytes_max = 1024 * 1024;

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] { git_libgit2_init(); });
}

} // namespace

std::string unified_diff(std::string_view path, std::string_view before, std::string_view after) {
  if (before == after || before.size() > text_bytes_max || after.size() > text_bytes_max)
    return "";
  start_library();
  std::string name(path);
  git_patch* patch = nullptr;
  std::string out;
  int code = git_patch_from_buffers(&patch, before.data(), before.size(), name.c_str(),
                                    after.data(), after.size(), name.c_str(), nullptr);
  git_buf text{};
  if (code == 0 && patch && git_patch_to_buf(&text, patch) == 0)
    out.assign(text.ptr, text.size);
  git_buf_dispose(&text);
  git_patch_free(patch);
  return out;
}

} // namespace kodad::actors
