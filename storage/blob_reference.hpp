// BLOB REFERENCE: the database value that stands for a blob file. Grammar in storage/schema.hpp.
#pragma once

#include "storage/digest.hpp"
#include "storage/keys.hpp"
#include "storage/schema.hpp"

namespace kodad::storage {

inline bool is_reference(std::string_view value) {
  return value.size() == 1 + digest_bytes + 8 && value[0] == reference_mark;
}

/// @pre `is_reference(reference)`, here and below.
inline std::string_view digest_of(std::string_view reference) {
  return reference.substr(1, digest_bytes);
}

inline uint64_t size_of(std::string_view reference) {
  return read_u64(reference.substr(1 + digest_bytes));
}

inline std::string make_reference(std::string_view digest, size_t size) {
  std::string out(1, reference_mark);
  out += digest;
  append_u64(out, size);
  return out;
}

} // namespace kodad::storage
