// The RECORD CODEC: JSON for every type that names its fields (proto/record.hpp), in both
// directions. A type with a shape of its own has `write_value` and `read_value` beside it.
//
// Reading ignores unknown keys, takes null for absent, lets the last of two equal keys win, and
// fails with `wrong_type`, `invalid_value` or `missing_field` naming the field.
#pragma once

#include "proto/ids.hpp"
#include "proto/json/reader.hpp"
#include "proto/json/writer.hpp"
#include "proto/record.hpp"
#include "proto/timestamp.hpp"
#include "proto/words.hpp"

#include <concepts>
#include <optional>
#include <string>
#include <vector>

namespace kodad::proto::json {

// --- writing ---------------------------------------------------------------------------------

inline void write_value(writer& out, const std::string& x) {
  out.string(x);
}

inline void write_value(writer& out, bool x) {
  out.boolean(x);
}

template <std::integral T>
requires(!std::same_as<T, bool>) void write_value(writer& out, T x) {
  out.integer(static_cast<int64_t>(x));
}

inline void write_value(writer& out, double x) {
  out.number(x);
}

template <class Tag>
void write_value(writer& out, const id<Tag>& x) {
  out.string(x.text);
}

inline void write_value(writer& out, timestamp x) {
  out.string(to_text(x));
}

inline void write_value(writer& out, const raw_json& x) {
  out.raw(x.text.empty() ? std::string_view("null") : std::string_view(x.text));
}

template <worded_enum E>
void write_value(writer& out, E x) {
  out.string(words(x)[static_cast<size_t>(x)]);
}

template <record T>
void write_value(writer& out, const T& x);

template <class T>
void write_value(writer& out, const std::vector<T>& xs) {
  out.begin_array();
  for (const auto& x : xs)
    write_value(out, x);
  out.end_array();
}

template <class T>
void write_value(writer& out, const std::optional<T>& x) {
  if (x)
    write_value(out, *x);
  else
    out.null();
}

template <class T>
bool is_absent(const T& x, presence when) {
  if constexpr (requires { x.has_value(); })
    return !x.has_value();
  if (when != presence::omit_empty)
    return false;
  if constexpr (requires { x.text.empty(); })
    return x.text.empty();
  else if constexpr (requires { x.empty(); })
    return x.empty();
  else if constexpr (std::equality_comparable<T>)
    return x == T{};
  else
    return false;
}

template <record T>
void write_fields(writer& out, const T& x) {
  std::apply(
      [&](const auto&... f) {
        (..., (is_absent(x.*f.member, f.when) ? void()
                                              : (out.key(f.name), write_value(out, x.*f.member))));
      },
      T::fields());
}

template <record T>
void write_value(writer& out, const T& x) {
  out.begin_object();
  write_fields(out, x);
  out.end_object();
}

/// The JSON text of any value that can be written.
template <class T>
std::string write(const T& x) {
  writer out;
  write_value(out, x);
  return out.take();
}

// --- reading ---------------------------------------------------------------------------------

error wrong_type(std::string_view expected);

result<void> read_value(const value& in, std::string& out);
result<void> read_value(const value& in, bool& out);
result<void> read_value(const value& in, double& out);
result<void> read_value(const value& in, timestamp& out);
result<void> read_value(const value& in, raw_json& out);
result<int64_t> read_integer(const value& in);

template <std::integral T>
requires(!std::same_as<T, bool>) result<void> read_value(const value& in, T& out) {
  auto number = read_integer(in);
  if (!number)
    return number.failure();
  if (!std::in_range<T>(*number))
    return make_error(ec::invalid_value, "the number is out of range");
  out = static_cast<T>(*number);
  return {};
}

template <class Tag>
result<void> read_value(const value& in, id<Tag>& out) {
  return read_value(in, out.text);
}

template <worded_enum E>
result<void> read_value(const value& in, E& out) {
  std::string_view word;
  if (in.get(word) != simdjson::SUCCESS)
    return wrong_type("one of the words " + joined_words(words(out)));
  return read_word(word, out);
}

template <record T>
result<void> read_value(const value& in, T& out);

template <class T>
result<void> read_value(const value& in, std::vector<T>& out) {
  array items;
  if (in.get(items) != simdjson::SUCCESS)
    return wrong_type("an array");
  out.clear();
  for (auto item : items)
    if (auto done = read_value(item, out.emplace_back()); !done)
      return done;
  return {};
}

template <class T>
result<void> read_value(const value& in, std::optional<T>& out) {
  return read_value(in, out.emplace());
}

/// Reads one field of `out` if `key` is its name. Errors get the field's name as path.
template <class T, class Field>
result<void> read_field(const value& in, std::string_view key, T& out, const Field& f, bool& seen) {
  if (key != f.name || in.is_null())
    return {};
  seen = true;
  auto done = read_value(in, out.*f.member);
  if (done)
    return {};
  auto failure = done.failure();
  auto inner = failure.field.empty() ? "" : "." + failure.field;
  failure.field = std::string(f.name) + inner;
  return failure;
}

template <record T>
result<void> read_value(const value& in, T& out) {
  object entries;
  if (in.get(entries) != simdjson::SUCCESS)
    return wrong_type("an object");
  constexpr auto all = T::fields();
  bool seen[std::tuple_size_v<decltype(all)>] = {};
  result<void> done;
  for (auto entry : entries) {
    std::apply(
        [&](const auto&... f) {
          size_t i = 0;
          (...,
           (done ? void(done = read_field(entry.value, entry.key, out, f, seen[i++])) : void()));
        },
        all);
    if (!done)
      return done;
  }
  std::apply(
      [&](const auto&... f) {
        size_t i = 0;
        (..., (done && f.when == presence::required && !seen[i]
                   ? void(done = field_error(ec::missing_field, std::string(f.name),
                                             "a required field is missing"))
                   : void(),
               ++i));
      },
      all);
  return done;
}

/// A parser keeps ten times the memory of the largest text it ever read.
inline constexpr size_t kept_parser_bytes = 1024 * 1024;

/// Reads a whole text of at most `depth` levels into a `T`.
template <class T, size_t depth = limits::json_depth>
result<T> read(std::string_view text) {
  static thread_local parser for_most;
  parser for_large;
  auto root = (text.size() > kept_parser_bytes ? for_large : for_most).parse(text, depth);
  if (!root)
    return root.failure();
  T out{};
  if (auto done = read_value(*root, out); !done)
    return done.failure();
  return out;
}

/// Reads what we have written ourselves: around what a client sent, as deep as a client may, stand
/// the levels of our own records.
template <class T>
result<T> read_own(std::string_view text) {
  constexpr size_t own_levels = 16;
  return read<T, limits::json_depth + own_levels>(text);
}

} // namespace kodad::proto::json
