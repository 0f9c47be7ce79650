// The JSON WRITER: appends values to one text. Thin over RapidJSON's writer, which keeps track of
// commas and escapes. Invalid UTF-8 becomes U+FFFD and a number that JSON lacks becomes null, so
// that the result is always valid JSON.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kodad::proto::json {

class writer {
public:
  writer();
  ~writer();
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  writer& begin_object();
  writer& end_object();
  writer& begin_array();
  writer& end_array();
  writer& key(std::string_view name);
  writer& string(std::string_view text);
  writer& integer(int64_t number);
  writer& number(double number);
  writer& boolean(bool truth);
  writer& null();

  /// Puts `text` in as one value. @pre `text` is valid JSON.
  writer& raw(std::string_view text);

  /// The finished text; the writer is empty afterwards.
  std::string take();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// `text` as the inside of a JSON string: escaped, without the quotes.
std::string escape(std::string_view text);

/// `text` as one JSON string, quotes included.
std::string quote(std::string_view text);

} // namespace kodad::proto::json
