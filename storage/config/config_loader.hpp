// CONFIG LOADER: the YAML configuration file, read into proto::config. A key that nobody knows is a
// warning with the nearest known one; a value of the wrong type or range is an error that names
// file, line and key. Says nothing of whether providers answer, nor of which agents and tools
// exist.
#pragma once

#include "proto/config.hpp"
#include "storage/config/findings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::storage {

struct loaded_config {
  proto::config config;
  std::string file;                  ///< Where it came from; empty when there was no file.
  std::vector<std::string> warnings; ///< One line each, for the start-up log.
  key_lines lines;                   ///< Where the keys stand.

  /// "config FILE line N: KEY: "
  std::string place(const std::string& key) const { return place_of(file, lines, key); }
};

/// What else is wrong with a file or worth knowing, beside the error: one line each.
using other_findings = std::vector<std::string>;

/// Reads the file `chosen` (it must exist), or without a choice the default one (it may be
/// missing: then all defaults hold). Fails with `invalid_value` or `storage_failed`; the context is
/// one line for the user, without secrets.
proto::result<loaded_config> load_config(const std::optional<std::string>& chosen,
                                         const host::environment& variables,
                                         other_findings* others = nullptr);

/// The same from text. @param file Its name in messages.
proto::result<loaded_config> read_config(std::string_view text, const std::string& file,
                                         const host::environment& variables,
                                         other_findings* others = nullptr);

/// What a workspace's own `kodad.yaml` may say.
struct workspace_config {
  proto::permission_set permission; ///< Only `ask` and `deny`: a project may narrow, never widen.
  std::vector<std::string> warnings;
};

/// Reads a workspace's `kodad.yaml`. Everything in it comes from whoever wrote the project, so
/// `${NAME}` is not expanded and all keys but `permission` are ignored with a warning.
proto::result<workspace_config> load_workspace_config(std::string_view text);

} // namespace kodad::storage
