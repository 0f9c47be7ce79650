// API KEY: what is wrong with a secret that stands in a request's header. Pure. Never repeats it.
#pragma once

#include <string>
#include <string_view>

namespace kodad::storage {

/// Without the blanks and line breaks around it.
std::string without_blanks(std::string_view secret);

/// Why no header can carry it, or why it is none yet. Empty where nothing is wrong.
std::string api_key_fault(std::string_view key);

/// Why it is hardly a key: the name of a variable, what examples have in place of one. Empty where
/// it may be one. @param may_be_dummy Is the server one that may look at no key?
std::string api_key_doubt(std::string_view key, bool may_be_dummy);

/// The known id of the vendor whose keys begin so; empty for what tells nothing.
std::string_view vendor_of_key(std::string_view key);

/// Of a token that clients bear.
std::string token_fault(std::string_view token);

} // namespace kodad::storage
