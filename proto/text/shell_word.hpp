// SHELL WORD: any text as one word of a shell's command line. Pure.
#pragma once

#include <string>
#include <string_view>

namespace kodad::proto::text {

/// One word that stands for `word`, whatever is in it; quoted only where it must be.
std::string shell_word(std::string_view word);

} // namespace kodad::proto::text
