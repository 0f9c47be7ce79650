// SYSTEM ERRORS: one place that turns errno into our errors, so that the same cause always gets
// the same code.
#pragma once

#include "proto/error.hpp"

#include <string_view>

namespace kodad::storage::host {

/// "open notes.txt: no such file or directory" with the code that fits `number`:
/// `tool_denied` for what leads outside a folder or is forbidden, `storage_full` for a full disk,
/// `host_full` for a bound of the machine, `tool_failed` for a wrong kind of file or a missing
/// one, else `storage_failed`.
proto::error system_error(int number, std::string_view doing, std::string_view what);

} // namespace kodad::storage::host
