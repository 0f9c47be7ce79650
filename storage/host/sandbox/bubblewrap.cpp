#include "storage/host/sandbox/bubblewrap.hpp"

#include "storage/host/sandbox/system_view.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace kodad::storage::host {

namespace {

using arguments = std::vector<std::string>;

void add(arguments& out, std::initializer_list<std::string> words) {
  out.insert(out.end(), words);
}

bool exists(const std::string& path) {
  struct stat seen {};
  return ::stat(path.c_str(), &seen) == 0;
}

/// A system folder, or the link that stands in its place where /usr is merged.
void add_system_folder(arguments& out, const std::string& path) {
  struct stat seen {};
  if (::lstat(path.c_str(), &seen) != 0)
    return;
  if (S_ISLNK(seen.st_mode))
    add(out, {"--symlink", "usr" + path, path});
  else
    add(out, {"--ro-bind", path, path});
}

/// Of /proc what tells of, or steers, the machine and not its processes. Some of it asks for no
/// more than the number of the user, which may be root's.
void cover_proc(arguments& out) {
  for (const auto* path :
       {"/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/acpi",
        "/proc/scsi", "/proc/tty", "/proc/mtrr", "/proc/pressure", "/proc/driver"})
    if (exists(path))
      add(out, {"--ro-bind", path, path});
  for (const auto* path :
       {"/proc/kcore", "/proc/kmsg", "/proc/keys", "/proc/key-users", "/proc/kallsyms",
        "/proc/kpagecount", "/proc/kpageflags", "/proc/kpagecgroup", "/proc/timer_list",
        "/proc/sched_debug", "/proc/latency_stats", "/proc/config.gz"})
    if (exists(path))
      add(out, {"--ro-bind", "/dev/null", path});
}

void add_system(arguments& out, const confinement& what, const staged_trees& staged) {
  for (const auto& path : system_folders())
    add_system_folder(out, path);
  for (const auto& path : system_files(what.network))
    add(out, {"--ro-bind", path, path});
  add(out, {"--ro-bind", staged.passwd, "/etc/passwd", "--ro-bind", staged.group, "/etc/group",
            "--ro-bind", staged.git_config, "/etc/gitconfig"});
  if (exists("/opt"))
    add(out, {"--ro-bind", "/opt", "/opt"});
  add(out, {"--proc", "/proc"});
  cover_proc(out);
  add(out, {"--dev", "/dev", "--size", std::to_string(what.shared_memory_bytes), "--tmpfs",
            "/dev/shm", "--remount-ro", "/dev"});
  add(out,
      {"--size", std::to_string(what.temporary_bytes), "--tmpfs", "/tmp", "--dir", sandbox_home});
}

} // namespace

std::vector<std::string> bubblewrap_arguments(const confinement& what, const staged_trees& staged,
                                              int filter) {
  auto number = std::to_string(sandbox_uid);
  // All but the IPC namespace, which was entered before: nobody in there may change its bounds.
  arguments out{"bwrap",
                "--unshare-user",
                "--unshare-pid",
                "--unshare-uts",
                "--disable-userns",
                "--unshare-cgroup-try",
                "--uid",
                number,
                "--gid",
                number,
                "--hostname",
                "kodad",
                "--new-session",
                "--die-with-parent",
                "--cap-drop",
                "ALL"};
  if (!what.network)
    add(out, {"--unshare-net"});
  add_system(out, what, staged);
  for (const auto& tree : staged.trees)
    add(out, {"--bind", tree.from, tree.at});
  auto inside = what.folder.empty() || what.folder == "." ? "" : "/" + what.folder;
  // Last, since what comes before still makes folders to mount on.
  add(out, {"--remount-ro", "/", "--seccomp", std::to_string(filter), "--chdir",
            what.workspace + inside, "--"});
  return out;
}

} // namespace kodad::storage::host
