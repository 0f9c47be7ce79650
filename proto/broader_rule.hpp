// The BROADER RULE: what "always" may grant in place of the one call that is asked about: the same
// command with other arguments, files of the same folder, pages of the same site. Offered only
// where it can be said in one plain pattern; nothing is granted but what the user answers.
#pragma once

#include "proto/json/writer.hpp"
#include "proto/question.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kodad::proto {

/// @param pattern The rule for exactly this call, as questions suggest it.
std::optional<std::string> broader_rule(std::string_view tool, std::string_view pattern);

/// The broader rule that belongs to a question, if any.
std::optional<std::string> broader_rule(const question& asked);

/// Writes a question as clients see it: with `broader_pattern`, where there is one.
/// @param asked As it was asked; what is shown may be shorter.
void write_shown(json::writer& out, const question& shown, const question& asked);

} // namespace kodad::proto
