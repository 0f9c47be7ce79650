#include "proto/text/split_characters.hpp"

#include "proto/text/utf8.hpp"

#include <array>
#include <cstdio>

namespace kodad::proto::text {

namespace {

constexpr std::string_view mark = "\xef\xb7\x90"; // U+FDD0
constexpr std::string_view replacement = "\xef\xbf\xbd";

// What stands behind a mark, a character of three bytes: U+0800 to U+0FFF for the surrogates, from
// U+1000 on for the bytes.
constexpr uint32_t surrogate_names = 0x0800;
constexpr uint32_t byte_names = 0x1000;
constexpr uint32_t first_surrogate = 0xd800;
constexpr uint32_t first_low = 0xdc00;
constexpr size_t name_bytes = 3;

void append_character(std::string& to, uint32_t code) {
  auto tail = [&](int shift) { to.push_back(static_cast<char>(0x80 | ((code >> shift) & 0x3f))); };
  if (code < 0x10000) {
    to.push_back(static_cast<char>(0xe0 | (code >> 12)));
  } else {
    to.push_back(static_cast<char>(0xf0 | (code >> 18)));
    tail(12);
  }
  tail(6);
  tail(0);
}

/// The half that a mark's second character names; 0 for none.
uint32_t half_named(std::string_view text) {
  if (text.size() < name_bytes)
    return 0;
  auto byte = [&](size_t at) {
    return static_cast<uint32_t>(static_cast<unsigned char>(text[at]));
  };
  uint32_t code = ((byte(0) & 0x0f) << 12) | ((byte(1) & 0x3f) << 6) | (byte(2) & 0x3f);
  if ((byte(0) & 0xf0) != 0xe0 || code < surrogate_names)
    return 0;
  if (code < byte_names)
    return code - surrogate_names + first_surrogate;
  return code >= byte_names + 0x80 && code < byte_names + 0x100 ? code - byte_names : 0;
}

bool is_surrogate(uint32_t half) {
  return half >= first_surrogate;
}

/// The length of the sequence that a lead byte begins; 0 for a byte that begins none.
size_t length_of(uint32_t lead) {
  if (lead >= 0xc2 && lead < 0xe0)
    return 2;
  if (lead >= 0xe0 && lead < 0xf0)
    return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

} // namespace

void mark_surrogate(std::string& to, uint32_t unit) {
  to.append(mark);
  append_character(to, unit - first_surrogate + surrogate_names);
}

void mark_byte(std::string& to, unsigned char byte) {
  to.append(mark);
  append_character(to, byte_names + byte);
}

std::string half_joiner::feed(std::string_view more) {
  std::string out;
  while (!more.empty()) {
    auto at = std::min(more.find(mark), more.size());
    if (at > 0)
      settle(out);
    out.append(more.substr(0, at));
    more.remove_prefix(at);
    if (more.empty())
      break;
    more.remove_prefix(mark.size());
    if (auto half = half_named(more)) {
      take(half, out);
      more.remove_prefix(name_bytes);
    } else {
      settle(out);
      out.append(mark); // Somebody did send it.
    }
  }
  return out;
}

std::string half_joiner::flush() {
  std::string out;
  settle(out);
  return out;
}

void half_joiner::take(uint32_t half, std::string& out) {
  if (!is_surrogate(half)) {
    if (!halves_.empty() && is_surrogate(halves_.front()))
      settle(out);
    halves_.push_back(half);
    return settle_bytes(out);
  }
  bool is_low = half >= first_low;
  if (is_low && halves_.size() == 1 && is_surrogate(halves_.front())) {
    auto high = halves_.front();
    halves_.clear();
    append_character(out, 0x10000 + ((high - first_surrogate) << 10) + (half - first_low));
    return;
  }
  settle(out);
  if (is_low)
    give_up(half, out);
  else
    halves_.push_back(half);
}

/// Takes out all but the beginning of a sequence that may yet become one.
void half_joiner::settle_bytes(std::string& out) {
  while (!halves_.empty()) {
    auto length = length_of(halves_.front());
    std::string sequence;
    for (size_t at = 0; at < std::min(length, halves_.size()); ++at)
      sequence.push_back(static_cast<char>(halves_[at]));
    bool goes_on = length > 0;
    for (size_t at = 1; at < sequence.size(); ++at)
      goes_on = goes_on && (halves_[at] & 0xc0) == 0x80;
    if (goes_on && sequence.size() < length)
      return;
    bool whole = goes_on && is_utf8(sequence);
    if (whole)
      out.append(sequence);
    else
      give_up(halves_.front(), out);
    halves_.erase(halves_.begin(), halves_.begin() + (whole ? static_cast<int>(length) : 1));
  }
}

void half_joiner::settle(std::string& out) {
  for (auto half : halves_)
    give_up(half, out);
  halves_.clear();
}

void half_joiner::give_up(uint32_t half, std::string& out) const {
  if (alone_ == lone_half::replaced) {
    out.append(replacement);
    return;
  }
  std::array<char, 8> name{};
  (void)std::snprintf(name.data(), name.size(), is_surrogate(half) ? "\\u%04x" : "\\x%02x", half);
  out.append(name.data());
}

std::string join_halves(std::string_view text, lone_half alone) {
  half_joiner all(alone);
  auto out = all.feed(text);
  return out + all.flush();
}

} // namespace kodad::proto::text
