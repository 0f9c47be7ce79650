#include "storage/host/clock.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <sys/random.h>

namespace kodad::storage::host {

proto::timestamp moment_of(int64_t seconds, int64_t nanoseconds) {
  if (seconds < 0)
    return first_moment;
  if (seconds > last_moment.ms / 1000)
    return last_moment;
  return std::clamp(proto::timestamp{seconds * 1000 + nanoseconds / 1'000'000}, first_moment,
                    last_moment);
}

proto::timestamp now() {
  // std::chrono's clock counts nanoseconds in 64 bits, which end in 2262.
  timespec shown{};
  ::clock_gettime(CLOCK_REALTIME, &shown);
  return moment_of(shown.tv_sec, shown.tv_nsec);
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

std::mutex stamps_lock;
id_stamp last_stamp;

} // namespace

id_stamp stamp_after(const id_stamp& last, int64_t ms, const proto::random_bits& random) {
  auto next = last;
  if (ms <= last.ms && add(next.bits, random))
    return next;
  return {std::max(ms, last.ms + 1), random};
}

void start_ids_after(int64_t ms) {
  proto::random_bits most;
  most.fill(0xff); // Whatever comes after needs a later time.
  std::lock_guard hold(stamps_lock);
  if (ms > last_stamp.ms)
    last_stamp = {ms, most};
}

int64_t last_id_ms() {
  std::lock_guard hold(stamps_lock);
  return last_stamp.ms;
}

id_stamp next_id_stamp() {
  auto random = random_bits();
  std::lock_guard hold(stamps_lock);
  last_stamp = stamp_after(last_stamp, now().ms, random);
  return last_stamp;
}

} // namespace kodad::storage::host
