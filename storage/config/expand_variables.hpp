// EXPAND VARIABLES: `${NAME}` in a value of the configuration stands for an environment variable.
#pragma once

#include "proto/result.hpp"
#include "storage/host/environment.hpp"

#include <string>
#include <string_view>

namespace kodad::storage {

/// `text` with every `${NAME}` replaced; a lone `$` stays. Values are not expanded again. Fails
/// with `invalid_value` on a variable that is not set and on a `${` that nothing closes.
proto::result<std::string> expand_variables(std::string_view text,
                                            const host::environment& variables);

} // namespace kodad::storage
