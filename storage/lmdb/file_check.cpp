#include "storage/lmdb/file_check.hpp"

#include "storage/lmdb/map_guard.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::lmdb {

using proto::ec;
using proto::result;

namespace {

proto::error fault(const std::string& path, const std::string& what) {
  return proto::make_error(ec::storage_failed, path + " " + what);
}

/// A whole file, mapped for reading.
class mapped_file {
public:
  static result<mapped_file> open(const std::string& path) {
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat about {};
    if (fd < 0 || ::fstat(fd, &about) != 0) {
      auto why = fault(path, std::string("cannot be opened: ") + std::strerror(errno));
      if (fd >= 0)
        ::close(fd);
      return why;
    }
    auto size = static_cast<size_t>(about.st_size);
    void* bytes = MAP_FAILED;
    if (S_ISREG(about.st_mode) && size > 0)
      bytes = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    int code = errno;
    ::close(fd);
    if (!S_ISREG(about.st_mode))
      return fault(path, "is no plain file");
    if (size == 0)
      return fault(path, "is empty: all that it held is gone");
    if (bytes == MAP_FAILED)
      return fault(path, std::string("cannot be read: ") + std::strerror(code));
    return mapped_file(path, {static_cast<const char*>(bytes), size});
  }

  mapped_file(mapped_file&& other) noexcept
      : bytes_(std::exchange(other.bytes_, {})), guard_(std::move(other.guard_)) {}
  mapped_file& operator=(mapped_file&&) = delete;
  ~mapped_file() {
    if (!bytes_.empty())
      ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }

  std::string_view bytes() const { return bytes_; }

private:
  mapped_file(const std::string& path, std::string_view bytes)
      : bytes_(bytes), guard_(path, bytes.data(), bytes.size()) {}

  std::string_view bytes_;
  map_guard guard_; // A disk that fails or a file that shrinks meanwhile.
};

struct both_metas {
  meta older;
  meta newer;
  size_t page_bytes = 0;
};

/// What a meta page's head says is wrong with it; nothing when it is sane.
std::optional<std::string> problem_of_head(std::string_view page, uint64_t number) {
  auto magic = number_at<uint32_t>(page, page_head);
  auto version = number_at<uint32_t>(page, page_head + 4);
  if (magic == file_magic_swapped)
    return "was written on a machine of the other byte order";
  if (magic != file_magic || number_at<uint64_t>(page, 0) != number ||
      number_at<uint16_t>(page, 10) != page_is_meta)
    return number == 0 ? "is no database: its first page is something else or damaged"
                       : "is damaged: its second page is none of a database";
  if (version != file_version)
    return "has version " + std::to_string(version) + " of LMDB's file format; this kodad reads " +
           std::to_string(file_version);
  return std::nullopt;
}

bool is_page_size(size_t bytes) {
  return bytes >= page_bytes_least && bytes <= page_bytes_most && (bytes & (bytes - 1)) == 0;
}

/// Commits write the two pages in turn, the one with the even number the first.
bool are_in_turn(const meta& first, const meta& second) {
  if (first.commit == 0 && second.commit == 0)
    return true;
  bool is_next = first.commit + 1 == second.commit || second.commit + 1 == first.commit;
  return first.commit % 2 == 0 && is_next;
}

result<both_metas> read_metas(const std::string& path, std::string_view file) {
  if (file.size() < meta_bytes)
    return fault(path, "is cut off: it has " + std::to_string(file.size()) + " bytes");
  if (auto problem = problem_of_head(file, 0))
    return fault(path, *problem);
  auto first = meta_of(file);
  size_t page_bytes = first.free_pages.pad;
  if (!is_page_size(page_bytes))
    return fault(path, "is damaged: it has pages of " + std::to_string(page_bytes) + " bytes");
  if (file.size() < 2 * page_bytes)
    return fault(path, "is cut off: it has " + std::to_string(file.size()) + " bytes");
  if (auto problem = problem_of_head(file.substr(page_bytes), 1))
    return fault(path, *problem);
  auto second = meta_of(file.substr(page_bytes));
  bool is_sane = second.free_pages.pad == page_bytes && are_in_turn(first, second);
  if (!is_sane)
    return fault(path, "is damaged: its first two pages do not agree");
  if (first.commit >= second.commit)
    return both_metas{second, first, page_bytes};
  return both_metas{first, second, page_bytes};
}

/// A row of the tree of free pages: a count, and so many pages in falling order.
bool note_free_pages(tree_walk& walk, std::string_view value) {
  if (value.size() < sizeof(uint64_t) || value.size() % sizeof(uint64_t))
    return false;
  auto count = number_at<uint64_t>(value, 0);
  if (count > value.size() / sizeof(uint64_t) - 1)
    return false;
  for (uint64_t i = 1; i <= count; ++i)
    if (!walk.note_free(number_at<uint64_t>(value, i * sizeof(uint64_t))))
      return false;
  return true;
}

using named_tree = std::pair<std::string, tree>;

/// The tables, those that matter most first.
result<std::vector<named_tree>> read_tables(tree_walk& walk, const meta& now,
                                            const std::vector<std::string_view>& first) {
  std::vector<named_tree> out;
  auto done = walk.walk(now.tables, tree_kind::tables,
                        [&out](std::string_view name, std::string_view value) {
                          if (value.size() != tree_bytes)
                            return false;
                          out.emplace_back(name, tree_at(value, 0));
                          return out.back().second.flags == 0;
                        });
  if (!done)
    return done.failure();
  std::ranges::stable_sort(out, {}, [&first](const named_tree& x) {
    return std::ranges::find(first, std::string_view(x.first)) - first.begin();
  });
  return out;
}

result<void> walk_all(tree_walk& walk, const meta& now, const file_questions& ask) {
  if (now.free_pages.flags != tree_has_number_keys || now.tables.flags != 0)
    return proto::make_error(ec::storage_failed, "the first two pages: unknown flags");
  auto tables = read_tables(walk, now, ask.first);
  if (!tables)
    return tables.failure();
  for (const auto& [name, one] : *tables)
    if (auto done = walk.walk(one, tree_kind::rows, ask.judge_of(name)); !done)
      return proto::make_error(ec::storage_failed, "table " + name + ", " + done.failure().context);
  auto note = [&walk, &now](std::string_view key, std::string_view value) {
    return number_at<uint64_t>(key, 0) <= now.commit && note_free_pages(walk, value);
  };
  auto done = walk.walk(now.free_pages, tree_kind::free_pages, note);
  return done ? done
              : proto::make_error(ec::storage_failed, "free pages, " + done.failure().context);
}

/// Shows the rows of the older commit's first table. LMDB keeps its pages until the next but one;
/// were they damaged, nobody would read them.
void look_at_older(std::string_view file, const both_metas& metas, const file_questions& ask) {
  const auto& older = metas.older;
  constexpr uint64_t pages_most = uint64_t{1} << 32;
  if (!ask.judge_older || older.last_page >= pages_most)
    return;
  tree_walk walk(file, metas.page_bytes, older.last_page + 1, ask.patience);
  auto tables = read_tables(walk, older, ask.first);
  if (tables && !tables->empty() && tables->front().first == ask.first.front())
    (void)walk.walk(tables->front().second, tree_kind::rows, ask.judge_older).ok();
}

} // namespace

result<file_report> check_file(const std::string& path, const file_questions& ask) {
  auto mapped = mapped_file::open(path);
  if (!mapped)
    return mapped.failure();
  auto file = mapped->bytes();
  auto metas = read_metas(path, file);
  if (!metas)
    return metas.failure();
  const auto& now = metas->newer;
  // Larger than any map of ours: the number itself is damaged.
  constexpr uint64_t pages_most = uint64_t{1} << 32;
  if (now.last_page >= pages_most)
    return fault(path, "is damaged: its last page has a number that cannot be");
  auto there = file.size() / metas->page_bytes;
  tree_walk walk(file, metas->page_bytes, now.last_page + 1, ask.patience);
  if (auto done = walk_all(walk, now, ask); !done) {
    bool is_cut = there <= now.last_page;
    auto size = " (" + std::to_string(file.size()) + " bytes, " +
                std::to_string((now.last_page + 1) * metas->page_bytes) + " were written)";
    return fault(path, (is_cut ? "is cut off" + size : std::string("is damaged")) + ": " +
                           done.failure().context);
  }
  look_at_older(file, *metas, ask);
  return file_report{.commit = now.commit,
                     .older = metas->older.commit,
                     .is_whole = walk.is_whole(),
                     .bytes_seen = walk.bytes_seen(),
                     .bytes = (now.last_page + 1) * metas->page_bytes,
                     .is_short = there <= now.last_page,
                     .is_cut = there <= metas->older.last_page};
}

} // namespace kodad::storage::lmdb
