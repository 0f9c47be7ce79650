// SHORTEN: a session's record as a list shows it. An older version took titles and metadata of any
// length; a list of a few such sessions must not be hundreds of megabytes.
#pragma once

#include <string>
#include <string_view>

namespace kodad::storage {

/// The JSON of a session_record with each long member of `shown` cut: a text ends with "…", and
/// anything else becomes {"truncated":true,"bytes":N}. The whole is what GET of the one session
/// gives. @pre `json` was written by us.
std::string shorten_session(std::string_view json);

} // namespace kodad::storage
