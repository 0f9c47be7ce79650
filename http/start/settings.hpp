// SETTINGS: the command line, the configuration file and the environment, joined into what a start
// goes by. Everything that can be wrong with them is told here, before anything is opened.
#pragma once

#include "http/start/options.hpp"
#include "storage/config/config_loader.hpp"

namespace kodad::http {

struct start_settings {
  storage::loaded_config loaded;
  std::string host;
  uint16_t port = 0;
  std::string host_place; ///< Where both are said, to begin an error with; empty where nobody
  std::string port_place; ///< says them.
  std::string state_folder;
  std::vector<std::string> workspaces;
  std::vector<std::string> allowed_paths; ///< Those configured that exist, links followed.
  std::vector<std::string> warnings;      ///< One line each, those of the configuration first.
};

/// Fails with one line for the user. @param variables The process's environment.
proto::result<start_settings> settle(const options& given,
                                     const storage::host::environment& variables);

} // namespace kodad::http
