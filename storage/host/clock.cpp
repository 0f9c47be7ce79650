#include "storage/host/clock.hpp"

#include <chrono>
#include <cstdlib>
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

} // namespace kodad::storage::host
