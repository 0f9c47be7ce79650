// LIMITS of model calls at once. They follow from `connections`: a turn that nobody watches is
// possible, yet a host that lets in so many clients must be able to serve each of them a turn.
#pragma once

#include "proto/limits.hpp"

namespace kodad::proto::limits {

/// The most that `max_concurrent` of a provider may be: a call for every connection.
inline constexpr size_t provider_streams_max = connections;

/// Calls that wait for one provider. One costs its request: some 7 KiB, and the conversation.
inline constexpr size_t calls_waiting = connections;

/// Calls that the simulation plays at once: nothing limits it but memory.
inline constexpr size_t sim_streams = connections;

/// Descriptors that calls must leave to the rest: the database, children and their pipes, files.
inline constexpr size_t descriptors_reserved = 512;

} // namespace kodad::proto::limits
