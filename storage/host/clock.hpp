// CLOCK and RANDOMNESS of the operating system, the only place that asks for either.
#pragma once

#include "proto/ids.hpp"
#include "proto/timestamp.hpp"

namespace kodad::storage::host {

/// The first and the last moment that RFC 3339 can say: 1970 (we keep nothing older) to 9999.
inline constexpr proto::timestamp first_moment{0};
inline constexpr proto::timestamp last_moment{253'402'300'799'999};

/// The moment that a clock shows by its seconds and nanoseconds since 1970; one that no date can
/// say becomes the first or the last.
proto::timestamp moment_of(int64_t seconds, int64_t nanoseconds);

/// Now, by the wall clock.
proto::timestamp now();

/// 128 bits from getrandom(2).
proto::random_bits random_bits();

/// What an id is made of.
struct id_stamp {
  int64_t ms = 0;
  proto::random_bits bits{};
};

/// The stamp to give after `last` when the clock shows `ms`: always a greater one.
id_stamp stamp_after(const id_stamp& last, int64_t ms, const proto::random_bits& random);

/// No id is made from a time up to this one any more: a former process may have made one.
void start_ids_after(int64_t ms);

/// The time of the last id made here, or the one to start after.
int64_t last_id_ms();

/// Greater than all that this process was given before, or that `start_ids_after` speaks of, also
/// within one millisecond and when the clock is set back; not to be guessed from them. May be
/// called from any thread.
id_stamp next_id_stamp();

/// A new id of the given kind, for example `new_id<proto::session_id>("ses")`. Ids of one kind sort
/// in the order in which they were made, also by a former process (see storage/database.hpp).
template <class Id>
Id new_id(std::string_view prefix) {
  auto stamp = next_id_stamp();
  return Id{proto::make_id_text(prefix, stamp.ms, stamp.bits)};
}

} // namespace kodad::storage::host
