#include "http/gateway/path_prefix.hpp"

#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::http {

namespace {

bool is_path_character(char c) {
  constexpr std::string_view marks = "/-._~%";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         marks.find(c) != std::string_view::npos;
}

} // namespace

std::string path_prefix_of(const header_list& headers) {
  std::string_view given = find_header(headers, "x-forwarded-prefix").value_or("");
  while (given.ends_with('/'))
    given.remove_suffix(1);
  // "//other.example" would lead to another host.
  bool is_plain = given.starts_with('/') && given.find("//") == std::string_view::npos &&
                  given.size() <= proto::limits::path_bytes &&
                  std::ranges::all_of(given, is_path_character);
  return is_plain ? std::string(given) : std::string();
}

void add_path_prefix(const std::string& prefix, header_list& headers) {
  if (prefix.empty())
    return;
  for (auto& [name, value] : headers) {
    if (name == "Location" && value.starts_with('/'))
      value.insert(0, prefix);
    if (name != "Link")
      continue;
    for (auto at = value.find("</"); at != std::string::npos; at = value.find("</", at + 1))
      value.insert(at + 1, prefix);
  }
}

} // namespace kodad::http
