#include "storage/config/locations.hpp"

namespace kodad::storage {

namespace {

std::optional<std::string> absolute(const host::environment& variables, const std::string& name) {
  auto path = variables(name);
  return path && path->starts_with('/') ? path : std::nullopt;
}

std::optional<std::string> base_folder(const host::environment& variables, const std::string& name,
                                       const std::string& below_home) {
  if (auto folder = absolute(variables, name))
    return folder;
  if (auto home = absolute(variables, "HOME"))
    return *home + below_home;
  return std::nullopt;
}

} // namespace

std::optional<std::string> default_config_file(const host::environment& variables) {
  auto folder = base_folder(variables, "XDG_CONFIG_HOME", "/.config");
  return folder ? std::optional(*folder + "/kodad/config.yaml") : std::nullopt;
}

proto::result<std::string> default_state_folder(const host::environment& variables) {
  if (auto folder = base_folder(variables, "XDG_STATE_HOME", "/.local/state"))
    return *folder + "/kodad";
  return proto::make_error(proto::ec::storage_failed,
                           "neither XDG_STATE_HOME nor HOME is set; give --state-dir");
}

std::vector<std::string> copilot_files(const host::environment& variables) {
  std::vector<std::string> out;
  if (auto folder = base_folder(variables, "XDG_CONFIG_HOME", "/.config")) {
    out.push_back(*folder + "/github-copilot/hosts.json");
    out.push_back(*folder + "/github-copilot/apps.json");
  }
  if (auto folder = base_folder(variables, "XDG_DATA_HOME", "/.local/share"))
    out.push_back(*folder + "/opencode/auth.json");
  return out;
}

std::optional<std::string> url_file(const host::environment& variables) {
  auto folder = absolute(variables, "XDG_RUNTIME_DIR");
  return folder ? std::optional(*folder + "/kodad/url") : std::nullopt;
}

} // namespace kodad::storage
