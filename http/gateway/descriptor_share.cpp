#include "http/gateway/descriptor_share.hpp"

#include "proto/limits/door.hpp"

#include <algorithm>
#include <string>
#include <sys/resource.h>

namespace kodad::http {

namespace limits = proto::limits;

proto::result<descriptor_share> share_descriptors(size_t descriptors, size_t wanted) {
  if (descriptors < limits::descriptors_least)
    return proto::make_error(
        proto::ec::invalid_value,
        "the process may open " + std::to_string(descriptors) + " files at once, at least " +
            std::to_string(limits::descriptors_least) + " are needed (ulimit -n)");
  size_t door = descriptors - std::min(limits::house_descriptors, descriptors / 2);
  descriptor_share out;
  out.margin = std::min(limits::door_margin, door / 8);
  out.connections = std::min(wanted, door - out.margin);
  return out;
}

size_t descriptors_allowed() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
    return 0;
  return files.rlim_cur == RLIM_INFINITY ? SIZE_MAX : static_cast<size_t>(files.rlim_cur);
}

} // namespace kodad::http
