#include "storage/seal.hpp"

#include "storage/keys.hpp"

#include <bit>
#include <cstring>

namespace kodad::storage {

namespace {

constexpr size_t seal_bytes = 1 + sizeof(uint64_t);
constexpr uint64_t odd = 0x9E3779B97F4A7C15; // 2^64 by the golden ratio

/// Each step can be undone, so that two texts which differ in one word alone never meet again.
uint64_t add(uint64_t sum, uint64_t word) {
  sum = (sum ^ word) * odd;
  return sum ^ (sum >> 29);
}

uint64_t add(uint64_t sum, std::string_view bytes) {
  sum = add(sum, bytes.size());
  uint64_t word = 0;
  for (; bytes.size() >= sizeof word; bytes.remove_prefix(sizeof word)) {
    std::memcpy(&word, bytes.data(), sizeof word);
    sum = add(sum, word);
  }
  word = 0;
  if (!bytes.empty())
    std::memcpy(&word, bytes.data(), bytes.size());
  return add(sum, word);
}

static_assert(std::endian::native == std::endian::little, "as LMDB's files are");

} // namespace

uint64_t checksum_of(table where, std::string_view key, std::string_view value) {
  return add(add(add(odd, static_cast<uint64_t>(where)), key), value);
}

std::string seal(table where, std::string_view key, std::string_view value) {
  std::string out;
  out.reserve(seal_bytes + value.size());
  out += sealed_mark;
  append_u64(out, checksum_of(where, key, value));
  out += value;
  return out;
}

bool is_sealed(std::string_view stored) {
  return stored.size() >= seal_bytes && stored[0] == sealed_mark;
}

proto::result<std::string_view> unseal(table where, std::string_view key, std::string_view stored) {
  if (!is_sealed(stored))
    return damaged_row(where);
  auto value = stored.substr(seal_bytes);
  if (read_u64(stored.substr(1)) != checksum_of(where, key, value))
    return damaged_row(where);
  return value;
}

proto::error damaged_row(table where) {
  return proto::make_error(proto::ec::storage_failed,
                           "the stored record is damaged: a row of table " +
                               std::string(table_names[static_cast<size_t>(where)]) +
                               " does not match its checksum");
}

} // namespace kodad::storage
