#include "storage/config/system_place.hpp"

#include "storage/host/path.hpp"

#include <algorithm>
#include <array>

namespace kodad::storage {

namespace {

// What lies below these may well be a project.
constexpr std::array shared_folders = {"/home",    "/root",    "/media",         "/mnt",
                                       "/opt",     "/srv",     "/tmp",           "/var/log",
                                       "/var/tmp", "/usr/src", "/usr/local/src", "/dev/shm"};
// Below these nothing is one unasked, but for what the next line names.
constexpr std::array system_trees = {"/bin",    "/boot", "/etc",  "/lib", "/lib32",       "/lib64",
                                     "/libx32", "/run",  "/sbin", "/usr", "/var/lib/dpkg"};
constexpr std::array project_trees = {"/usr/src", "/usr/local/src", "/dev/shm", "/run/media"};
// Parts of a tree that are as bad as the whole: /bin is a link to the first of them.
constexpr std::array program_folders = {
    "/usr/bin",   "/usr/sbin",    "/usr/lib", "/usr/lib32",     "/usr/lib64",    "/usr/share",
    "/usr/local", "/usr/libexec", "/etc/ssl", "/usr/local/bin", "/usr/local/lib"};
constexpr std::array kernel_trees = {"/dev", "/proc", "/sys"};

bool lies_in(const std::string& inner, const std::string& outer) {
  return outer == "/" || host::lies_in(inner, outer);
}

bool lies_in_any(const std::string& folder, const auto& trees) {
  return std::ranges::any_of(trees, [&](const char* tree) { return lies_in(folder, tree); });
}

bool holds_any(const std::string& folder, const auto& trees) {
  return std::ranges::any_of(trees, [&](const char* tree) { return lies_in(tree, folder); });
}

bool is_among(const std::string& folder, const auto& folders) {
  return std::ranges::find(folders, folder) != folders.end();
}

// Below the home folder.
constexpr std::array key_places = {"/.ssh",
                                   "/.gnupg",
                                   "/.aws",
                                   "/.azure",
                                   "/.config/gcloud",
                                   "/.config/gh",
                                   "/.netrc",
                                   "/.kube",
                                   "/.docker",
                                   "/.git-credentials",
                                   "/.pypirc",
                                   "/.password-store",
                                   "/.vault-token",
                                   "/.config/op",
                                   "/.config/opencode",
                                   "/.config/github-copilot",
                                   "/.local/share/keyrings",
                                   "/.local/share/opencode",
                                   "/.codex",
                                   "/.claude",
                                   "/.config/goose",
                                   "/.cargo/credentials.toml"};
constexpr std::array system_keys = {"/etc/shadow",      "/etc/gshadow", "/etc/ssh",
                                    "/etc/ssl/private", "/root/.ssh",   "/run/secrets"};
constexpr std::array ruling_sockets = {"/docker.sock", "/podman.sock", "/containerd.sock",
                                       "/crio.sock", "/libvirt-sock"};

} // namespace

place_kind kind_of_place(const std::string& folder, const std::string& home) {
  if (lies_in_any(folder, kernel_trees) && !lies_in_any(folder, project_trees))
    return place_kind::kernel;
  if (folder != "/" && !home.empty() && home != "/" && lies_in(folder, home))
    return place_kind::project;
  if (holds_any(folder, system_trees) || is_among(folder, program_folders))
    return place_kind::system;
  if (is_among(folder, shared_folders) || (!home.empty() && lies_in(home, folder)))
    return place_kind::shared;
  bool is_part = lies_in_any(folder, system_trees) && !lies_in_any(folder, project_trees);
  return is_part ? place_kind::shared : place_kind::project;
}

std::string secrets_of_place(const std::string& path, const std::string& home) {
  if (std::ranges::any_of(ruling_sockets, [&](const char* one) { return path.ends_with(one); }))
    return "all of this machine";
  bool is_of_keys = std::ranges::any_of(
      key_places, [&](const char* one) { return !home.empty() && lies_in(path, home + one); });
  return is_of_keys || lies_in_any(path, system_keys) ? "keys and passwords" : "";
}

} // namespace kodad::storage
