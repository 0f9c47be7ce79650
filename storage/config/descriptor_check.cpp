#include "storage/config/descriptor_check.hpp"

#include "proto/limits/streams.hpp"

namespace kodad::storage {

namespace limits = proto::limits;

proto::result<void> check_descriptors(const loaded_config& all, size_t allowed) {
  for (size_t i = 0; i < all.config.providers.size(); ++i) {
    auto calls = all.config.providers[i].max_concurrent;
    auto needed = calls + limits::descriptors_reserved;
    if (calls <= limits::provider_streams || needed <= allowed)
      continue;
    auto key = "providers[" + std::to_string(i) + "].max_concurrent";
    return proto::field_error(
        proto::ec::invalid_value, key,
        "config " + all.file + ": " + key + ": " + std::to_string(calls) + " calls at once need " +
            std::to_string(needed) + " open files, and this process may have " +
            std::to_string(allowed) + ": lower it, or raise the limit (ulimit -n, LimitNOFILE)");
  }
  return {};
}

} // namespace kodad::storage
