#include "storage/host/process_meter.hpp"

#include "storage/host/proc_text.hpp"

#include <algorithm>
#include <linux/magic.h>
#include <string_view>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

// From the kernel's fs/xfs, fs/zfs and fs/f2fs; not in <linux/magic.h>.
constexpr uint32_t xfs_magic = 0x58465342;
constexpr uint32_t zfs_magic = 0x2fc12fc1;
constexpr uint32_t bcachefs_magic = 0xca451a4e;

// A machine with less than a sixteenth of its memory left is about to stall; of a large one, less
// than a gigabyte.
constexpr uint64_t low_share = 16;
constexpr uint64_t low_bytes_most = uint64_t{1} << 30;

std::string_view word_of(std::string_view text, size_t index) {
  for (; index > 0 && !text.empty(); --index)
    text.remove_prefix(std::min(text.find(' ') + 1, text.size()));
  return text.substr(0, text.find(' '));
}

// Words of /proc/PID/stat, after the name.
constexpr size_t parent_word = 1;
constexpr size_t threads_word = 17;

/// "pid (name) state parent …": the name may hold anything, also ")". 0 for a process that is gone.
uint64_t stat_number(const std::string& pid, size_t word) {
  char text[512];
  auto stat = read_small(("/proc/" + pid + "/stat").c_str(), text, sizeof text);
  auto name_end = stat.rfind(')');
  if (name_end == stat.npos || name_end + 2 >= stat.size())
    return 0;
  return number_at(word_of(stat.substr(name_end + 2), word));
}

pid_t parent_of(const std::string& pid) {
  return static_cast<pid_t>(stat_number(pid, parent_word));
}

// An inode and its name, together.
constexpr uint64_t entry_bytes = 1024;

/// What `status` says that nobody else has: pages in memory and in swap, and the tables that lead
/// to them, which cost as much where only zeros are read. Nothing for a thread that has ended.
std::optional<uint64_t> own_bytes(std::string_view status) {
  if (status.find("VmRSS:") == status.npos)
    return std::nullopt;
  return memory_line(status, "RssAnon:") + memory_line(status, "VmSwap:") +
         memory_line(status, "VmPTE:");
}

uint64_t memory_bytes_of(pid_t pid) {
  char text[4096];
  auto folder = "/proc/" + std::to_string(pid);
  auto status = read_small((folder + "/status").c_str(), text, sizeof text);
  if (auto own = own_bytes(status))
    return *own;
  // The first thread may be gone, and its entry empty, while others go on with all that there is.
  if (number_after(status, "Threads:") <= 1)
    return 0;
  for (auto thread : numbers_in(folder + "/task"))
    if (auto own = own_bytes(read_small(
            (folder + "/task/" + std::to_string(thread) + "/status").c_str(), text, sizeof text)))
      return *own;
  return 0;
}

void add_usage(temporary_usage& into, const std::string& folder) {
  struct statfs seen {};
  if (::statfs(folder.c_str(), &seen) != 0 || seen.f_type != TMPFS_MAGIC)
    return;
  into.bytes += (seen.f_blocks - seen.f_bfree) * static_cast<uint64_t>(seen.f_bsize);
  into.entry_bytes += (seen.f_files - seen.f_ffree) * entry_bytes;
}

} // namespace

process_table process_table::read() {
  process_table out;
  for (auto pid : numbers_in("/proc"))
    if (auto parent = parent_of(std::to_string(pid)); parent > 0)
      out.children_.emplace(parent, pid);
  return out;
}

std::vector<pid_t> process_table::children_of(pid_t parent) const {
  std::vector<pid_t> out;
  auto [from, to] = children_.equal_range(parent);
  for (; from != to; ++from)
    out.push_back(from->second);
  return out;
}

std::vector<pid_t> process_table::tree_of(pid_t root) const {
  std::vector<pid_t> out{root};
  for (size_t i = 0; i < out.size(); ++i) {
    auto [from, to] = children_.equal_range(out[i]);
    for (; from != to; ++from)
      out.push_back(from->second);
  }
  return out;
}

tree_usage process_table::usage_of(pid_t root) const {
  tree_usage out;
  for (auto pid : tree_of(root)) {
    out.memory_bytes += memory_bytes_of(pid);
    ++out.processes;
  }
  return out;
}

uint64_t process_table::tasks_of(pid_t root) const {
  uint64_t out = 0;
  for (auto pid : tree_of(root))
    out += stat_number(std::to_string(pid), threads_word);
  return out;
}

bool machine_memory_is_low() {
  char text[512];
  auto all = read_small("/proc/meminfo", text, sizeof text);
  auto total = memory_line(all, "MemTotal:");
  auto available = memory_line(all, "MemAvailable:");
  return total > 0 && available < std::min(total / low_share, low_bytes_most);
}

temporary_usage temporary_usage_of(pid_t pid) {
  auto root = "/proc/" + std::to_string(pid) + "/root";
  // Outside of a sandbox this is the machine's own, which belongs to nobody here.
  char theirs[64];
  char ours[64];
  auto names = "/proc/" + std::to_string(pid) + "/ns/mnt";
  auto size = ::readlink(names.c_str(), theirs, sizeof theirs);
  auto own_size = ::readlink("/proc/self/ns/mnt", ours, sizeof ours);
  if (size <= 0 || own_size <= 0 ||
      std::string_view(theirs, static_cast<size_t>(size)) ==
          std::string_view(ours, static_cast<size_t>(own_size)))
    return {};
  temporary_usage out;
  add_usage(out, root + "/tmp");
  add_usage(out, root + "/dev/shm");
  return out;
}

std::optional<uint64_t> free_bytes(const descriptor& folder) {
  struct statfs seen {};
  if (!folder.is_open() || ::fstatfs(folder.get(), &seen) != 0)
    return std::nullopt;
  return seen.f_bavail * static_cast<uint64_t>(seen.f_bsize);
}

bool is_local_disk(const descriptor& folder) {
  struct statfs seen {};
  if (!folder.is_open() || ::fstatfs(folder.get(), &seen) != 0)
    return false;
  constexpr uint32_t local[] = {
      EXT4_SUPER_MAGIC, BTRFS_SUPER_MAGIC, TMPFS_MAGIC, OVERLAYFS_SUPER_MAGIC,
      F2FS_SUPER_MAGIC, xfs_magic,         zfs_magic,   bcachefs_magic};
  return std::ranges::find(local, static_cast<uint32_t>(seen.f_type)) != std::end(local);
}

} // namespace kodad::storage::host
