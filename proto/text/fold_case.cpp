#include "proto/text/fold_case.hpp"

#include "proto/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace kodad::proto::text {

namespace {

/// Capitals from `first` to `last`, every one or every second, whose small letters lie `distance`
/// further on.
struct run {
  int32_t first;
  int32_t last;
  int32_t distance;
  int32_t step = 1;
};

constexpr auto runs = std::to_array<run>({
    {0xb5, 0xb5, 775},       {0xc0, 0xd6, 32},        {0xd8, 0xde, 32},
    {0x100, 0x12e, 1, 2},    {0x132, 0x136, 1, 2},    {0x139, 0x147, 1, 2},
    {0x14a, 0x176, 1, 2},    {0x178, 0x178, -121},    {0x179, 0x17d, 1, 2},
    {0x17f, 0x17f, -268},    {0x18f, 0x18f, 202},     {0x1a0, 0x1a4, 1, 2},
    {0x1af, 0x1af, 1},       {0x1cd, 0x1db, 1, 2},    {0x1de, 0x1ee, 1, 2},
    {0x1f8, 0x21e, 1, 2},    {0x222, 0x232, 1, 2},    {0x386, 0x386, 38},
    {0x388, 0x38a, 37},      {0x38c, 0x38c, 64},      {0x38e, 0x38f, 63},
    {0x391, 0x3a1, 32},      {0x3a3, 0x3ab, 32},      {0x3c2, 0x3c2, 1},
    {0x3d8, 0x3ee, 1, 2},    {0x400, 0x40f, 80},      {0x410, 0x42f, 32},
    {0x460, 0x480, 1, 2},    {0x48a, 0x4be, 1, 2},    {0x4c0, 0x4c0, 15},
    {0x4c1, 0x4cd, 1, 2},    {0x4d0, 0x52e, 1, 2},    {0x531, 0x556, 48},
    {0x10a0, 0x10c5, 7264},  {0x1c90, 0x1cba, -3008}, {0x1e00, 0x1e94, 1, 2},
    {0x1e9b, 0x1e9b, -58},   {0x1e9e, 0x1e9e, -7615}, {0x1ea0, 0x1efe, 1, 2},
    {0x1f08, 0x1f0f, -8},    {0x1f18, 0x1f1d, -8},    {0x1f28, 0x1f2f, -8},
    {0x1f38, 0x1f3f, -8},    {0x1f48, 0x1f4d, -8},    {0x1f68, 0x1f6f, -8},
    {0x2126, 0x2126, -7517}, {0x212a, 0x212a, -8383}, {0x212b, 0x212b, -8262},
    {0x2160, 0x216f, 16},    {0x24b6, 0x24cf, 26},    {0x2c00, 0x2c2f, 48},
    {0x2c80, 0x2ce2, 1, 2},  {0xa640, 0xa66c, 1, 2},  {0xa722, 0xa72e, 1, 2},
    {0xa732, 0xa76e, 1, 2},  {0xff21, 0xff3a, 32},    {0x10400, 0x10427, 40},
});
static_assert(std::ranges::is_sorted(runs, {}, &run::first));

int32_t fold(int32_t letter) {
  auto next = std::ranges::upper_bound(runs, letter, {}, &run::first);
  if (next == runs.begin())
    return letter;
  const auto& within = *std::prev(next);
  bool is_capital = letter <= within.last && (letter - within.first) % within.step == 0;
  return is_capital ? letter + within.distance : letter;
}

/// A character, and how many bytes it has; 0 for what is none.
struct character {
  int32_t letter = 0;
  size_t bytes = 0;
};

character read_character(std::string_view text) {
  auto lead = static_cast<unsigned char>(text[0]);
  size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (lead > 0xf4 || bytes == 0 || text.size() < bytes)
    return {};
  int32_t letter = lead & (0x7f >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80)
      return {};
    letter = letter << 6 | (byte & 0x3f);
  }
  return {letter, bytes};
}

void append(std::string& to, int32_t letter) {
  auto tail = [&to, letter](int shift) {
    to.push_back(static_cast<char>(0x80 | (letter >> shift & 0x3f)));
  };
  if (letter < 0x80)
    return to.push_back(static_cast<char>(letter));
  if (letter < 0x800) {
    to.push_back(static_cast<char>(0xc0 | letter >> 6));
  } else if (letter < 0x10000) {
    to.push_back(static_cast<char>(0xe0 | letter >> 12));
    tail(6);
  } else {
    to.push_back(static_cast<char>(0xf0 | letter >> 18));
    tail(12);
    tail(6);
  }
  tail(0);
}

} // namespace

std::string fold_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto next = read_character(text);
    auto folded = next.bytes > 0 ? fold(next.letter) : 0;
    if (next.bytes == 0)
      out.push_back(to_lower(text[0]));
    else if (folded == next.letter)
      out.append(text.substr(0, next.bytes)); // As it was, even what UTF-8 forbids.
    else
      append(out, folded);
    text.remove_prefix(std::max<size_t>(next.bytes, 1));
  }
  return out;
}

} // namespace kodad::proto::text
