#include "proto/provider/retry_after.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace kodad::proto::provider {

namespace {

constexpr double longest_wait_ms = 24 * 3600 * 1000.0;

std::optional<double> read_number(std::string_view text) {
  double number = 0;
  auto last = text.data() + text.size();
  auto [end, code] = std::from_chars(text.data(), last, number);
  if (code != std::errc() || end != last || !(number >= 0))
    return std::nullopt;
  return number;
}

int64_t bounded(double wait_ms) {
  return static_cast<int64_t>(std::ceil(std::min(wait_ms, longest_wait_ms)));
}

std::optional<int> read_digits(std::string_view text) {
  int number = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size() || number < 0)
    return std::nullopt;
  return number;
}

std::optional<unsigned> month_of(std::string_view name) {
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (unsigned i = 0; i < months.size(); ++i)
    if (months[i] == name)
      return i + 1;
  return std::nullopt;
}

} // namespace

std::optional<std::string_view> find_header(const header_list& headers, std::string_view name) {
  for (const auto& [key, text] : headers)
    if (key == name)
      return std::string_view(text);
  return std::nullopt;
}

std::optional<int64_t> asked_wait_ms(const header_list& headers) {
  if (auto text = find_header(headers, "retry-after-ms"))
    if (auto wait = read_number(*text))
      return bounded(*wait);
  auto text = find_header(headers, "retry-after");
  if (!text)
    return std::nullopt;
  if (auto seconds = read_number(*text))
    return bounded(*seconds * 1000);
  auto until = read_http_date(*text);
  auto answered = find_header(headers, "date");
  auto from = answered ? read_http_date(*answered) : std::nullopt;
  if (!until || !from)
    return std::nullopt;
  return bounded(std::max(0.0, static_cast<double>(*until - *from) * 1000));
}

std::optional<int64_t> read_http_date(std::string_view text) {
  // "Sun, 06 Nov 1994 08:49:37 GMT": every part has its place.
  if (text.size() != 29 || !text.ends_with(" GMT"))
    return std::nullopt;
  auto day = read_digits(text.substr(5, 2));
  auto month = month_of(text.substr(8, 3));
  auto year = read_digits(text.substr(12, 4));
  auto hour = read_digits(text.substr(17, 2));
  auto minute = read_digits(text.substr(20, 2));
  auto second = read_digits(text.substr(23, 2));
  if (!day || !month || !year || !hour || !minute || !second)
    return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                   std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok())
    return std::nullopt;
  auto days = std::chrono::sys_days(date).time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(days).count() + *hour * 3600 +
         *minute * 60 + *second;
}

} // namespace kodad::proto::provider
