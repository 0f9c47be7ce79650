#include "proto/provider/call_names.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

constexpr size_t name_bytes_max = 64;
constexpr size_t nine = 9;

constexpr std::string_view alphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool is_alphanumeric(char c) {
  return alphabet.find(c) != std::string_view::npos;
}

bool is_plain(char c) {
  return is_alphanumeric(c) || c == '_' || c == '-';
}

bool fits(std::string_view id, call_id_form form) {
  if (form == call_id_form::nine)
    return id.size() == nine && std::ranges::all_of(id, is_alphanumeric);
  auto most = form == call_id_form::word_64 ? size_t{64} : size_t{40};
  return !id.empty() && id.size() <= most && std::ranges::all_of(id, [form](char c) {
    return is_plain(c) || (form == call_id_form::dotted && (c == '.' || c == ':'));
  });
}

uint64_t hash_of(std::string_view text, uint64_t hash) {
  for (char c : text) // FNV-1a: the same text gives the same number everywhere.
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

void append_digits(std::string& to, uint64_t number, size_t count) {
  for (size_t i = 0; i < count; ++i, number /= alphabet.size())
    to.push_back(alphabet[number % alphabet.size()]);
}

} // namespace

std::string fitting_call_id(std::string_view id, call_id_form form, size_t number) {
  if (number == 0 && fits(id, form))
    return std::string(id);
  std::string seed(id);
  if (number > 0)
    seed += "\n" + std::to_string(number);
  std::string out;
  if (form != call_id_form::nine)
    out = "call_";
  append_digits(out, hash_of(seed, 0xcbf29ce484222325), nine);
  if (form != call_id_form::nine)
    append_digits(out, hash_of(seed, 0x84222325cbf29ce4), nine);
  return out;
}

std::string fitting_tool_name(std::string_view name) {
  std::string out(name.substr(0, name_bytes_max));
  std::ranges::replace_if(
      out, [](char c) { return !is_plain(c); }, '_');
  if (out.empty())
    return "unknown";
  bool begins_well = out.front() == '_' || (out.front() >= 'A' && is_alphanumeric(out.front()));
  if (!begins_well) // Google's rule.
    out = "_" + out.substr(0, name_bytes_max - 1);
  return out;
}

std::string call_id_source::next(std::string_view id) {
  for (size_t number = 0;; ++number) {
    auto candidate = fitting_call_id(id, form_, number);
    if (used_.insert(candidate).second)
      return candidate;
  }
}

} // namespace kodad::proto::provider
