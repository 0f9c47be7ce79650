// CLOCK and RANDOMNESS of the operating system, the only place that asks for either.
#pragma once

#include "proto/ids.hpp"
#include "proto/timestamp.hpp"

namespace kodad::storage::host {

/// Now, by the wall clock.
proto::timestamp now();

/// 128 bits from getrandom(2).
proto::random_bits random_bits();

/// A new id of the given kind, for example `new_id<proto::session_id>("ses")`.
template <class Id>
Id new_id(std::string_view prefix) {
  return Id{proto::make_id_text(prefix, now().ms, random_bits())};
}

} // namespace kodad::storage::host
