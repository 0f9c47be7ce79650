// IDS. Each kind is a type of its own, so that a message id never lands where a session id belongs.
// An id is its kind's prefix, ten characters of milliseconds since 1970 and 26 characters holding
// 128 random bits, both in Crockford's base 32: sortable by time, impossible to guess.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kodad::proto {

/// A string that names one thing of the kind `Tag`. Empty means "none".
template <class Tag>
struct id {
  std::string text;

  bool empty() const { return text.empty(); }
  auto operator<=>(const id&) const = default;
};

using session_id = id<struct session_tag>;
using message_id = id<struct message_tag>;
using operation_id = id<struct operation_tag>;
using question_id = id<struct question_tag>;
using call_id = id<struct call_tag>;
using agent_id = id<struct agent_tag>;
using model_id = id<struct model_tag>; ///< "provider/model"

/// 128 bits from the system's random source.
using random_bits = std::array<uint8_t, 16>;

/// "ses" + time + randomness, for example `ses_01jdf3k2m0…`. Lower case.
std::string make_id_text(std::string_view prefix, int64_t now_ms, const random_bits& bits);

/// The milliseconds that an id of any kind was made from; nothing when `text` is none.
std::optional<int64_t> time_of_id(std::string_view text);

/// Is `text` shaped like an id with this prefix? Says nothing about whether it exists.
bool is_id_text(std::string_view prefix, std::string_view text);

} // namespace kodad::proto

template <class Tag>
struct std::hash<kodad::proto::id<Tag>> {
  size_t operator()(const kodad::proto::id<Tag>& x) const noexcept {
    return std::hash<std::string>{}(x.text);
  }
};
