#include "storage/host/sandbox/namespace_advice.hpp"

#include <algorithm>
#include <fstream>

namespace kodad::storage::host {

namespace {

constexpr struct {
  const char* name;
  const char* forbids; ///< The value that does.
  const char* allows;
} settings[] = {
    {"user.max_user_namespaces", "0", "15000"},
    {"kernel.unprivileged_userns_clone", "0", "1"},
    {"kernel.apparmor_restrict_unprivileged_userns", "1", "0"},
};

} // namespace

kernel_setting own_kernel_settings() {
  return [](const std::string& name) -> std::optional<std::string> {
    auto path = name;
    std::ranges::replace(path, '.', '/');
    std::ifstream file("/proc/sys/" + path);
    std::string value;
    return std::getline(file, value) ? std::optional(value) : std::nullopt;
  };
}

bool speaks_of_namespaces(std::string_view complaint) {
  // The first is our own step's name, the others are bubblewrap's.
  for (std::string_view word : {"namespace", "uid map", "gid map", "setgroups", "map the user",
                                "RTM_NEWADDR", "pivot_root", "Failed to make / slave"})
    if (complaint.find(word) != std::string_view::npos)
      return true;
  return false;
}

std::string namespace_advice(const kernel_setting& value_of) {
  std::string wanted;
  for (const auto& one : settings)
    if (value_of(one.name) == one.forbids)
      wanted += (wanted.empty() ? "" : " ") + std::string(one.name) + "=" + one.allows;
  if (wanted.empty())
    return "the system gives no user namespaces, though none of its usual settings forbids "
           "them: look at the container or service that kodad runs in, and its seccomp profile";
  return "the system gives no user namespaces: sysctl -w " + wanted + " allows them";
}

} // namespace kodad::storage::host
