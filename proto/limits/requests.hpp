// LIMITS of what is learned about the requests that providers take.
#pragma once

#include <cstddef>

namespace kodad::proto::limits {

/// How often one call is made again without an option that was refused by name; a request has about
/// a dozen that a server may not know.
inline constexpr size_t options_dropped = 8;

/// Options remembered for one model: all that the table knows, in each of their forms.
inline constexpr size_t options_remembered = 64;

/// Models of one provider for which refused options are remembered.
inline constexpr size_t models_remembered = 1024;

} // namespace kodad::proto::limits
