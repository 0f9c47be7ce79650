// CONFIG CHECKS: what is wrong with a configuration that only the program as a whole can tell:
// which tools, agents and models there are, what the command line says besides, what the system
// grants.
#pragma once

#include "http/start/options.hpp"
#include "storage/config/config_loader.hpp"

#include <cstddef>

namespace kodad::http {

struct check_facts {
  const options& given;
  size_t descriptors_allowed = 0;
  bool is_first_start = false; ///< There is no state so far: only the built-in agents exist.
};

/// Tells `into` what it finds, each with its place in the file.
void check_config(const proto::config& config, const check_facts& facts, storage::findings& into);

} // namespace kodad::http
