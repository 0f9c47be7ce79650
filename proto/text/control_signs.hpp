// CONTROL SIGNS: what a terminal would obey, made visible. U+0000 to U+001F and U+007F become the
// signs that Unicode has for them (U+2400 to U+241F, U+2421), U+0080 to U+009F words like "\u0085".
// Tabs, line feeds and the carriage returns before those stay.
#pragma once

#include <string>
#include <string_view>

namespace kodad::proto::text {

bool has_controls(std::string_view text);

/// `text` with each control character shown. Costs a look at each byte where there is none.
std::string show_controls(std::string text);

/// Has it anything that `show_controls` writes?
bool has_control_signs(std::string_view text);

} // namespace kodad::proto::text
