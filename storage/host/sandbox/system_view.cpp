#include "storage/host/sandbox/system_view.hpp"

#include "storage/host/path.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace kodad::storage::host {

namespace {

constexpr const char* etc_entries[] = {
    "/etc/alternatives",    "/etc/ca-certificates", "/etc/debian_version",  "/etc/fonts",
    "/etc/java-17-openjdk", "/etc/ld.so.cache",     "/etc/ld.so.conf",      "/etc/ld.so.conf.d",
    "/etc/localtime",       "/etc/magic",           "/etc/mime.types",      "/etc/nsswitch.conf",
    "/etc/os-release",      "/etc/pki/ca-trust",    "/etc/pki/tls/certs",   "/etc/protocols",
    "/etc/services",        "/etc/ssl/certs",       "/etc/ssl/openssl.cnf", "/etc/timezone",
};

constexpr const char* network_entries[] = {"/etc/gai.conf", "/etc/host.conf", "/etc/hosts",
                                           "/etc/resolv.conf"};

bool exists(const char* path) {
  struct stat seen {};
  return ::stat(path, &seen) == 0;
}

} // namespace

const std::vector<std::string>& system_folders() {
  static const std::vector<std::string> all{"/usr",   "/bin",   "/sbin",  "/lib",
                                            "/lib32", "/lib64", "/libx32"};
  return all;
}

std::vector<std::string> system_files(bool network) {
  std::vector<std::string> out;
  auto add = [&out](const char* path) {
    if (exists(path))
      out.emplace_back(path);
  };
  std::ranges::for_each(etc_entries, add);
  if (network)
    std::ranges::for_each(network_entries, add);
  return out;
}

std::string sandbox_passwd() {
  auto number = std::to_string(sandbox_uid);
  return "agent:x:" + number + ":" + number + ":agent:" + sandbox_home + ":/bin/bash\n" +
         "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n";
}

std::string sandbox_group() {
  return "agent:x:" + std::to_string(sandbox_uid) + ":\nnogroup:x:65534:\n";
}

bool hides_system(const std::string& path) {
  if (path.empty() || path.front() != '/' || path == "/" || path == "/tmp" || path == "/etc")
    return true;
  if (lies_in(sandbox_home, path))
    return true;
  for (std::string_view top : {"/proc", "/dev", "/sys", sandbox_home})
    if (lies_in(path, top))
      return true;
  return std::ranges::find(system_folders(), path) != system_folders().end();
}

} // namespace kodad::storage::host
