// OPTIONS: the command line. Pure: says what the user gave; whether folders exist and what the
// configuration file fills in is found out later (settings).
#pragma once

#include "proto/config.hpp"
#include "proto/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace kodad::http {

/// Paths as they were given.
struct options {
  std::optional<uint16_t> port;
  std::optional<uint16_t> default_port; ///< Where neither `port` nor the configuration has one.
  std::optional<std::string> host;
  std::optional<std::string> config_file;
  std::optional<std::string> state_folder;
  std::vector<std::string> workspaces;
};

/// Tell `text` (an answer for stdout when `code` is 0, else a mistake for stderr) and leave.
struct early_exit {
  int code = 0;
  std::string text; ///< Without a line feed at its end.
};

/// @param arguments Without the program's name. `--help`, `--help-config` and `--version` exit with
/// 0, a mistake with 2 and one line that names it.
std::variant<options, early_exit> parse_options(std::span<const std::string> arguments);

/// Address to listen on: the command line's, else the configuration's; no brackets. Fails unless it
/// is loopback or a token is configured: without one, whoever reaches the port has a shell.
proto::result<std::string> choose_host(const options& given, const proto::config& config);

} // namespace kodad::http
