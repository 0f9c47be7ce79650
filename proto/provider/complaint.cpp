#include "proto/provider/complaint.hpp"

#include "proto/limits.hpp"
#include "proto/text/ascii.hpp"
#include "proto/text/utf8.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace kodad::proto::provider {

namespace {

constexpr size_t presentable_bytes = 500;

// A random part this long is a credential more often than anything a person needs to read.
constexpr size_t secret_run = 20;

void add_kind(complaint& out, const json::object& from, std::string_view key) {
  if (auto word = json::find_string(from, key))
    out.kind.append(out.kind.empty() ? "" : " ").append(text::to_lower(*word));
  else if (auto number = json::find_integer(from, key); number && *number >= 400 && *number < 600)
    out.status = static_cast<int>(*number);
}

/// "34s", "1.5s"
std::optional<int64_t> duration_ms(std::string_view text) {
  double seconds = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  bool whole = code == std::errc() && std::string_view(end, text.data() + text.size()) == "s";
  if (!whole || !(seconds >= 0) || seconds > 1e6)
    return std::nullopt;
  return static_cast<int64_t>(std::ceil(seconds * 1000));
}

void read_details(complaint& out, const json::object& from) {
  auto details = json::find(from, "details");
  if (!details)
    return;
  // Anthropic sends one object, Google an array of them.
  auto read_one = [&out](const json::value& node) {
    json::object detail;
    if (node.get(detail) != simdjson::SUCCESS)
      return;
    if (auto delay = json::find_string(detail, "retryDelay"))
      out.retry_after_ms = duration_ms(*delay);
    add_kind(out, detail, "error_code");
    add_kind(out, detail, "reason");
  };
  json::array list;
  if (details->get(list) != simdjson::SUCCESS)
    return read_one(*details);
  for (auto node : list)
    read_one(node);
}

/// The first of the usual places that holds a text.
void read_message(complaint& out, const json::object& from) {
  for (auto key : {"message", "detail", "error_description", "error", "msg"}) {
    auto node = json::find(from, key);
    if (!node)
      continue;
    std::string_view text;
    out.message = node->get(text) == simdjson::SUCCESS ? std::string(text) : json::to_text(*node);
    return;
  }
}

void read_first_of(complaint& out, const json::object& from);

void read_object(complaint& out, const json::object& from) {
  if (auto inner = json::find_object(from, "error"))
    return read_object(out, *inner);
  read_message(out, from);
  if (out.message.empty() || json::find_array(from, "error"))
    read_first_of(out, from);
  for (auto key : {"type", "code", "status"})
    add_kind(out, from, key);
  read_details(out, from);
  // OpenRouter wraps what the provider behind it said.
  if (auto meta = json::find_object(from, "metadata"))
    if (auto raw = json::find_string(*meta, "raw"))
      out.message.append(": ").append(*raw);
}

/// {"errors":[{"message":…}]}, as gateways say it: the first that says something.
void read_first_of(complaint& out, const json::object& from) {
  for (auto key : {"error", "errors"}) {
    auto node = json::find(from, key);
    auto inner = node ? read_complaint(*node) : complaint{};
    if (inner.message.empty())
      continue;
    out.message = std::move(inner.message);
    out.kind.append(out.kind.empty() || inner.kind.empty() ? "" : " ").append(inner.kind);
    out.status = inner.status != 0 ? inner.status : out.status;
    return;
  }
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool joins_secret(char c) {
  return is_word(c) || c == '-' || c == '.' || c == '*' || c == '+' || c == '=';
}

bool looks_secret(std::string_view token) {
  constexpr std::array<std::string_view, 12> prefixes{
      "sk-", "sk_", "pk-", "rk-", "AIza", "gsk_", "xai-", "ghp_", "gho_", "hf_", "eyJ", "AKIA"};
  for (auto prefix : prefixes)
    if (token.starts_with(prefix) && token.size() >= prefix.size() + 4)
      return true;
  size_t run = 0;
  bool digit = false, letter = false;
  for (char c : token) {
    if (!is_word(c)) {
      run = 0;
      digit = letter = false;
      continue;
    }
    digit = digit || (c >= '0' && c <= '9');
    letter = letter || (c > '9' && c != '_');
    if (++run >= secret_run && digit && letter)
      return true;
  }
  // A provider that masks a key itself: "abcd****wxyz".
  return token.find("***") != std::string_view::npos;
}

} // namespace

complaint read_complaint(const json::object& from) {
  complaint out;
  read_object(out, from);
  return out;
}

complaint read_complaint(const json::value& node) {
  complaint out;
  json::object from;
  json::array list;
  std::string_view text;
  if (node.get(from) == simdjson::SUCCESS)
    read_object(out, from);
  else if (node.get(text) == simdjson::SUCCESS)
    out.message = text;
  else if (node.get(list) == simdjson::SUCCESS)
    for (auto item : list)
      if (auto one = read_complaint(item); !one.message.empty() || !one.kind.empty())
        return one;
  return out;
}

complaint read_complaint(std::string_view body) {
  json::parser parse;
  body = body.substr(0, limits::provider_error_bytes);
  if (auto root = parse.parse(body))
    return read_complaint(*root);
  complaint out;
  out.message = text::prefix(body, 2 * presentable_bytes);
  return out;
}

std::string presentable(std::string_view message) {
  std::string out;
  auto valid = text::to_valid_utf8(message.substr(0, 8 * presentable_bytes));
  std::string_view rest = valid;
  bool after_bearer = false;
  while (!rest.empty() && out.size() <= presentable_bytes) {
    size_t size = 0;
    while (size < rest.size() && joins_secret(rest[size]))
      ++size;
    auto token = rest.substr(0, size);
    if (!token.empty()) {
      bool secret = looks_secret(token) || after_bearer;
      after_bearer = text::to_lower(token) == "bearer";
      out += secret ? std::string_view("[redacted]") : token;
      rest.remove_prefix(size);
      continue;
    }
    bool control = static_cast<unsigned char>(rest.front()) < 0x20;
    out.push_back(control ? ' ' : rest.front());
    rest.remove_prefix(1);
  }
  return std::string(text::prefix(out, presentable_bytes));
}

} // namespace kodad::proto::provider
