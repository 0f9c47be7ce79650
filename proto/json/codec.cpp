#include "proto/json/codec.hpp"

namespace kodad::proto::json {

error wrong_type(std::string_view expected) {
  return make_error(ec::wrong_type, "expected " + std::string(expected));
}

result<void> read_value(const value& in, std::string& out) {
  std::string_view text;
  if (in.get(text) != simdjson::SUCCESS)
    return wrong_type("a string");
  out.assign(text);
  return {};
}

result<void> read_value(const value& in, bool& out) {
  if (in.get(out) != simdjson::SUCCESS)
    return wrong_type("true or false");
  return {};
}

result<void> read_value(const value& in, double& out) {
  if (in.get(out) != simdjson::SUCCESS)
    return wrong_type("a number");
  return {};
}

result<void> read_value(const value& in, timestamp& out) {
  std::string_view text;
  if (in.get(text) != simdjson::SUCCESS)
    return wrong_type("a time");
  auto at = parse_timestamp(text);
  if (!at)
    return make_error(ec::invalid_value, "expected an RFC 3339 time");
  out = *at;
  return {};
}

result<void> read_value(const value& in, raw_json& out) {
  out.text = to_text(in);
  return {};
}

result<int64_t> read_integer(const value& in) {
  int64_t number = 0;
  if (in.get(number) == simdjson::SUCCESS)
    return number;
  return wrong_type("an integer");
}

} // namespace kodad::proto::json
