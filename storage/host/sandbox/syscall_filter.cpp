#include "storage/host/sandbox/syscall_filter.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsverity.h>
#include <linux/personality.h>
#include <linux/seccomp.h>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace kodad::storage::host {

namespace {

// Newer than libseccomp 2.5.4's tables in part; the numbers are the same on all architectures.
constexpr int sys_memfd_secret = 447;
constexpr int sys_fchmodat2 = 452;
constexpr int sys_setxattrat = 463;
constexpr int sys_getxattrat = 464;
constexpr int sys_listxattrat = 465;
constexpr int sys_removexattrat = 466;
constexpr int sys_open_tree_attr = 467;
constexpr int sys_file_setattr = 469;

constexpr unsigned namespace_flags[] = {CLONE_NEWNS,     CLONE_NEWUTS, CLONE_NEWIPC,
                                        CLONE_NEWUSER,   CLONE_NEWPID, CLONE_NEWNET,
                                        CLONE_NEWCGROUP, 0x80 /* CLONE_NEWTIME */};

/// Answered as if the kernel were older: programs then take the older call, which can be judged.
constexpr int unknown_calls[] = {
    SCMP_SYS(clone3),
    SCMP_SYS(openat2),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    // A pipe would hold huge pages that nobody shows any more.
    SCMP_SYS(vmsplice),
    // Memory that no process shows once its map is gone, and that is never swapped.
    sys_memfd_secret,
};

constexpr int refused_calls[] = {
    // The kernel's keyring belongs to the user, not to a namespace.
    SCMP_SYS(add_key),
    SCMP_SYS(keyctl),
    SCMP_SYS(request_key),
    // Views of the system.
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(setns),
    SCMP_SYS(unshare),
    SCMP_SYS(open_tree),
    SCMP_SYS(move_mount),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    sys_open_tree_attr,
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(name_to_handle_at),
    // Machinery with a long list of past holes, and of no use to a build or a test.
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(fanotify_init),
    SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(lookup_dcookie),
    SCMP_SYS(vhangup),
    // The machine itself.
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
    SCMP_SYS(quotactl),
    SCMP_SYS(quotactl_fd),
    SCMP_SYS(syslog),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
};

/// Landlock does not see these, and by path they reach everything that the user owns. (Of those
/// that change a file, the ones that commands cannot do without are brokered.)
constexpr int unseen_by_landlock[] = {
    sys_file_setattr,
    // What is shared without a file (and by system_v_makers); other processes of the user.
    SCMP_SYS(shmat),
    SCMP_SYS(shmctl),
    SCMP_SYS(msgctl),
    SCMP_SYS(msgsnd),
    SCMP_SYS(msgrcv),
    SCMP_SYS(semctl),
    SCMP_SYS(semop),
    SCMP_SYS(semtimedop),
    SCMP_SYS(mq_open),
    SCMP_SYS(mq_unlink),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise),
    SCMP_SYS(migrate_pages),
    SCMP_SYS(move_pages),
};

/// Attributes by path, which Landlock does not see either. Answered as if the file system had none,
/// which all who copy and list files know; by descriptor they can be read of what could be opened.
constexpr int attribute_calls[] = {
    SCMP_SYS(getxattr),   SCMP_SYS(lgetxattr),    sys_getxattrat,         SCMP_SYS(listxattr),
    SCMP_SYS(llistxattr), sys_listxattrat,        SCMP_SYS(setxattr),     SCMP_SYS(lsetxattr),
    sys_setxattrat,       SCMP_SYS(removexattr),  SCMP_SYS(lremovexattr), sys_removexattrat,
    SCMP_SYS(fsetxattr),  SCMP_SYS(fremovexattr),
};

/// What comes by these belongs to no process, and stays when all have ended.
constexpr int system_v_makers[] = {SCMP_SYS(shmget), SCMP_SYS(msgget), SCMP_SYS(semget)};

/// Commands of ioctl that change a file or a folder's contents, and ask for no more than that it is
/// open.
constexpr uint64_t attribute_commands[] = {
    FS_IOC_SETFLAGS,
    FS_IOC32_SETFLAGS,
    FS_IOC_SETVERSION,
    FS_IOC32_SETVERSION,
    FS_IOC_FSSETXATTR,
    FS_IOC_ENABLE_VERITY,
    FS_IOC_SET_ENCRYPTION_POLICY,
    FS_IOC_ADD_ENCRYPTION_KEY,
    FS_IOC_REMOVE_ENCRYPTION_KEY,
    BTRFS_IOC_SUBVOL_CREATE,
    BTRFS_IOC_SUBVOL_CREATE_V2,
    BTRFS_IOC_SNAP_CREATE,
    BTRFS_IOC_SNAP_CREATE_V2,
    BTRFS_IOC_SNAP_DESTROY,
    BTRFS_IOC_SNAP_DESTROY_V2,
    BTRFS_IOC_SUBVOL_SETFLAGS,
    BTRFS_IOC_SET_RECEIVED_SUBVOL,
    BTRFS_IOC_DEFRAG,
    BTRFS_IOC_DEFRAG_RANGE,
};

/// Collects rules; after the first failure the rest have no effect.
class rules {
public:
  rules() : all_(::seccomp_init(SCMP_ACT_ALLOW), ::seccomp_release) {
    if (!all_)
      failure_ = ENOMEM;
  }

  template <class... Conditions>
  void refuse(int number, int call, Conditions... conditions) {
    if (failure_ != 0 || call == __NR_SCMP_ERROR)
      return;
    auto done = ::seccomp_rule_add(all_.get(), SCMP_ACT_ERRNO(static_cast<uint16_t>(number)), call,
                                   sizeof...(conditions), conditions...);
    // A call that this architecture does not have needs no rule.
    if (done != 0 && done != -EDOM)
      failure_ = -done;
  }

  bool write_to(int file) {
    if (failure_ == 0)
      failure_ = -::seccomp_export_bpf(all_.get(), file);
    errno = failure_;
    return failure_ == 0;
  }

private:
  std::unique_ptr<void, void (*)(void*)> all_;
  int failure_ = 0;
};

scmp_arg_cmp has_bits(unsigned argument, uint64_t bits) {
  return {argument, SCMP_CMP_MASKED_EQ, bits, bits};
}

/// As `same`, but of the lower half alone: the kernel reads an int there.
scmp_arg_cmp is(unsigned argument, uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, 0xffffffff, value};
}

scmp_arg_cmp compare(unsigned argument, scmp_compare how, uint64_t value) {
  return {argument, how, value, 0};
}

/// Neither setuid nor setgid: such a file outlives the sandbox and gives its owner's rights away.
void refuse_special_modes(rules& out) {
  for (uint64_t bit : {uint64_t{S_ISUID}, uint64_t{S_ISGID}}) {
    out.refuse(EPERM, SCMP_SYS(chmod), has_bits(1, bit));
    out.refuse(EPERM, SCMP_SYS(fchmod), has_bits(1, bit));
    out.refuse(EPERM, SCMP_SYS(fchmodat), has_bits(2, bit));
    out.refuse(EPERM, sys_fchmodat2, has_bits(2, bit));
    out.refuse(EPERM, SCMP_SYS(creat), has_bits(1, bit));
    out.refuse(EPERM, SCMP_SYS(mknod), has_bits(1, bit));
    out.refuse(EPERM, SCMP_SYS(mknodat), has_bits(2, bit));
    for (uint64_t creating : {uint64_t{O_CREAT}, uint64_t{O_TMPFILE}}) {
      out.refuse(EPERM, SCMP_SYS(open), has_bits(1, creating), has_bits(2, bit));
      out.refuse(EPERM, SCMP_SYS(openat), has_bits(2, creating), has_bits(3, bit));
    }
  }
}

void refuse_namespaces(rules& out) {
  // The flags are the first argument on all architectures but s390.
  for (auto flag : namespace_flags)
    if (flag != 0x80) // In clone's flags that bit is part of the exit signal.
      out.refuse(EPERM, SCMP_SYS(clone), has_bits(0, flag));
  // Only the ordinary personality and the one that debuggers set.
  for (uint64_t bit = 1; bit < uint64_t{1} << 32; bit <<= 1)
    if (bit != ADDR_NO_RANDOMIZE)
      out.refuse(EPERM, SCMP_SYS(personality), has_bits(0, bit));
}

/// Families that speak to this network namespace only, and of netlink only its routes.
void refuse_families(rules& out) {
  constexpr int families = 64; // Linux 6.18 ends at 46.
  for (uint64_t family = 0; family < families; ++family)
    if (family != AF_UNIX && family != AF_INET && family != AF_INET6 && family != AF_NETLINK)
      out.refuse(EAFNOSUPPORT, SCMP_SYS(socket), is(0, family));
  out.refuse(EAFNOSUPPORT, SCMP_SYS(socket), compare(0, SCMP_CMP_GE, families));
  for (uint64_t protocol = 1; protocol < families; ++protocol)
    out.refuse(EPROTONOSUPPORT, SCMP_SYS(socket), is(0, AF_NETLINK), is(2, protocol));
}

/// Landlock knows TCP alone, and nothing of sockets in the file system: so without the network
/// there are no sockets but connected pairs, whose streams cannot be pointed elsewhere.
void refuse_sockets(rules& out, network_access network) {
  if (network == network_access::none)
    out.refuse(EACCES, SCMP_SYS(socket));
  else
    out.refuse(EACCES, SCMP_SYS(socket), is(0, AF_UNIX));
  constexpr uint64_t type_mask = 0xf;
  out.refuse(EACCES, SCMP_SYS(socketpair),
             scmp_arg_cmp{1, SCMP_CMP_MASKED_EQ, type_mask, SOCK_DGRAM});
  out.refuse(EACCES, SCMP_SYS(socketpair),
             scmp_arg_cmp{1, SCMP_CMP_MASKED_EQ, type_mask, SOCK_RAW});
}

/// Looking after, slowing or bounding another process; its own (0) is fine.
void refuse_other_processes(rules& out) {
  out.refuse(EPERM, SCMP_SYS(setpriority), compare(1, SCMP_CMP_NE, 0));
  out.refuse(EPERM, SCMP_SYS(ioprio_set), compare(1, SCMP_CMP_NE, 0));
  for (auto call : {SCMP_SYS(sched_setaffinity), SCMP_SYS(sched_setparam),
                    SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_setattr)})
    out.refuse(EPERM, call, compare(0, SCMP_CMP_NE, 0));
  out.refuse(EPERM, SCMP_SYS(prlimit64), compare(0, SCMP_CMP_NE, 0), compare(2, SCMP_CMP_NE, 0));
}

/// Those that change by descriptor ask for no more than that it was opened for reading.
void refuse_attributes(rules& out) {
  for (auto call : attribute_calls)
    out.refuse(EOPNOTSUPP, call);
  for (auto command : attribute_commands)
    out.refuse(ENOTTY, SCMP_SYS(ioctl), is(1, command));
}

void refuse_for_landlock(rules& out, network_access network) {
  for (auto call : unseen_by_landlock)
    out.refuse(EPERM, call);
  refuse_attributes(out);
  refuse_sockets(out, network);
  refuse_other_processes(out);
}

} // namespace

descriptor syscall_filter(filter_for what, network_access network, system_v shared) {
  rules all;
  for (auto call : unknown_calls)
    all.refuse(ENOSYS, call);
  for (auto call : refused_calls)
    all.refuse(EPERM, call);
  refuse_namespaces(all);
  refuse_families(all);
  refuse_special_modes(all);
  all.refuse(EPERM, SCMP_SYS(fcntl), is(1, F_SETLEASE)); // It holds up all who open the file.
  if (shared == system_v::refused)
    for (auto call : system_v_makers)
      all.refuse(EPERM, call);
  if (what == filter_for::landlock)
    refuse_for_landlock(all, network);
  descriptor file(::memfd_create("kodad-filter", 0));
  if (!file.is_open() || !all.write_to(file.get()) || ::lseek(file.get(), 0, SEEK_SET) != 0)
    return {};
  return file;
}

bool install(const descriptor& filter) {
  struct stat seen {};
  if (::fstat(filter.get(), &seen) != 0)
    return false;
  std::vector<sock_filter> program(static_cast<size_t>(seen.st_size) / sizeof(sock_filter));
  auto size = static_cast<ssize_t>(program.size() * sizeof(sock_filter));
  if (::pread(filter.get(), program.data(), static_cast<size_t>(size), 0) != size)
    return false;
  sock_fprog all{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all) == 0;
}

} // namespace kodad::storage::host
