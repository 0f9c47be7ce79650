#include "http/start/settings.hpp"

#include "storage/config/locations.hpp"
#include "storage/host/path.hpp"

namespace kodad::http {

using proto::result;

result<start_settings> settle(const options& given) {
  auto variables = storage::host::own_environment();
  auto loaded = storage::load_config(given.config_file, variables);
  if (!loaded)
    return loaded.failure();
  start_settings out;
  auto host = choose_host(given, loaded->config);
  if (!host)
    return host.failure();
  out.host = *host;
  out.port = given.port.value_or(loaded->config.server.port);
  auto state = given.state_folder ? result<std::string>(*given.state_folder)
                                  : storage::default_state_folder(variables);
  if (!state)
    return state.failure();
  out.state_folder = *state;
  out.workspaces = given.workspaces;
  if (out.workspaces.empty()) {
    auto here = storage::host::resolve_folder(storage::host::current_folder());
    if (!here)
      return proto::make_error(proto::ec::workspace_not_allowed, "the current folder is gone");
    out.workspaces.push_back(*here);
  }
  auto checked = check_state_folder(given, out.state_folder, out.workspaces);
  if (!checked)
    return checked.failure();
  if (!checked->empty())
    out.warnings.push_back(*checked);
  out.loaded = std::move(*loaded);
  return out;
}

} // namespace kodad::http
