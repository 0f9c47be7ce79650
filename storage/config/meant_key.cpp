#include "storage/config/meant_key.hpp"

#include "proto/text/ascii.hpp"
#include "proto/text/nearest_word.hpp"
#include "storage/config/key_table.hpp"

#include <algorithm>
#include <array>

namespace kodad::storage {

namespace {

struct other_name {
  std::string_view theirs;
  std::string_view ours;
};

/// What users of other hosts and gateways write.
constexpr std::array<other_name, 40> other_names{{
    {"url", "base_url"},
    {"host", "base_url"},
    {"endpoint", "base_url"},
    {"api_base", "base_url"},
    {"api_url", "base_url"},
    {"base", "base_url"},
    {"key", "api_key"},
    {"token", "api_key"},
    {"secret", "api_key"},
    {"api_token", "api_key"},
    {"auth_token", "tokens"},
    {"token", "tokens"},
    {"provider", "id"},
    {"format", "type"},
    {"kind", "type"},
    {"api", "type"},
    {"api_type", "type"},
    {"npm", "type"},
    {"model", "models"},
    {"model", "default_model"},
    {"model", "id"},
    {"model_name", "id"},
    {"agent", "default_agent"},
    {"small_model", "utility_model"},
    {"context", "context_size"},
    {"context_window", "context_size"},
    {"context_length", "context_size"},
    {"max_tokens", "max_output_tokens"},
    {"timeout", "call_timeout"},
    {"address", "host"},
    {"bind", "host"},
    {"listen", "host"},
    {"environment", "env"},
    {"bind_address", "host"},
    {"hostname", "host"},
    {"ip", "host"},
    {"max_steps", "primary_max_steps"},
    {"max_turns", "primary_max_steps"},
    {"max_cost", "budget"},
    {"instructions", "instruction_files"},
}};

std::string_view last_word(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

/// Told in the place that it has in the file, where it is of the same section.
std::string in_section(const unknown_key& what, std::string_view key) {
  return std::string(what.path) + std::string(key);
}

bool is_among(std::span<const std::string_view> all, std::string_view word) {
  return std::ranges::find(all, word) != all.end();
}

/// "server.port" as "server: {port: …}".
std::string nested(std::string_view name) {
  auto dot = name.find('.');
  if (dot == name.npos)
    return std::string(name) + ": …";
  return std::string(name.substr(0, dot)) + ": {" + nested(name.substr(dot + 1)) + "}";
}

/// A key of another section that is called just so; those that have no effect after the others.
std::string elsewhere(std::string_view word) {
  for (bool is_used : {true, false})
    for (const auto& known : known_keys()) {
      if (known.is_used != is_used)
        continue;
      if (known.name == word)
        return word.find('.') == word.npos ? known.name : nested(word);
      if (last_word(known.name) == word)
        return known.name;
    }
  // A section, such as limits.
  for (const auto& known : known_keys())
    for (auto dot = known.name.rfind('.'); dot != known.name.npos && dot > 0;
         dot = known.name.rfind('.', dot - 1))
      if (auto above = known.name.substr(0, dot); last_word(above) == word)
        return above;
  return "";
}

bool holds_words(std::string_view key, std::string_view part) {
  auto padded = "_" + std::string(key) + "_";
  return padded.find("_" + std::string(part) + "_") != padded.npos;
}

} // namespace

std::string plain_spelling(std::string_view key) {
  std::string out;
  bool was_small = false;
  for (char c : key) {
    bool is_capital = c >= 'A' && c <= 'Z';
    if (is_capital && was_small)
      out += '_';
    was_small = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    out += c == '-' || c == ' ' ? '_' : proto::text::to_lower(c);
  }
  return out;
}

std::string meant_key(const unknown_key& what) {
  auto plain = plain_spelling(what.key);
  if (is_among(what.own, plain))
    return in_section(what, plain);
  for (const auto& [theirs, ours] : other_names)
    if (plain == theirs && is_among(what.own, ours))
      return in_section(what, ours);
  if (auto found = elsewhere(plain); !found.empty())
    return found;
  auto nearest = proto::text::nearest_word(plain, what.own);
  if (!nearest.empty())
    return in_section(what, nearest);
  constexpr size_t least = 5; // "resume" for resume_turns, but not "max".
  for (auto own : what.own)
    if (plain.size() >= least && (holds_words(own, plain) || holds_words(plain, own)))
      return in_section(what, own);
  return "";
}

std::string without_places(std::string_view name) {
  std::string out;
  bool is_inside = false;
  for (char c : name) {
    is_inside = is_inside && c != ']';
    if (!is_inside)
      out += c;
    is_inside = is_inside || c == '[';
  }
  return out;
}

} // namespace kodad::storage
