#include "http/gateway/request_id.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <random>

namespace kodad::http {

namespace {

constexpr size_t id_bytes_max = 128;

bool is_id(std::string_view text) {
  static constexpr std::string_view marks = "._-";
  return !text.empty() && text.size() <= id_bytes_max && std::ranges::all_of(text, [](char c) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
  });
}

uint64_t first_number() {
  std::random_device source;
  return (uint64_t{source()} << 32) | source();
}

/// Spreads neighbouring numbers over all 64 bits, one to one (splitmix64).
uint64_t scatter(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

} // namespace

std::string new_request_id() {
  static std::atomic<uint64_t> next{first_number()};
  std::array<char, 16> digits{};
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), scatter(next++), 16).ptr;
  return "req_" + std::string(digits.data(), end);
}

std::string request_id_of(const header_list& headers) {
  auto is_ours = [](const auto& header) { return header.first == "x-request-id"; };
  auto given = std::ranges::find_if(headers, is_ours);
  bool is_single = std::ranges::count_if(headers, is_ours) == 1;
  return is_single && is_id(given->second) ? given->second : new_request_id();
}

} // namespace kodad::http
