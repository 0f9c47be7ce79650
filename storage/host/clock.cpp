#include "storage/host/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <sys/random.h>

namespace kodad::storage::host {

proto::timestamp now() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

proto::random_bits random_bits() {
  proto::random_bits bits;
  // Up to 256 bytes come whole once the kernel's pool is ready; without randomness no id is safe.
  if (getrandom(bits.data(), bits.size(), 0) != static_cast<ssize_t>(bits.size()))
    std::abort();
  return bits;
}

namespace {

/// Adds 1 to 2^64 to the number that the bits are, big-endian; tells whether it still fits.
bool add(proto::random_bits& bits, const proto::random_bits& random) {
  unsigned carry = 1;
  for (size_t i = bits.size(); i-- > 0;) {
    auto sum = bits[i] + (i >= bits.size() / 2 ? random[i] : 0u) + carry;
    bits[i] = static_cast<uint8_t>(sum);
    carry = sum >> 8;
  }
  return carry == 0;
}

} // namespace

id_stamp next_id_stamp() {
  static std::mutex guard;
  static id_stamp last;
  auto random = random_bits();
  std::lock_guard hold(guard);
  auto ms = now().ms;
  if (ms <= last.ms && add(last.bits, random))
    return last;
  last = {std::max(ms, last.ms + 1), random};
  return last;
}

} // namespace kodad::storage::host
