#include "proto/sse/encode.hpp"

#include "proto/text/line_ends.hpp"

namespace kodad::proto::sse {

namespace {

void append_line(std::string& out, std::string_view field, std::string_view text) {
  out.append(field).append(": ").append(text).push_back('\n');
}

void append_data(std::string& out, std::string_view data) {
  text::line_ends ends(data);
  for (size_t begin = 0;;) {
    auto end = ends.next(begin);
    append_line(out, "data", data.substr(begin, end - begin));
    if (end == std::string_view::npos)
      return;
    begin = end + (data.substr(end, 2) == "\r\n" ? 2 : 1);
  }
}

} // namespace

void append_event(std::string& out, uint64_t id, std::string_view type, std::string_view data) {
  if (id != 0)
    append_line(out, "id", std::to_string(id));
  if (!type.empty())
    append_line(out, "event", type);
  append_data(out, data);
  out.push_back('\n');
}

std::string encode(uint64_t id, std::string_view type, std::string_view data) {
  std::string out;
  out.reserve(data.size() + type.size() + 40);
  append_event(out, id, type, data);
  return out;
}

} // namespace kodad::proto::sse
