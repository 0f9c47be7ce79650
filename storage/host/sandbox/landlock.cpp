#include "storage/host/sandbox/landlock.hpp"

#include "storage/host/open_at.hpp"
#include "storage/host/sandbox/broker.hpp"
#include "storage/host/sandbox/capabilities.hpp"
#include "storage/host/sandbox/syscall_filter.hpp"
#include "storage/host/sandbox/system_view.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

// Newer than the header of Debian 12, which ends with version 2; from Linux 6.18's landlock.h.
constexpr uint64_t access_truncate = 1U << 14;
constexpr uint64_t access_ioctl_dev = 1U << 15;
constexpr uint64_t network_bind_tcp = 1U << 0;
constexpr uint64_t network_connect_tcp = 1U << 1;
constexpr uint64_t scope_abstract_sockets = 1U << 0;
constexpr uint64_t scope_signals = 1U << 1;

struct ruleset_attributes {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;
  uint64_t scoped;
};

constexpr uint64_t access_read =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE;
// No devices: no MAKE_CHAR, no MAKE_BLOCK, no IOCTL_DEV.
constexpr uint64_t access_write = access_read | LANDLOCK_ACCESS_FS_WRITE_FILE | access_truncate |
                                  LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                  LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                  LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                  LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER;
constexpr uint64_t access_all =
    access_write | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | access_ioctl_dev;
constexpr uint64_t access_of_files = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE |
                                     LANDLOCK_ACCESS_FS_WRITE_FILE | access_truncate |
                                     access_ioctl_dev;
constexpr uint64_t access_device =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | access_truncate;

/// What programs ask of /proc about the machine. Of processes nothing: a rule for the child's own
/// folder would not hold for what it starts. (Links such as /proc/self/fd work without a rule.)
constexpr const char* proc_files[] = {"/proc/cpuinfo",
                                      "/proc/filesystems",
                                      "/proc/loadavg",
                                      "/proc/meminfo",
                                      "/proc/stat",
                                      "/proc/uptime",
                                      "/proc/version",
                                      "/proc/sys/kernel/ngroups_max",
                                      "/proc/sys/vm/overcommit_memory",
                                      "/proc/sys/kernel/random/uuid",
                                      "/proc/sys/kernel/pid_max",
                                      "/sys/devices/system/cpu"};

class ruleset {
public:
  bool create(const ruleset_attributes& wanted) {
    rules_ = descriptor(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &wanted, sizeof wanted, 0)));
    return rules_.is_open();
  }

  /// Rules for what is open. What cannot have a rule stays forbidden.
  bool allow(const descriptor& place, uint64_t access) {
    struct stat seen {};
    if (!place.is_open() || ::fstat(place.get(), &seen) != 0)
      return false;
    if (!S_ISDIR(seen.st_mode))
      access &= access_of_files;
    landlock_path_beneath_attr rule{access, place.get()};
    return ::syscall(SYS_landlock_add_rule, rules_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) ==
           0;
  }

  bool enforce() {
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::syscall(SYS_landlock_restrict_self, rules_.get(), 0) == 0;
  }

private:
  descriptor rules_;
};

/// Of the system: a link on the way is the system's own.
descriptor open_place(const std::string& path) {
  return descriptor(::open(path.c_str(), O_PATH | O_CLOEXEC));
}

void allow_system(ruleset& rules, const confinement& what) {
  for (const auto& path : system_folders())
    (void)rules.allow(open_place(path), access_read);
  (void)rules.allow(open_place("/opt"), access_read);
  auto files = system_files(what.network);
  files.insert(files.end(), {"/etc/passwd", "/etc/group", "/etc/gitconfig"});
  for (const auto& path : files)
    (void)rules.allow(open_place(path), access_read);
  for (const auto* path : proc_files)
    (void)rules.allow(open_place(path), access_read);
  for (const auto* path : {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"})
    (void)rules.allow(open_place(path), access_device);
}

/// Where GIT_CONFIG_SYSTEM leads, see `move_home` of the spawner's child.
bool write_git_config(const std::string& temporary, const std::string& text) {
  descriptor file(
      ::open((temporary + "/gitconfig").c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  return file.is_open() &&
         ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

} // namespace

int landlock_version() {
  auto version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, size_t{0}, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

std::string landlock_obstacle() {
  auto version = landlock_version();
  if (version == 0)
    return "the kernel has no Landlock, or it is not switched on";
  if (version < landlock_version_needed)
    return "the kernel's Landlock has version " + std::to_string(version) +
           ", which cannot keep commands from signalling other processes; version " +
           std::to_string(landlock_version_needed) + " (Linux 6.12) can";
  return "";
}

setup_failure part_from_abstract_sockets() {
  constexpr const char* step = "keep apart from the host's abstract sockets";
  if (landlock_version() < landlock_version_needed)
    return {step, ENOTSUP};
  ruleset rules;
  return rules.create({0, 0, scope_abstract_sockets}) && rules.enforce() ? setup_failure()
                                                                         : failed_to(step);
}

setup_failure enter_landlock(const confinement& what, int workspace, const std::string& temporary,
                             int channel) {
  auto network = what.network ? network_access::host : network_access::none;
  if (!write_git_config(temporary, what.git_config))
    return failed_to("write git's configuration");
  ruleset_attributes wanted{access_all, 0, scope_abstract_sockets | scope_signals};
  if (network == network_access::none)
    wanted.handled_access_net = network_bind_tcp | network_connect_tcp;
  ruleset rules;
  if (!rules.create(wanted))
    return failed_to("make Landlock's rules");
  allow_system(rules, what);
  for (const auto& one : what.shown)
    (void)rules.allow(open_at(AT_FDCWD, one.path, O_PATH, RESOLVE_NO_SYMLINKS),
                      one.writable ? access_write : access_read);
  descriptor root(::fcntl(workspace, F_DUPFD_CLOEXEC, 3));
  if (!rules.allow(root, what.writable ? access_write : access_read) ||
      !rules.allow(open_place(temporary), access_write))
    return failed_to("allow the workspace");
  auto folder =
      open_at(workspace, what.folder.empty() ? "." : what.folder, O_PATH, RESOLVE_BENEATH);
  if (!folder.is_open() || ::fchdir(folder.get()) != 0)
    return failed_to("enter the working folder");
  auto filter = syscall_filter(filter_for::landlock, network, system_v::refused);
  if (!filter.is_open())
    return failed_to("make the syscall filter");
  if (!drop_capabilities())
    return failed_to("give up capabilities");
  if (!rules.enforce())
    return failed_to("put Landlock's rules in force");
  if (!install(filter))
    return failed_to("put the syscall filter in force");
  return hand_over_calls(channel);
}

} // namespace kodad::storage::host
