// CLOCK and RANDOMNESS of the operating system, the only place that asks for either.
#pragma once

#include "proto/ids.hpp"
#include "proto/timestamp.hpp"

namespace kodad::storage::host {

/// Now, by the wall clock.
proto::timestamp now();

/// 128 bits from getrandom(2).
proto::random_bits random_bits();

/// What an id is made of.
struct id_stamp {
  int64_t ms = 0;
  proto::random_bits bits{};
};

/// Greater than all that this process was given before, also within one millisecond and when the
/// clock is set back; not to be guessed from them. May be called from any thread.
id_stamp next_id_stamp();

/// A new id of the given kind, for example `new_id<proto::session_id>("ses")`. Ids of one kind sort
/// in the order in which this process made them.
template <class Id>
Id new_id(std::string_view prefix) {
  auto stamp = next_id_stamp();
  return Id{proto::make_id_text(prefix, stamp.ms, stamp.bits)};
}

} // namespace kodad::storage::host
