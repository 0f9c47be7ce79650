// What the child side of the sandbox shares: steps that can fail, and the few system calls that
// the C library of Debian 12 has no functions or numbers for.
#pragma once

#include <cerrno>

namespace kodad::storage::host {

/// Why a child could not be confined; it must not run then.
struct setup_failure {
  const char* step = nullptr; ///< For people, a verb and its object; null when all went well.
  int number = 0;             ///< The errno.

  explicit operator bool() const { return step != nullptr; }
};

inline setup_failure failed_to(const char* step) {
  return {step, errno};
}

} // namespace kodad::storage::host
