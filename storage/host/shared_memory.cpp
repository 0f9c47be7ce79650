#include "storage/host/shared_memory.hpp"

#include "storage/host/descriptor.hpp"
#include "storage/host/proc_text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

// More entries than that are not looked at; a command has a thousand descriptors in a process.
constexpr size_t entries_max = 65536;
constexpr int kcmp_files = 2;        // KCMP_FILES of <linux/kcmp.h>, an enumerator.
constexpr uint64_t block_size = 512; // What st_blocks counts in, whatever the file system.

/// The kernel keeps all such memory in one file system, which is mounted nowhere.
dev_t memory_device() {
  static const auto device = [] {
    descriptor file(::memfd_create("kodad-meter", MFD_CLOEXEC));
    struct stat seen {};
    return file.is_open() && ::fstat(file.get(), &seen) == 0 ? seen.st_dev : 0;
  }();
  return device;
}

bool was_refused() {
  return errno == EACCES || errno == EPERM;
}

/// What has ended and is not reaped yet has nothing, and belongs to root.
bool is_alive(const std::string& task) {
  char text[4096];
  return read_small((task + "/status").c_str(), text, sizeof text).find("VmRSS:") !=
         std::string_view::npos;
}

class counting {
public:
  void add(pid_t pid);
  shared_usage sum();

private:
  void add_descriptors(const std::string& task);
  void add_descriptor(const std::string& task, const descriptor& folder, const char* number);
  bool add_mappings(const std::string& folder, const std::string& task);
  bool add_object(const std::string& path);

  shared_usage out_;
  std::map<ino_t, uint64_t> objects_; ///< Their bytes.
  std::set<std::string> queues_;
  uint64_t mapped_bytes_ = 0; ///< Of who could not be looked into.
  size_t entries_ = 0;
};

/// Never asks a file system that may have to ask somebody else.
bool counting::add_object(const std::string& path) {
  struct statx seen {};
  if (::statx(AT_FDCWD, path.c_str(), AT_STATX_DONT_SYNC, STATX_INO | STATX_BLOCKS, &seen) != 0)
    return false;
  if (::makedev(seen.stx_dev_major, seen.stx_dev_minor) == memory_device()) {
    auto& bytes = objects_[seen.stx_ino];
    bytes = std::max<uint64_t>(bytes, seen.stx_blocks * block_size);
  }
  return true;
}

void counting::add_descriptor(const std::string& task, const descriptor& folder,
                              const char* number) {
  char text[256];
  auto size = ::readlinkat(folder.get(), number, text, sizeof text);
  std::string_view name(text, size > 0 ? static_cast<size_t>(size) : 0);
  if (name.starts_with("/memfd:"))
    (void)add_object(task + "/fd/" + number);
  if (name.starts_with("pipe:"))
    queues_.emplace(name);
  if (!name.starts_with("socket:") || !queues_.emplace(name).second)
    return;
  auto info = read_small((task + "/fdinfo/" + number).c_str(), text, sizeof text);
  out_.is_partial |= number_after(info, "scm_fds:") > 0;
}

void counting::add_descriptors(const std::string& task) {
  auto all = numbers_in(task + "/fd");
  out_.is_partial |= was_refused() && is_alive(task);
  descriptor folder(::open((task + "/fd").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (auto number : all) {
    if (++entries_ > entries_max)
      break;
    add_descriptor(task, folder, std::to_string(number).c_str());
  }
}

/// Lines are "from-to rights offset device inode name". False when there are none.
bool counting::add_mappings(const std::string& folder, const std::string& task) {
  std::ifstream maps(task + "/maps");
  out_.is_partial |= !maps && was_refused() && is_alive(task);
  auto device = memory_device();
  char wanted[32];
  (void)std::snprintf(wanted, sizeof wanted, " %02x:%02x ", ::major(device), ::minor(device));
  bool is_refused = false;
  bool has_any = false;
  for (std::string line; std::getline(maps, line) && entries_ <= entries_max; ++entries_) {
    has_any = true;
    if (line.find(wanted) != line.npos &&
        !add_object(folder + "/map_files/" + line.substr(0, line.find(' '))))
      // The folder has nothing where the first thread is gone; else a mapping may have gone.
      is_refused |= was_refused() || folder != task;
  }
  if (!is_refused)
    return has_any;
  // Only root may ask how large what is mapped is altogether.
  char text[4096];
  auto rollup = read_small((task + "/smaps_rollup").c_str(), text, sizeof text);
  mapped_bytes_ += memory_line(rollup, "Pss_Shmem:");
  out_.is_partial = true;
  return has_any;
}

void counting::add(pid_t pid) {
  auto folder = "/proc/" + std::to_string(pid);
  // A thread may have descriptors of its own, and the first of a process may be gone.
  auto threads = numbers_in(folder + "/task");
  for (auto thread : threads)
    if (thread == pid || ::syscall(SYS_kcmp, pid, thread, kcmp_files, 0, 0) != 0)
      add_descriptors(folder + "/task/" + std::to_string(thread));
  if (!add_mappings(folder, folder) && threads.size() > 1)
    (void)add_mappings(folder, folder + "/task/" + std::to_string(threads.back()));
}

shared_usage counting::sum() {
  for (const auto& [inode, bytes] : objects_)
    out_.bytes += bytes;
  // Memory may be both open and mapped, and is not to be counted twice.
  out_.bytes = std::max(out_.bytes, mapped_bytes_);
  out_.queues = queues_.size();
  out_.is_partial |= entries_ > entries_max;
  return out_;
}

} // namespace

shared_usage shared_usage_of(const std::vector<pid_t>& tree) {
  counting all;
  for (auto pid : tree)
    all.add(pid);
  return all.sum();
}

uint64_t machine_shared_bytes() {
  char text[4096];
  auto all = read_small("/proc/meminfo", text, sizeof text);
  auto total = memory_line(all, "SwapTotal:");
  auto free = memory_line(all, "SwapFree:");
  return memory_line(all, "Shmem:") + (total > free ? total - free : 0);
}

} // namespace kodad::storage::host
