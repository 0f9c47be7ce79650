// Limits of what the user is asked.
#pragma once

#include <cstddef>

namespace kodad::proto::limits {

/// Of what a permission is asked for, as the question's sentence tells it: a line or two. The whole
/// of it stands in `input`.
inline constexpr size_t question_subject_bytes = 400;

/// Of a call for which a broader rule is looked for: longer ones are like no other.
inline constexpr size_t broader_rule_bytes = 1024;

} // namespace kodad::proto::limits
