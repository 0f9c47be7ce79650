// OPTIONS: the command line, and what is refused before anything starts. Pure but for looking at
// folders. Says what the user gave; the configuration file fills in the rest (start/settings).
#pragma once

#include "proto/config.hpp"
#include "proto/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace kodad::http {

struct options {
  std::optional<uint16_t> port;
  std::optional<std::string> host;
  std::optional<std::string> config_file;
  std::optional<std::string> state_folder; ///< Absolute; need not exist yet.
  std::vector<std::string> workspaces;     ///< Existing folders, canonical, none twice.
};

/// Print `text` (to stdout when `code` is 0, else to stderr) and leave.
struct early_exit {
  int code = 0;
  std::string text;
};

/// @param arguments Without the program's name. `--help` and `--version` exit with 0, a mistake
/// with 2 and one line that names it.
std::variant<options, early_exit> parse_options(std::span<const std::string> arguments);

/// Address to listen on: the command line's, else the configuration's. Fails unless it is loopback
/// or a token is configured: without one, whoever reaches the port has a shell.
proto::result<std::string> choose_host(const options& given, const proto::config& config);

/// Is this a name or address that only this machine can reach?
bool is_loopback(const std::string& host);

/// The state must lie outside of every workspace, else a session could change it. Fails when
/// `--state-dir` lies inside one; for the default folder the answer is a warning to log (a
/// workspace such as $HOME holds it unavoidably) or empty.
proto::result<std::string> check_state_folder(const options& given, const std::string& state_folder,
                                              const std::vector<std::string>& workspaces);

} // namespace kodad::http
