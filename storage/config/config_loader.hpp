// CONFIG LOADER: the YAML configuration file, read into proto::config. A key that nobody knows is a
// warning with the nearest known one; a value of the wrong type or range is an error that names
// file, line and key. Says nothing of whether providers answer, nor of which agents and tools
// exist.
#pragma once

#include "proto/config.hpp"
#include "storage/config/findings.hpp"

#include <functional>
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

/// What only others can judge, so that it is told together with all else: is called with whatever
/// could be read.
using more_checks = std::function<void(const proto::config&, findings&)>;

/// Reads the file `chosen` (it must exist), or without a choice the default one (it may be
/// missing: then all defaults hold). Fails with `invalid_value` or `storage_failed`; the context is
/// one line for the user, without secrets.
proto::result<loaded_config> load_config(const std::optional<std::string>& chosen,
                                         const host::environment& variables,
                                         other_findings* others = nullptr,
                                         const more_checks& more = {});

/// The same from text. @param file Its name in messages.
proto::result<loaded_config> read_config(std::string_view text, const std::string& file,
                                         const host::environment& variables,
                                         other_findings* others = nullptr,
                                         const more_checks& more = {});

} // namespace kodad::storage
