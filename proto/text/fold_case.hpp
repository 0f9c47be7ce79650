// FOLD CASE: texts in which people search, without regard to capital and small letters: those of
// the Latin, Greek, Cyrillic, Armenian and Georgian alphabets, one letter for one letter as
// Unicode's simple case folding has it, whatever the locale. What else is alike (ß and ss, é as one
// character and as two) stays apart.
#pragma once

#include <string>
#include <string_view>

namespace kodad::proto::text {

/// Two texts that differ in case alone come out the same. Bytes that are no UTF-8 stay as they are.
std::string fold_case(std::string_view text);

} // namespace kodad::proto::text
