#include "storage/keys.hpp"

#include "storage/digest.hpp"

namespace kodad::storage {

namespace {

constexpr size_t name_bytes = 255; ///< With the digest it stays below LMDB's 511.

std::string with_separator(const proto::session_id& session, char separator, size_t room) {
  std::string key;
  key.reserve(session.text.size() + 1 + room);
  key += session.text;
  key += separator;
  return key;
}

} // namespace

void append_u32(std::string& to, uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8)
    to += static_cast<char>(number >> shift);
}

void append_u64(std::string& to, uint64_t number) {
  append_u32(to, static_cast<uint32_t>(number >> 32));
  append_u32(to, static_cast<uint32_t>(number));
}

uint32_t read_u32(std::string_view bytes) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i)
    number = number << 8 | static_cast<uint8_t>(bytes[i]);
  return number;
}

uint64_t read_u64(std::string_view bytes) {
  return uint64_t{read_u32(bytes)} << 32 | read_u32(bytes.substr(4));
}

std::string session_prefix(const proto::session_id& session) {
  return with_separator(session, '\0', 0);
}

std::string session_end(const proto::session_id& session) {
  return with_separator(session, '\1', 0);
}

std::string session_key(const proto::session_id& session, uint32_t number) {
  auto key = with_separator(session, '\0', 4);
  append_u32(key, number);
  return key;
}

std::string session_key(const proto::session_id& session, uint64_t number) {
  auto key = with_separator(session, '\0', 12);
  append_u64(key, number);
  return key;
}

std::string session_key(const proto::session_id& session, std::string_view text) {
  auto key = with_separator(session, '\0', text.size());
  key += text;
  return key;
}

std::string_view after_session(std::string_view key) {
  auto end = key.find('\0');
  return end == key.npos ? std::string_view() : key.substr(end + 1);
}

proto::session_id session_of(std::string_view key) {
  return {std::string(key.substr(0, key.find('\0')))};
}

std::string name_key(std::string_view text) {
  if (text.empty())
    return std::string(1, '\0');
  std::string key(text.substr(0, name_bytes));
  if (text.size() > name_bytes)
    key += sha256(text);
  return key;
}

} // namespace kodad::storage
