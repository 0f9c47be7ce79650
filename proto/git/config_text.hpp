// GIT CONFIG TEXT: the entries of a git configuration file, read by git's own grammar. What git
// might read in another way than we do (NUL, CR, a byte order mark, continued lines, broken lines)
// makes the text not `plain`; the judge trusts only plain ones. Includes are not followed here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::git {

struct config_entry {
  std::string section; ///< Lower case.
  std::optional<std::string> subsection;
  std::string key;                  ///< Lower case.
  std::optional<std::string> value; ///< Nothing for a key alone, which git takes as true.

  /// "core.bare", "remote.origin.url".
  std::string name() const;

  bool operator==(const config_entry&) const = default;
};

struct config_text {
  std::vector<config_entry> entries;
  bool plain = true;
};

/// Never fails: a line that is no configuration is skipped and makes the text not plain.
config_text read_config(std::string_view bytes);

/// Text that `read_config`, and git, read back as these entries.
std::string write_config(const std::vector<config_entry>& entries);

} // namespace kodad::proto::git
