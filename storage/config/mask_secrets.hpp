// MASK SECRETS: what looks like a secret is left out of a text that is told, wherever in the
// configuration it stood: keys land in the wrong place as easily as in the right one. Pure. Knows
// no secret by its place, only by its looks.
#pragma once

#include <string>
#include <string_view>

namespace kodad::storage {

/// `text` with *** for each word that begins as keys and tokens do, for long words of mixed letters
/// and digits, and for user and password of an address. Paths may hold long words.
std::string mask_secrets(std::string_view text);

} // namespace kodad::storage
