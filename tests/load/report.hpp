// The results of one run: a readable line on stderr and one line of JSON on stdout, with the same
// figures in the order they were added.
#pragma once

#include "proto/json/writer.hpp"
#include "tests/load/samples.hpp"

#include <concepts>
#include <string>
#include <string_view>

namespace kodad::load {

class report {
public:
  explicit report(std::string_view mode);

  template <std::integral T>
  report& add(std::string_view name, T number) {
    return add_integer(name, static_cast<int64_t>(number));
  }
  report& add(std::string_view name, double number); ///< Kept to three decimals.
  report& add(std::string_view name, std::string_view text);

  /// Adds `<name>_p50_ms`, `<name>_p99_ms` and `<name>_max_ms`.
  report& add(std::string_view name, samples& times);

  void print();

private:
  report& add_integer(std::string_view name, int64_t number);
  void add_readable(std::string_view name, std::string_view value);

  proto::json::writer json_;
  std::string readable_;
};

} // namespace kodad::load
