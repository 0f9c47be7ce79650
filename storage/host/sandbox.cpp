#include "storage/host/sandbox.hpp"

#include <algorithm>
#include <cstring>
#include <future>
#include <sys/stat.h>

namespace kodad::storage::host {

namespace {

constexpr const char* bubblewrap = "bwrap";
constexpr const char* sandbox_home = "/tmp/home";
constexpr const char* temporary_bytes_max = "1073741824"; // Counted only as it is used.

/// Of /etc only what programs need to run, resolve names of users and check certificates.
constexpr const char* etc_entries[] = {
    "/etc/alternatives", "/etc/ca-certificates", "/etc/group",         "/etc/java-17-openjdk",
    "/etc/ld.so.cache",  "/etc/ld.so.conf",      "/etc/ld.so.conf.d",  "/etc/localtime",
    "/etc/magic",        "/etc/mime.types",      "/etc/nsswitch.conf", "/etc/passwd",
    "/etc/pki",          "/etc/protocols",       "/etc/services",      "/etc/ssl",
    "/etc/timezone",
};

using arguments = std::vector<std::string>;

void add(arguments& out, std::initializer_list<const char*> words) {
  out.insert(out.end(), words.begin(), words.end());
}

void add_read_only(arguments& out, const std::string& path) {
  add(out, {"--ro-bind-try", path.c_str(), path.c_str()});
}

/// A system folder, or the link that stands in its place where /usr is merged.
void add_system_folder(arguments& out, const char* path) {
  struct stat seen {};
  if (::lstat(path, &seen) != 0)
    return;
  if (S_ISLNK(seen.st_mode))
    add(out, {"--symlink", (std::string("usr") + path).c_str(), path});
  else
    add_read_only(out, path);
}

arguments system_view() {
  arguments out{bubblewrap};
  add(out, {"--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent",
            "--new-session", "--cap-drop", "ALL", "--ro-bind", "/usr", "/usr"});
  for (const auto* path : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"})
    add_system_folder(out, path);
  for (const auto* path : etc_entries)
    add_read_only(out, path);
  add_read_only(out, "/opt");
  add(out, {"--proc", "/proc", "--dev", "/dev", "--size", temporary_bytes_max, "--tmpfs", "/tmp",
            "--dir", sandbox_home});
  return out;
}

bool is_directory(const std::string& path) {
  struct stat seen {};
  return ::lstat(path.c_str(), &seen) == 0 && S_ISDIR(seen.st_mode);
}

bool exists(const std::string& path) {
  struct stat seen {};
  return ::lstat(path.c_str(), &seen) == 0;
}

/// Read-only islands in a writable workspace. Only what exists is covered: covering a missing name
/// would make bubblewrap create it in the user's own folder. A link is covered by refusing to
/// follow it: bubblewrap would cover its target instead.
void protect(arguments& out, const std::string& workspace) {
  for (const auto* name : {"/kodad.yaml", "/.kodad"})
    if (exists(workspace + name))
      add_read_only(out, workspace + name);
  auto git = workspace + "/.git";
  if (!is_directory(git))
    return exists(git) ? add_read_only(out, git) : void();
  // A mount of its own, so that the folder cannot be moved aside and replaced.
  add(out, {"--bind", git.c_str(), git.c_str()});
  if (!exists(git + "/hooks"))
    (void)::mkdir((git + "/hooks").c_str(), 0777); // Git makes it, too; invisible in its status.
  add_read_only(out, git + "/config");
  add_read_only(out, git + "/hooks");
}

/// Binding these, or what lies in the first three, over the sandbox's own view would undo it.
bool hides_system(const std::string& workspace) {
  for (std::string_view top : {"/proc", "/dev", "/sys"})
    if (workspace == top || workspace.starts_with(std::string(top) + "/"))
      return true;
  for (std::string_view top : {"/", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/tmp"})
    if (workspace == top)
      return true;
  return workspace.empty() || workspace.front() != '/';
}

/// Hands the end of the trial run over to the waiting thread.
class trial : public process_listener {
public:
  void output(output_stream, output_bytes bytes) override { said_ += *bytes; }
  void exited(const exit_status& status) override { ended_.set_value({status, said_}); }

  std::pair<exit_status, std::string> wait() { return ended_.get_future().get(); }

private:
  std::string said_;
  std::promise<std::pair<exit_status, std::string>> ended_;
};

} // namespace

sandbox_state probe_sandbox(process_host& processes) {
  child_spec spec;
  spec.argv = system_view();
  spec.argv.push_back("/usr/bin/true");
  spec.cwd = "/";
  spec.environment = base_environment();
  spec.timeout = proto::limits::search_deadline;
  auto outcome = std::make_shared<trial>();
  if (auto started = processes.start(std::move(spec), outcome); !started)
    return {sandbox_mode::none, started.failure().context};
  auto [status, said] = outcome->wait();
  if (status.failure)
    return {sandbox_mode::none, "bubblewrap (bwrap) cannot be started: " + status.failure->context};
  if (status.code != 0)
    return {sandbox_mode::none, "bubblewrap does not work here: " + said};
  return {sandbox_mode::bubblewrap, ""};
}

proto::result<child_spec> confine(child_spec spec, const sandbox_options& options) {
  if (hides_system(options.workspace))
    return proto::make_error(proto::ec::workspace_not_allowed,
                             "the sandbox cannot have " + options.workspace + " as a workspace");
  auto argv = system_view();
  for (const auto& path : options.readable)
    add_read_only(argv, path);
  const auto* how = options.access == workspace_access::write ? "--bind" : "--ro-bind";
  add(argv, {how, options.workspace.c_str(), options.workspace.c_str()});
  if (options.access == workspace_access::write)
    protect(argv, options.workspace);
  add(argv, {"--chdir", spec.cwd.c_str(), "--setenv", "HOME", sandbox_home, "--"});
  argv.insert(argv.end(), spec.argv.begin(), spec.argv.end());
  spec.argv = std::move(argv);
  spec.cwd = "/";
  spec.sandboxed = true;
  return spec;
}

} // namespace kodad::storage::host
