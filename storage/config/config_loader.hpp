// CONFIG LOADER: the YAML configuration file, read into proto::config. A key that nobody knows is a
// warning with the nearest known one; a value of the wrong type or range is an error that names
// file, line and key. Says nothing of whether providers answer or folders exist.
#pragma once

#include "proto/config.hpp"
#include "proto/result.hpp"
#include "storage/host/environment.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kodad::storage {

struct loaded_config {
  proto::config config;
  std::string file;                  ///< Where it came from; empty when there was no file.
  std::vector<std::string> warnings; ///< One line each, for the start-up log.
};

/// Reads the file `chosen` (it must exist), or without a choice the default one (it may be
/// missing: then all defaults hold). Fails with `invalid_value` or `storage_failed`; the context is
/// one line for the user, without secrets.
proto::result<loaded_config> load_config(const std::optional<std::string>& chosen,
                                         const host::environment& variables);

/// The same from text. @param file Its name in messages.
proto::result<loaded_config> read_config(std::string_view text, const std::string& file,
                                         const host::environment& variables);

/// What a workspace's own `kodad.yaml` may say.
struct workspace_config {
  proto::permission_set permission; ///< Only `ask` and `deny`: a project may narrow, never widen.
  std::vector<std::string> warnings;
};

/// Reads a workspace's `kodad.yaml`. Everything in it comes from whoever wrote the project, so
/// `${NAME}` is not expanded and all keys but `permission` are ignored with a warning.
proto::result<workspace_config> load_workspace_config(std::string_view text);

} // namespace kodad::storage
