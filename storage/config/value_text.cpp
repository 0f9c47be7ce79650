#include "storage/config/value_text.hpp"

#include "proto/text/ascii.hpp"
#include "proto/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kodad::storage {

namespace {

constexpr std::string_view units = "KMGT"; // 1024, its square, …

template <class T>
std::optional<T> parse(std::string_view text) {
  T out{};
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  bool is_whole = failure == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional(out) : std::nullopt;
}

bool has_leading_zero(std::string_view text) {
  if (text.starts_with('-'))
    text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

template <class T, class Text>
std::string bounded(const char* kind, range<T> bounds, Text text) {
  auto unit = *bounds.unit ? std::string(" of ") + bounds.unit : "";
  return kind + unit + " from " + text(bounds.least) + " to " + text(bounds.most);
}

} // namespace

int line_of(const YAML::Node& at) {
  return at.Mark().is_null() ? 0 : at.Mark().line + 1;
}

bool is_word(const YAML::Node& node) {
  return node.IsScalar() && !node.IsNull();
}

bool is_quoted(const YAML::Node& node) {
  return node.Tag() == "!";
}

std::string not_this(const YAML::Node& node) {
  if (node.IsNull())
    return ", not an empty value (a lone ~ is one, too: quote it)";
  if (node.IsScalar())
    return proto::not_this(node.Scalar());
  return node.IsMap() ? ", not a map" : ", not a list";
}

std::string takes(range<int64_t> bounds) {
  return bounded("a whole number", bounds, [](int64_t value) { return std::to_string(value); });
}

std::string takes(range<double> bounds) {
  return bounded("a number", bounds, number_text);
}

std::string takes_size(range<uint64_t> bounds) {
  return bounded("a size", bounds, size_text) + ", such as 512MiB or 4GiB";
}

std::string number_text(double value) {
  auto digits = std::to_string(value);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.'))
    digits.pop_back();
  return digits;
}

std::string size_text(uint64_t bytes) {
  size_t unit = 0;
  while (unit < units.size() && bytes >= 1024 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + (unit == 0 ? "" : std::string(1, units[unit - 1]) + "iB");
}

std::optional<int64_t> parse_whole(const YAML::Node& node) {
  if (!is_word(node) || has_leading_zero(node.Scalar()))
    return std::nullopt;
  return parse<int64_t>(node.Scalar());
}

std::optional<double> parse_number(const YAML::Node& node) {
  if (!is_word(node) || has_leading_zero(node.Scalar()))
    return std::nullopt;
  return parse<double>(node.Scalar());
}

std::optional<uint64_t> parse_size(const YAML::Node& node) {
  if (!is_word(node) || has_leading_zero(node.Scalar()))
    return std::nullopt;
  std::string_view text = node.Scalar();
  uint64_t number = 0;
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc())
    return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  if (text.empty())
    return number;
  auto unit = units.find(text.front());
  auto rest = text.substr(1);
  if (unit == units.npos || (rest != "" && rest != "iB" && rest != "B"))
    return std::nullopt;
  auto shift = 10 * (unit + 1);
  return number > (UINT64_MAX >> shift) ? std::nullopt : std::optional(number << shift);
}

std::string_view meant_flag(std::string_view given) {
  auto small = proto::text::to_lower(given);
  auto is_one_of = [&small](const auto& all) { return std::ranges::find(all, small) != all.end(); };
  constexpr std::array<std::string_view, 7> yes{"true", "yes", "on", "y", "1", "enabled", "ture"};
  constexpr std::array<std::string_view, 7> no{"false", "no", "off", "n", "0", "disabled", "flase"};
  return is_one_of(yes) ? "true" : is_one_of(no) ? "false" : "";
}

} // namespace kodad::storage
