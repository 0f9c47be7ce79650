// SPAWNER WIRE: what passes over the socket between the server and its spawner. Both ends are the
// same program of the same moment, so the messages are plain structs, one per packet.
#pragma once

#include "storage/host/child_spec.hpp"

#include <cstdint>

namespace kodad::storage::host {

/// Names one child for as long as the host lives; never reused.
using process_key = uint64_t;

enum class spawner_request_kind : uint8_t {
  start,     ///< Carries descriptors: spec, input, output, error output unless it is merged, and
             ///< the workspace of a confined child.
  terminate, ///< SIGTERM to the child and all its descendants.
  kill,      ///< SIGKILL to all of them.
  ping,      ///< Answered at once by `pong`, of the same key.
};

struct spawner_request {
  process_key key = 0;
  spawner_request_kind kind = spawner_request_kind::start;
};

inline constexpr int spawner_descriptors_max = 5;

enum class spawner_reply_kind : uint8_t {
  failed, ///< It could not be started; `number` is the errno.
  exited, ///< It, and everything it started, is gone; `number` is the exit code or the signal.
  killed, ///< Like `exited`, by the signal `number`.
  pong,   ///< The answer to `ping`; from one that is busy also unasked, as a sign of life.
};

struct spawner_reply {
  process_key key = 0;
  spawner_reply_kind kind = spawner_reply_kind::exited;
  resource_bound bound = resource_bound::none; ///< Of the end: what was exceeded or reached.
  int32_t number = 0;
  char step[124] = {}; ///< With `failed`: what could not be done to confine the child, if that.
};

} // namespace kodad::storage::host
