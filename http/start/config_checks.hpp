// CONFIG CHECKS: what is wrong with a configuration that only the program as a whole can tell:
// which tools, agents and models there are, what the command line says besides, what the system
// grants.
#pragma once

#include "http/start/options.hpp"
#include "storage/config/config_loader.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace kodad::http {

struct check_facts {
  const options& given;
  size_t descriptors_allowed = 0;
  bool is_first_start = false;   ///< There is no state so far: only the built-in agents exist.
  std::string state_folder = {}; ///< Absolute; empty where it could not be found out.
};

/// Paths of the configuration that sessions or their commands reach.
struct reached_list {
  std::string key;
  std::string kind; ///< For messages: "allowed path".
  const std::vector<std::string>& paths;
};
std::vector<reached_list> configured_paths(const proto::config& config);

/// Tells `into` what it finds, each with its place in the file.
void check_config(const proto::config& config, const check_facts& facts, storage::findings& into);

} // namespace kodad::http
