// FILE TYPE: what a file is by its bytes, never by its name. By libmagic.
#pragma once

#include <string>
#include <string_view>

namespace kodad::storage::host {

/// The MIME type: "text/plain" for all valid UTF-8 without NUL that libmagic has no other text type
/// for, "application/octet-stream" for what nobody knows and for text in other encodings. May be
/// called from any thread; the first call on a thread loads libmagic's database (about 10 ms) and
/// keeps it for the thread's life.
std::string type_of_content(std::string_view bytes);

} // namespace kodad::storage::host
