#include "proto/provider/error_lines.hpp"

#include "proto/text/line_ends.hpp"

#include <utility>

namespace kodad::proto::provider {

namespace {

constexpr std::string_view field = "error:";

// The empty line ends an event that lacks its own: the error is not part of it.
constexpr std::string_view as_event = "\nevent: error\ndata:";
constexpr std::string_view as_nameless = "\ndata:";

// Ends a line, and the event; what follows of a line end of two bytes is an empty line more.
constexpr std::string_view end_of_event = "\n\n";

} // namespace

void error_lines::push(std::string_view bytes, sse::decoder& to) {
  text::line_ends ends(bytes);
  size_t sent = 0; // All before it is handed on or held back.
  for (size_t at = 0; at < bytes.size();) {
    if (!line_begins_) {
      at = ends.next(at);
      if (at == std::string_view::npos)
        break;
      ++at;
      line_begins_ = true;
      if (std::exchange(is_bare_, false)) {
        to.push(bytes.substr(sent, at - sent));
        to.push(end_of_event);
        sent = at;
      }
      continue;
    }
    if (bytes[at] == '{' && matched_ == 0) {
      to.push(bytes.substr(sent, at - sent));
      to.push(as_nameless);
      sent = at;
      is_bare_ = true;
    }
    if (bytes[at] == field[matched_]) {
      if (matched_ == 0) {
        to.push(bytes.substr(sent, at - sent));
        sent = at;
      }
      ++at;
      sent = at;
      if (++matched_ < field.size())
        continue;
      to.push(as_event);
    } else if (matched_ > 0) {
      to.push(field.substr(0, matched_));
    }
    matched_ = 0;
    line_begins_ = false;
  }
  to.push(bytes.substr(sent));
}

} // namespace kodad::proto::provider
