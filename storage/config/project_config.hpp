// PROJECT CONFIG: what counts of a workspace's own kodad.yaml, which comes with whatever was
// cloned: `permission`, and nothing else. Other keys of the configuration are passed over; no
// variable is replaced, so that nothing of the environment can be read through it. Stricter than
// the configuration itself: a file of which anything is unclear is refused as a whole, since rules
// that silently do nothing guard nothing. Pure.
#pragma once

#include "proto/permission.hpp"
#include "proto/result.hpp"
#include "storage/config/findings.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::storage {

/// What the file is called, and begins its errors with.
inline constexpr const char* project_file = "kodad.yaml";

struct project_config {
  proto::permission_set permission;
  std::vector<std::string> remarks; ///< One line each: what has no effect.
};

/// What only others can judge.
using more_project_checks = std::function<void(const proto::permission_set&, findings&)>;

/// Fails with `tool_denied`; the sentence tells the first mistakes with their lines.
proto::result<project_config> read_project_config(std::string_view text,
                                                  const more_project_checks& more = {});

} // namespace kodad::storage
