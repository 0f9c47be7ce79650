// REPORT: what kodad says to people, on stderr and stdout. Every message is one line, whatever was
// in it, and takes a bounded time: a pipe that nobody reads cannot hold up a start or a stop.
// Allocates nothing, so that it works when memory has run out.
#pragma once

#include <chrono>
#include <string_view>

namespace kodad::http {

/// "kodad: " and the text, as one line on stderr. Control characters become blanks; what is longer
/// than a pipe takes at once is cut. From any thread.
void tell(std::string_view text);

/// The same with another patience; 0 never waits. @return False when it could not be written.
bool tell(std::string_view text, std::chrono::milliseconds patience);

/// The text as it is and a line feed, on stdout.
/// @return False, with errno set, when it could not be written in time.
bool announce(std::string_view text);

} // namespace kodad::http
