// SAID TEXT: how much of a text was streamed, so that a whole one that follows is not told twice.
// Keeps no text, only its length and a hash of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kodad::proto::provider {

class said_text {
public:
  void add(std::string_view piece) {
    for (char c : piece)
      hash_ = step(hash_, c);
    bytes_ += piece.size();
  }

  /// What of `whole` was not said; nothing where something else was.
  std::optional<std::string_view> rest_of(std::string_view whole) const {
    if (whole.size() < bytes_)
      return std::nullopt;
    auto hash = start;
    for (char c : whole.substr(0, bytes_))
      hash = step(hash, c);
    return hash == hash_ ? std::optional(whole.substr(bytes_)) : std::nullopt;
  }

  bool empty() const { return bytes_ == 0; }

private:
  // FNV-1a.
  static constexpr uint64_t start = 0xcbf29ce484222325;
  static uint64_t step(uint64_t hash, char c) {
    return (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }

  size_t bytes_ = 0;
  uint64_t hash_ = start;
};

} // namespace kodad::proto::provider
