// OPTION REWRITE: a request's body without the options that its server has refused. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::proto::provider {

enum class option_change : uint8_t {
  drop, ///< The option goes, or takes its other name.
  cap,  ///< Its number is at most `most`.
  add,  ///< It is put in where it was missing: `reasoning_content` of calls.
};

struct refused_option {
  std::string key;    ///< As on the wire.
  std::string parent; ///< The key of the object that a setting stands in; empty: the top.
  option_change change = option_change::drop;
  int64_t most = 0;

  bool operator==(const refused_option&) const = default;
};

/// Adds to the list; what it says of the same option comes in place of what was there.
void note(std::vector<refused_option>& list, refused_option one);

/// `body` changed as all of `refused` want it; as it is where it is no JSON object.
std::string without_options(std::string_view body, const std::vector<refused_option>& refused);

/// Every option in the body, each once, in order.
std::vector<refused_option> options_in(std::string_view body);

} // namespace kodad::proto::provider
