#include "storage/host/sandbox/mounts.hpp"

#include "storage/host/open_at.hpp"
#include "storage/host/sandbox/ipc_namespace.hpp"
#include "storage/host/sandbox/system_view.hpp"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc's <sys/mount.h> and the kernel's <linux/mount.h> exclude each other on Debian 12, so this
// is what is needed of the former.
extern "C" int mount(const char*, const char*, const char*, unsigned long, const void*);

namespace kodad::storage::host {

namespace {

constexpr const char* stage_folder = "/tmp";
constexpr unsigned long mount_quiet = 2 | 4;                  // MS_NOSUID | MS_NODEV
constexpr unsigned long mount_all_private = 0x40000 | 0x4000; // MS_PRIVATE | MS_REC
constexpr uint64_t quiet_attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

// Above what any system hands out (systemd's containers end at 1,879,048,191); the number of the
// process makes it one of its own, so that the bound on processes counts each child apart.
constexpr unsigned plain_uid_first = 1'900'000'000;

bool write_file(const std::string& path, const std::string& text, int flags = O_WRONLY) {
  descriptor file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0444));
  return file.is_open() &&
         ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// A map of all users onto themselves, but for two that are exchanged. @pre one < other
std::string exchanged(unsigned one, unsigned other) {
  std::string out;
  auto add = [&out](unsigned inside, unsigned outside, unsigned count) {
    if (count > 0)
      out += std::to_string(inside) + " " + std::to_string(outside) + " " + std::to_string(count) +
             "\n";
  };
  constexpr unsigned last = 4'294'967'294; // The number above it stands for none.
  add(0, 0, one);
  add(one, other, 1);
  add(one + 1, one + 1, other - one - 1);
  add(other, one, 1);
  add(other + 1, other + 1, last - other);
  return out;
}

descriptor clone_tree(int folder, const char* path, unsigned flags) {
  return descriptor(static_cast<int>(
      ::syscall(SYS_open_tree, folder, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags)));
}

bool set_attributes(const descriptor& tree, const mount_attr& wanted) {
  return ::syscall(SYS_mount_setattr, tree.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, &wanted,
                   sizeof wanted) == 0;
}

bool restrict_tree(const descriptor& tree, bool writable) {
  mount_attr wanted{};
  wanted.attr_set = quiet_attributes | (writable ? 0 : uint64_t{MOUNT_ATTR_RDONLY});
  return set_attributes(tree, wanted);
}

bool attach(const descriptor& tree, int folder, const char* path, unsigned flags) {
  return ::syscall(SYS_move_mount, tree.get(), "", folder, path, MOVE_MOUNT_F_EMPTY_PATH | flags) ==
         0;
}

descriptor open_beneath(int folder, const std::string& path, uint64_t resolve) {
  return open_at(folder, path, O_PATH | O_NOFOLLOW, resolve | RESOLVE_NO_SYMLINKS);
}

/// A user namespace that only says how the numbers of two users are exchanged.
descriptor exchanging_namespace(unsigned one, unsigned other) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return {};
  descriptor told(ends[0]);
  descriptor telling(ends[1]);
  auto pid = ::fork();
  if (pid == 0) {
    char ready = ::unshare(CLONE_NEWUSER) == 0 ? 1 : 0;
    (void)!::write(telling.get(), &ready, 1);
    ::pause();
    ::_exit(0);
  }
  if (pid < 0)
    return {};
  char ready = 0;
  descriptor out;
  auto folder = "/proc/" + std::to_string(pid);
  if (::read(told.get(), &ready, 1) == 1 && ready == 1 &&
      write_file(folder + "/uid_map", exchanged(one, other)) &&
      write_file(folder + "/gid_map", exchanged(one, other)))
    out = descriptor(::open((folder + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC));
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  return out;
}

class staging {
public:
  staging(const confinement& what, int workspace) : what_(what), workspace_(workspace) {}

  setup_failure run(uint64_t processes_max, staged_trees& out);

private:
  setup_failure enter_namespaces(staged_trees& out);
  setup_failure collect();
  setup_failure take_program();
  setup_failure attach_all(staged_trees& out);
  setup_failure guard(const descriptor& root);
  setup_failure become_plain();
  bool map_owner(const descriptor& tree, int folder);

  const confinement& what_;
  int workspace_;
  bool is_root_ = ::geteuid() == 0;
  unsigned plain_uid_ = plain_uid_first + static_cast<unsigned>(::getpid());
  bool is_mapped_ = false;
  descriptor exchange_; ///< Exchanges `exchanged_` with the plain user.
  unsigned exchanged_ = 0;

  struct part {
    descriptor tree;
    std::string at;
    bool is_folder = true;
  };
  std::vector<part> parts_;
  descriptor program_;
};

setup_failure staging::enter_namespaces(staged_trees& out) {
  // The working folder is what the kernel carries over into the new namespace; a descriptor opened
  // before would stay in the old one.
  if (::fchdir(workspace_) != 0)
    return failed_to("enter the workspace");
  auto user = ::geteuid();
  auto group = ::getegid();
  if (auto failure = enter_ipc_namespace(what_.shared_memory_bytes, out.system_v_is_bounded))
    return failure;
  if (::unshare(is_root_ ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0)
    return failed_to("make namespaces");
  // Until here root of its own namespace, from here on itself, without a right to those bounds.
  if (!is_root_ && !map_self(user, 0, group, 0))
    return failed_to("map the user");
  if (::mount(nullptr, "/", nullptr, mount_all_private, nullptr) != 0)
    return failed_to("part from the system's mounts");
  return {};
}

/// Shows files of the folder's owner as the plain user's. Not every file system can do it.
bool staging::map_owner(const descriptor& tree, int folder) {
  struct stat seen {};
  if (!is_root_ || ::fstatat(folder, "", &seen, AT_EMPTY_PATH) != 0)
    return false;
  if (seen.st_uid >= plain_uid_)
    return false;
  // Nearly always all trees have one owner, and a namespace costs a process.
  if (!exchange_.is_open() || exchanged_ != seen.st_uid)
    exchange_ = exchanging_namespace(exchanged_ = seen.st_uid, plain_uid_);
  if (!exchange_.is_open())
    return false;
  mount_attr wanted{};
  wanted.attr_set = MOUNT_ATTR_IDMAP;
  wanted.userns_fd = static_cast<uint64_t>(exchange_.get());
  return set_attributes(tree, wanted);
}

setup_failure staging::collect() {
  auto tree = clone_tree(AT_FDCWD, ".", AT_RECURSIVE);
  if (!tree.is_open() || !restrict_tree(tree, what_.writable))
    return failed_to("take the workspace");
  is_mapped_ = map_owner(tree, tree.get());
  for (const auto& one : what_.shown) {
    auto place = open_beneath(AT_FDCWD, one.path, 0);
    struct stat seen {};
    // Gone, or a link by now, which opens as itself and would be followed later: it is not shown.
    if (!place.is_open() || ::fstat(place.get(), &seen) != 0 || S_ISLNK(seen.st_mode))
      continue;
    auto shown = clone_tree(place.get(), "", AT_EMPTY_PATH | AT_RECURSIVE);
    if (!shown.is_open() || !restrict_tree(shown, one.writable))
      return failed_to("take a folder that is to be shown");
    if (is_mapped_)
      (void)map_owner(shown, shown.get());
    parts_.push_back({std::move(shown), one.path, S_ISDIR(seen.st_mode)});
  }
  parts_.push_back({std::move(tree), what_.workspace, true});
  return {};
}

/// What was tried at the start is what runs: neither one that was put in its place nor one that is
/// put there from now on.
setup_failure staging::take_program() {
  descriptor file(::open(what_.program.c_str(), O_PATH | O_CLOEXEC));
  if (!file.is_open() || what_.identity.empty() || identity_of(file.get()) != what_.identity)
    return {"use bubblewrap, which has changed since kodad started (start kodad anew)", ESTALE};
  program_ = clone_tree(file.get(), "", AT_EMPTY_PATH);
  if (!program_.is_open() || !restrict_tree(program_, false))
    return failed_to("take bubblewrap");
  return {};
}

setup_failure staging::attach_all(staged_trees& out) {
  auto options = "size=1m,mode=755,uid=" + std::to_string(is_mapped_ ? plain_uid_ : ::geteuid());
  if (::mount("tmpfs", stage_folder, "tmpfs", mount_quiet, options.c_str()) != 0)
    return failed_to("mount the stage");
  out.program = std::string(stage_folder) + "/bwrap";
  if (!write_file(out.program, "", O_WRONLY | O_CREAT) ||
      !attach(program_, AT_FDCWD, out.program.c_str(), 0))
    return failed_to("put bubblewrap on the stage");
  out.passwd = std::string(stage_folder) + "/passwd";
  out.group = std::string(stage_folder) + "/group";
  out.git_config = std::string(stage_folder) + "/gitconfig";
  if (!write_file(out.passwd, sandbox_passwd(), O_WRONLY | O_CREAT) ||
      !write_file(out.group, sandbox_group(), O_WRONLY | O_CREAT) ||
      !write_file(out.git_config, what_.git_config, O_WRONLY | O_CREAT))
    return failed_to("write the stage");
  for (const auto& each : parts_) {
    auto at = std::string(stage_folder) + "/" + std::to_string(out.trees.size());
    bool made =
        each.is_folder ? ::mkdir(at.c_str(), 0755) == 0 : write_file(at, "", O_WRONLY | O_CREAT);
    if (!made || !attach(each.tree, AT_FDCWD, at.c_str(), 0))
      return failed_to("put a folder on the stage");
    out.trees.push_back({at, each.at});
  }
  return {};
}

/// Covers each place by a copy of itself that is read-only, or only cannot be moved. What is opened
/// is what is covered, whatever its name leads to by then.
setup_failure staging::guard(const descriptor& root) {
  for (const auto& place : what_.places) {
    auto target = open_beneath(root.get(), place.path, RESOLVE_BENEATH);
    struct stat seen {};
    if (!target.is_open() || ::fstat(target.get(), &seen) != 0)
      continue; // Gone, or a link now, which is neither followed nor covered.
    if (!S_ISDIR(seen.st_mode) && !S_ISREG(seen.st_mode))
      continue;
    auto copy = clone_tree(target.get(), "", AT_EMPTY_PATH | AT_RECURSIVE);
    bool writable = place.how == guarded_place::protection::pinned;
    if (!copy.is_open() || !restrict_tree(copy, writable) ||
        !attach(copy, target.get(), "", MOVE_MOUNT_T_EMPTY_PATH))
      return failed_to("guard a place in the workspace");
  }
  return {};
}

setup_failure staging::become_plain() {
  if (!is_mapped_)
    return {};
  if (::setgroups(0, nullptr) != 0 || ::setresgid(plain_uid_, plain_uid_, plain_uid_) != 0 ||
      ::setresuid(plain_uid_, plain_uid_, plain_uid_) != 0)
    return failed_to("become an ordinary user");
  return {};
}

setup_failure staging::run(uint64_t processes_max, staged_trees& out) {
  if (auto failure = enter_namespaces(out))
    return failure;
  if (auto failure = take_program())
    return failure;
  if (auto failure = collect())
    return failure;
  if (auto failure = attach_all(out))
    return failure;
  descriptor root(::open(out.trees.back().from.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root.is_open())
    return failed_to("open the stage");
  if (what_.writable)
    if (auto failure = guard(root))
      return failure;
  if (processes_max > 0) {
    rlimit bound{processes_max, processes_max};
    (void)::setrlimit(RLIMIT_NPROC, &bound);
  }
  if (auto failure = become_plain())
    return failure;
  if (::chdir("/") != 0)
    return failed_to("leave the workspace");
  return {};
}

} // namespace

setup_failure stage(const confinement& what, int workspace, uint64_t processes_max,
                    staged_trees& out) {
  return staging(what, workspace).run(processes_max, out);
}

} // namespace kodad::storage::host
