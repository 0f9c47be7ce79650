// RECORDS: how a struct names its fields once. A record has
//
//   static constexpr auto fields() {
//     return std::tuple(field("id", &session::id), field("title", &session::title), …);
//   }
//
// and gets from it its JSON writer and reader (json/codec.hpp), its encoding in the database
// (storage/record.hpp) and its CAF inspection (actors/inspect.hpp). An enum that travels has
// `constexpr auto words(E)` beside it, an array of its words in order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

namespace kodad::proto {

enum class presence : uint8_t {
  always,     ///< Always written; may be absent when read.
  omit_empty, ///< Left out when empty, zero or false.
  required,   ///< Always written; reading fails without it.
};

template <class Owner, class T>
struct field_of {
  std::string_view name;
  T Owner::*member;
  presence when;
};

template <class Owner, class T>
constexpr auto field(std::string_view name, T Owner::*member, presence when = presence::always) {
  return field_of<Owner, T>{name, member, when};
}

template <class T>
concept record = requires {
  T::fields();
};

/// A piece of JSON that we carry but do not look into. Empty means absent.
struct raw_json {
  std::string text;

  bool operator==(const raw_json&) const = default;
};

} // namespace kodad::proto
