// SETTINGS: the command line, the configuration file and the environment, joined into what a start
// goes by. Everything that can be wrong with them is told here, before anything is opened.
#pragma once

#include "http/options.hpp"
#include "storage/config/config_loader.hpp"

namespace kodad::http {

struct start_settings {
  storage::loaded_config loaded;
  std::string host;
  uint16_t port = 0;
  std::string state_folder;
  std::vector<std::string> workspaces;
  std::vector<std::string> warnings; ///< One line each, beside those of the configuration.
};

/// Fails with one line for the user.
proto::result<start_settings> settle(const options& given);

} // namespace kodad::http
