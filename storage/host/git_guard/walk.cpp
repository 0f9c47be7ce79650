#include "storage/host/git_guard/walk.hpp"

#include "proto/limits/git_guard.hpp"
#include "proto/text/ascii.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace kodad::storage::host {

namespace {

namespace limits = proto::limits;
using clock = std::chrono::steady_clock;

// The C library's readdir allocates a buffer a folder; a look lists thousands of folders.
constexpr size_t buffer_bytes = 32 * 1024;

item_kind kind_of(int directory, const dirent64& entry) {
  switch (entry.d_type) {
  case DT_REG:
    return item_kind::file;
  case DT_DIR:
    return item_kind::directory;
  case DT_LNK:
    return item_kind::link;
  case DT_UNKNOWN:
    break;
  default:
    return item_kind::other;
  }
  struct stat seen {}; // Some file systems do not tell in the listing.
  if (::fstatat(directory, entry.d_name, &seen, AT_SYMLINK_NOFOLLOW) != 0)
    return item_kind::other;
  if (S_ISDIR(seen.st_mode))
    return item_kind::directory;
  return S_ISLNK(seen.st_mode)   ? item_kind::link
         : S_ISREG(seen.st_mode) ? item_kind::file
                                 : item_kind::other;
}

/// Calls `visit(name, kind)` for each entry until it returns false.
template <class Visit>
bool each_entry(const descriptor& directory, std::vector<char>& buffer, Visit visit) {
  for (;;) {
    auto got = ::syscall(SYS_getdents64, directory.get(), buffer.data(), buffer.size());
    if (got <= 0)
      return got == 0;
    for (long at = 0; at < got;) {
      const auto& entry = *reinterpret_cast<const dirent64*>(buffer.data() + at);
      at += entry.d_reclen;
      std::string_view name = entry.d_name;
      if (name != "." && name != ".." && !visit(name, kind_of(directory.get(), entry)))
        return true;
    }
  }
}

/// What makes a folder a git directory, as far as it was seen.
struct shape {
  bool head = false;
  bool objects = false;
  bool refs = false;
  bool commondir = false;

  void add(std::string_view name, item_kind kind) {
    switch (name.size()) { // Most names end here.
    case 4:
      head = head || (kind != item_kind::directory && is_name(name, "head"));
      refs = refs || is_name(name, "refs");
      break;
    case 7:
      objects = objects || is_name(name, "objects");
      break;
    case 9:
      commondir = commondir || is_name(name, "commondir");
      break;
    default:
      break;
    }
  }

  bool is_git_dir() const { return head && (commondir || (objects && refs)); }
};

class walker {
public:
  explicit walker(const beneath& workspace) : workspace_(workspace), buffer_(buffer_bytes) {}

  walked run() {
    waiting_.push_back(".");
    // Breadth first: what lies near the top is seen even if a bound ends the walk.
    for (size_t i = 0; i < waiting_.size() && !out_.is_cut; ++i) {
      auto path = std::move(waiting_[i]);
      list(path);
      out_.is_cut = out_.is_cut || clock::now() > until_;
    }
    return std::move(out_);
  }

private:
  void list(const std::string& path) {
    auto directory = workspace_.open(path, O_RDONLY | O_DIRECTORY);
    if (!directory.is_open() && errno == EACCES) {
      directory = workspace_.open_unlistable(path);
      if (!directory.is_open() && workspace_.is_writable(path))
        out_.unseen.push_back(path);
    }
    if (!directory.is_open())
      return;
    shape seen;
    each_entry(directory, buffer_, [&](std::string_view name, item_kind kind) {
      seen.add(name, kind);
      visit(path, name, kind);
      out_.is_cut = ++out_.entries >= limits::guard_entries_max;
      return !out_.is_cut;
    });
    auto name = std::string_view(path).substr(path.rfind('/') + 1);
    if (is_name(name, ".git") || seen.is_git_dir())
      out_.git_dirs.push_back(path);
  }

  void visit(const std::string& path, std::string_view name, item_kind kind) {
    if (path == "." && (is_name(name, ".kodad") || is_name(name, "kodad.yaml")))
      out_.own.emplace_back(name);
    if (kind != item_kind::directory) {
      if (is_name(name, ".git"))
        out_.pointers.push_back(joined(path, name));
      return;
    }
    waiting_.push_back(joined(path, name));
  }

  const beneath& workspace_;
  std::vector<char> buffer_;
  std::vector<std::string> waiting_;
  walked out_;
  clock::time_point until_ = clock::now() + limits::guard_time_max;
};

} // namespace

bool is_name(std::string_view name, std::string_view word) {
  return name.size() == word.size() &&
         std::equal(name.begin(), name.end(), word.begin(),
                    [](char a, char b) { return proto::text::to_lower(a) == b; });
}

walked walk(const beneath& workspace) {
  auto out = walker(workspace).run();
  std::ranges::sort(out.git_dirs);
  std::ranges::sort(out.pointers);
  return out;
}

std::vector<named_entry> entries_of(const beneath& workspace, const std::string& path,
                                    size_t entries_max) {
  std::vector<named_entry> out;
  auto directory = workspace.open(path, O_RDONLY | O_DIRECTORY);
  if (!directory.is_open())
    return out;
  std::vector<char> buffer(buffer_bytes);
  each_entry(directory, buffer, [&](std::string_view name, item_kind kind) {
    out.push_back({std::string(name), kind});
    return out.size() < entries_max;
  });
  std::ranges::sort(out, {}, &named_entry::name);
  return out;
}

} // namespace kodad::storage::host
