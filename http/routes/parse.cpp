#include "http/routes/parse.hpp"

#include "http/routes/fingerprint.hpp"
#include "proto/json/number_range.hpp"
#include "proto/limits/storage.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::http {

using proto::ec;

namespace {

constexpr size_t key_bytes_max = 255;

int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  auto lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    bool is_escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                     hex_digit(text[i + 2]) >= 0;
    if (is_escape) {
      out.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

std::string encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view plain = "-._~";
  std::string out;
  for (char c : text) {
    bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    plain.find(c) != std::string_view::npos;
    if (is_plain) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(hex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(hex[static_cast<unsigned char>(c) & 15]);
    }
  }
  return out;
}

} // namespace

void refuse(call& now, const proto::error& why) {
  if (why.code == ec::invalid_json)
    return now.token.answer(proto::json::number_out_of_range(now.in.body).value_or(why));
  now.token.answer(why);
}

std::string_view body_text(const request& in) {
  return in.body.empty() ? "{}" : std::string_view(in.body);
}

query parse_query(std::string_view raw) {
  query out;
  while (!raw.empty()) {
    auto end = std::min(raw.find('&'), raw.size());
    auto pair = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    auto equals = std::min(pair.find('='), pair.size());
    if (equals > 0)
      out[decode(pair.substr(0, equals))] = decode(pair.substr(std::min(equals + 1, pair.size())));
  }
  return out;
}

proto::result<uint64_t> number_of(const query& from, const std::string& name, number_range range) {
  auto given = from.find(name);
  if (given == from.end())
    return range.fallback;
  const auto& text = given->second;
  uint64_t number = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool is_number = code == std::errc() && end == text.data() + text.size() && !text.empty();
  if (is_number && number >= range.least && number <= range.most)
    return number;
  auto why = proto::field_error(ec::invalid_value, name,
                                "expected a whole number from " + std::to_string(range.least) +
                                    " to " + std::to_string(range.most));
  why.limit = static_cast<int64_t>(std::min<uint64_t>(range.most, INT64_MAX));
  return why;
}

proto::result<proto::page_wish> page_of(const request& in) {
  auto given = parse_query(in.query);
  constexpr auto most = proto::limits::catalog_page_max;
  auto limit = number_of(given, "limit", {most, 1, most});
  if (!limit)
    return limit.failure();
  return proto::page_wish{*limit, text_of(given, "cursor").value_or("")};
}

std::optional<std::string> text_of(const query& from, const std::string& name) {
  auto given = from.find(name);
  if (given == from.end())
    return std::nullopt;
  return given->second;
}

proto::result<proto::idempotency> once_of(const request& in) {
  auto key = in.header("idempotency-key");
  if (!key)
    return proto::idempotency{};
  auto is_key = [](const auto& header) { return header.first == "idempotency-key"; };
  if (key->empty() || key->size() > key_bytes_max || std::ranges::count_if(in.headers, is_key) > 1)
    return proto::field_error(ec::invalid_value, "Idempotency-Key",
                              "expected one key of 1 to 255 characters");
  return proto::idempotency{std::string(*key), fingerprint_of(in)};
}

std::string link_to(const link_base& from, const link_change& change) {
  auto all = parse_query(from.query);
  all.erase(change.without);
  all[change.name] = change.value;
  std::string out = from.path;
  char mark = '?';
  for (const auto& [name, value] : all) {
    out += mark + encode(name) + "=" + encode(value);
    mark = '&';
  }
  return out;
}

std::string as_link(const std::string& target, std::string_view relation) {
  std::string out(1, '<');
  out.append(target).append(">; rel=\"").append(relation).append("\"");
  return out;
}

void add_next(response& to, const link_base& from, const std::string& next_cursor) {
  if (!next_cursor.empty())
    to.headers.emplace_back("Link", as_link(link_to(from, {"cursor", next_cursor, ""}), "next"));
}

response empty_response(int status) {
  response out;
  out.status = status;
  return out;
}

} // namespace kodad::http
