// EXPAND VARIABLES: `${NAME}` in a value of the configuration stands for an environment variable.
#pragma once

#include "proto/result.hpp"
#include "storage/host/environment.hpp"

#include <string>
#include <string_view>

namespace kodad::storage {

/// What about a variable that is set to nothing?
enum class empty_variable : uint8_t { taken, refused };

/// `text` with every `${NAME}` replaced; a lone `$` stays. Values are not expanded again. Fails
/// with `invalid_value` on a variable that is not set, on what can be no name of one, and on a `${`
/// that nothing closes.
proto::result<std::string> expand_variables(std::string_view text,
                                            const host::environment& variables,
                                            empty_variable empty = empty_variable::taken);

/// Is the text a variable as a shell would take it, "$NAME", and nothing else? Whoever writes it
/// hardly means these characters.
bool is_bare_variable(std::string_view text);

/// Is the text a variable as other programs have it in their files: {env:NAME}, os.environ/NAME,
/// $(NAME), {{NAME}}, %NAME%?
bool is_foreign_variable(std::string_view text);

} // namespace kodad::storage
