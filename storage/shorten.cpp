#include "storage/shorten.hpp"

#include "proto/limits/storage.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

constexpr size_t longest = proto::limits::metadata_json_bytes;

/// The place after a string's closing quote. @pre A quote stands at `begin`.
size_t end_of_string(std::string_view json, size_t begin) {
  auto at = begin + 1;
  while (at < json.size() && json[at] != '"')
    at = json.find_first_of("\"\\", json[at] == '\\' ? at + 2 : at + 1);
  return std::min(json.size(), at == std::string_view::npos ? json.size() : at + 1);
}

/// The place after a value.
size_t end_of_value(std::string_view json, size_t begin) {
  if (json[begin] == '"')
    return end_of_string(json, begin);
  int depth = 0;
  for (auto at = begin; at < json.size();) {
    char c = json[at];
    if (depth == 0 && (c == ',' || c == '}' || c == ']'))
      return at;
    depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    at = c == '"' ? end_of_string(json, at) : at + 1;
    if (depth == 0 && (c == '}' || c == ']'))
      return at;
  }
  return json.size();
}

/// The bytes of the character or escape that begins here.
size_t length_of_one(std::string_view text) {
  if (text[0] == '\\')
    return text.size() > 1 && text[1] == 'u' ? 6 : 2;
  auto lead = static_cast<unsigned char>(text[0]);
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/// The beginning of a string's inside, cut between two characters.
std::string_view beginning(std::string_view inside, size_t bytes_max) {
  size_t out = 0;
  while (out < inside.size() && out + length_of_one(inside.substr(out)) <= bytes_max)
    out += length_of_one(inside.substr(out));
  return inside.substr(0, out);
}

std::string shorten_value(std::string_view value) {
  if (value.size() <= longest)
    return std::string(value);
  if (value[0] != '"')
    return R"({"truncated":true,"bytes":)" + std::to_string(value.size()) + "}";
  std::string out(1, '"');
  out.append(beginning(value.substr(1, value.size() - 2), proto::limits::title_bytes));
  return out + "…\"";
}

} // namespace

std::string shorten_session(std::string_view json) {
  std::string out;
  int depth = 0;
  for (size_t at = 0; at < json.size();) {
    char c = json[at];
    if (c != '"') {
      depth += (c == '{' || c == '[') - (c == '}' || c == ']');
      out += c;
      ++at;
      continue;
    }
    auto end = end_of_string(json, at);
    out.append(json.substr(at, end - at));
    at = end;
    // Members of `shown` stand two deep.
    if (depth != 2 || at + 1 >= json.size() || json[at] != ':')
      continue;
    end = end_of_value(json, at + 1);
    out += ':' + shorten_value(json.substr(at + 1, end - at - 1));
    at = end;
  }
  return out;
}

} // namespace kodad::storage
