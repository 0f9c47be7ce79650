// STATE CHECK: looks at a state folder before anything in it is opened or changed. What is
// damaged, cut off, missing or newer than this program is told in one line that names the file,
// what is wrong with it, and the way back.
#pragma once

#include "proto/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace kodad::storage {

/// The newest format of the database that this program knows. 2: every row is sealed.
inline constexpr uint32_t newest_format = 2;

inline constexpr const char* format_key = "format";

struct state_report {
  bool is_new = false;  ///< There is no database yet, and nothing that belonged to one.
  bool is_whole = true; ///< Every row was looked at.
  uint32_t format = 0;  ///< 0: not told.
  std::string notice;   ///< For the operator, where that is not so.
};

/// Reads only. Fails with `storage_failed` for what must not be opened.
proto::result<state_report> check_state(const std::string& folder);

/// The same with another patience than `limits::check_patience`.
proto::result<state_report> check_state(const std::string& folder,
                                        std::chrono::milliseconds patience);

} // namespace kodad::storage
