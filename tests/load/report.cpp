#include "tests/load/report.hpp"

#include <cmath>
#include <cstdio>

namespace kodad::load {

report::report(std::string_view mode) : readable_(std::string(mode) + ":") {
  json_.begin_object().key("mode").string(mode);
}

report& report::add(std::string_view name, double number) {
  double rounded = std::round(number * 1000) / 1000;
  json_.key(name).number(rounded);
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", rounded);
  add_readable(name, text);
  return *this;
}

report& report::add(std::string_view name, std::string_view text) {
  json_.key(name).string(text);
  add_readable(name, text);
  return *this;
}

report& report::add(std::string_view name, samples& times) {
  std::string prefix(name);
  add(prefix + "_p50_ms", times.percentile_ms(50));
  add(prefix + "_p99_ms", times.percentile_ms(99));
  return add(prefix + "_max_ms", times.percentile_ms(100));
}

report& report::add_integer(std::string_view name, int64_t number) {
  json_.key(name).integer(number);
  add_readable(name, std::to_string(number));
  return *this;
}

void report::add_readable(std::string_view name, std::string_view value) {
  readable_.append(" ").append(name).append(" ").append(value).append(",");
}

void report::print() {
  json_.end_object();
  readable_.pop_back();
  std::fprintf(stderr, "%s\n", readable_.c_str());
  std::printf("%s\n", json_.take().c_str());
}

} // namespace kodad::load
