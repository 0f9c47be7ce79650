// SEAL: the checksum over a row's table, key and value that stands before each value in the
// database, so that bytes which a disk or a program changed are never taken for what was kept.
// The grammar is in storage/schema.hpp. Not a defence against somebody who means harm.
#pragma once

#include "proto/result.hpp"
#include "storage/schema.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::storage {

/// Any change within eight bytes is found for certain, all others but for one in 2^64.
uint64_t checksum_of(table where, std::string_view key, std::string_view value);

/// The value as it stands in the database.
std::string seal(table where, std::string_view key, std::string_view value);

/// Was the value sealed? Those of format 1 were not.
bool is_sealed(std::string_view stored);

/// The value that was sealed. Fails with `storage_failed` when anything of the row has changed.
proto::result<std::string_view> unseal(table where, std::string_view key, std::string_view stored);

/// What the client is told of a row that does not match its checksum.
proto::error damaged_row(table where);

} // namespace kodad::storage
