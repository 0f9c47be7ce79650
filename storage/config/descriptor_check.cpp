#include "storage/config/descriptor_check.hpp"

#include "proto/limits/streams.hpp"

namespace kodad::storage {

namespace limits = proto::limits;

void check_descriptors(const proto::config& config, size_t allowed, findings& into) {
  for (size_t i = 0; i < config.providers.size(); ++i) {
    auto calls = config.providers[i].max_concurrent;
    auto needed = calls + limits::descriptors_reserved;
    if (calls <= limits::provider_streams || needed <= allowed)
      continue;
    into.fail_at("providers[" + std::to_string(i) + "].max_concurrent",
                 std::to_string(calls) + " calls at once need " + std::to_string(needed) +
                     " open files, and this process may have " + std::to_string(allowed) +
                     ": lower it, or raise the limit (ulimit -n, LimitNOFILE)");
  }
}

} // namespace kodad::storage
