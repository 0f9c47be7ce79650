#include "proto/provider/anthropic_traits.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace kodad::proto::provider {

namespace {

constexpr std::string_view family_mark = "claude-";

/// What a model not known by name is allowed; servers of Anthropic's format take that much.
constexpr int64_t output_unknown = 32'000;

/// 4.5 is 405; 0 when the name has no version.
int version_in(std::string_view name) {
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  int version = 0;
  int found = 0;
  for (auto rest = name; found < 2 && !rest.empty();) {
    auto end = std::min(rest.find_first_of("-.@:_"), rest.size());
    auto word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    // Longer numbers are dates.
    bool number = !word.empty() && word.size() <= 2 && std::ranges::all_of(word, is_digit);
    if (!number && found > 0)
      break;
    if (!number)
      continue;
    version = version * 100 + std::stoi(std::string(word));
    ++found;
  }
  return found == 1 ? version * 100 : version;
}

struct generation {
  int before; ///< Versions below it, as `version_in` says them.
  thinking_form thinking;
  bool takes_temperature;
  bool sees;
  int64_t output_default;
};

// The output limits that Anthropic documents, at most 64,000: more is of no use to an agent's step.
constexpr std::array<generation, 6> generations{{
    {300, thinking_form::none, true, false, 4'096},
    {305, thinking_form::none, true, true, 4'096},
    {307, thinking_form::none, true, true, 8'192},
    {405, thinking_form::budget, true, true, 32'000},
    {406, thinking_form::budget, true, true, 64'000},
    {407, thinking_form::adaptive, true, true, 64'000},
}};

} // namespace

anthropic_traits anthropic_traits_of(std::string_view name, bool reasons) {
  auto family = name.find(family_mark);
  if (family == std::string_view::npos)
    return {false, reasons ? thinking_form::budget : thinking_form::none, true, false,
            output_unknown};
  auto version = version_in(name.substr(family + family_mark.size()));
  for (const auto& of : generations)
    if (version != 0 && version < of.before)
      return {true, of.thinking, of.takes_temperature, of.sees, of.output_default};
  // A name without a version is of a model newer than this table, too.
  return {true, thinking_form::adaptive, false, true, 64'000};
}

} // namespace kodad::proto::provider
