// KEYS: packs and unpacks the database's keys by the grammar in storage/schema.hpp. Knows bytes
// only, no tables.
#pragma once

#include "proto/ids.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kodad::storage {

void append_u32(std::string& to, uint32_t number);
void append_u64(std::string& to, uint64_t number);

/// @pre `bytes` holds at least 4.
uint32_t read_u32(std::string_view bytes);

/// @pre `bytes` holds at least 8.
uint64_t read_u64(std::string_view bytes);

/// `sid NUL`: the start of all keys of a session.
std::string session_prefix(const proto::session_id& session);

/// The least key after all keys of a session.
std::string session_end(const proto::session_id& session);

/// `sid NUL u32`
std::string session_key(const proto::session_id& session, uint32_t number);

/// `sid NUL u64`
std::string session_key(const proto::session_id& session, uint64_t number);

/// `sid NUL text`
std::string session_key(const proto::session_id& session, std::string_view text);

/// The part of a session's key after `sid NUL`; empty when there is none.
std::string_view after_session(std::string_view key);

/// The id at the start of a session's key.
proto::session_id session_of(std::string_view key);

/// A key for any text that a user chose, however long.
std::string name_key(std::string_view text);

} // namespace kodad::storage
