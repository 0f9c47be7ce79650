#include "http/gateway/frame_merger.hpp"

#include <string_view>

namespace kodad::http {

namespace {

using actors::frame;

// Also bounds what inserting into one merged frame can cost.
constexpr size_t merged_bytes_max = 64 * 1024;

bool has_content(const frame& f) {
  return f.content_begin > f.event_begin && f.content_end >= f.content_begin &&
         f.content_end <= f.text.size();
}

std::string_view id_line(const frame& f) {
  return std::string_view(f.text).substr(0, f.event_begin);
}

std::string_view before_content(const frame& f) {
  return std::string_view(f.text).substr(f.event_begin, f.content_begin - f.event_begin);
}

std::string_view content(const frame& f) {
  return std::string_view(f.text).substr(f.content_begin, f.content_end - f.content_begin);
}

std::string_view after_content(const frame& f) {
  return std::string_view(f.text).substr(f.content_end);
}

} // namespace

bool can_merge(const frame& first, const frame& second) {
  return has_content(first) && has_content(second) && first.turn == second.turn &&
         !first.ends_turn && !second.ends_turn &&
         first.text.size() + second.text.size() <= merged_bytes_max &&
         before_content(first) == before_content(second) &&
         after_content(first) == after_content(second);
}

void merge_into(frame& first, const frame& second) {
  first.text.insert(first.content_end, content(second));
  first.content_end += static_cast<uint32_t>(content(second).size());
  first.text.replace(0, first.event_begin, id_line(second));
  uint32_t before = first.event_begin;
  first.event_begin = second.event_begin;
  first.content_begin = first.content_begin - before + second.event_begin;
  first.content_end = first.content_end - before + second.event_begin;
  first.id = second.id;
}

} // namespace kodad::http
