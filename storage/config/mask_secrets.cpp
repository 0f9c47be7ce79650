#include "storage/config/mask_secrets.hpp"

#include "proto/text/ascii.hpp"

#include <algorithm>
#include <array>

namespace kodad::storage {

namespace {

constexpr const char* mask = "***";

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) {
  return is_capital(c) || is_small(c) || is_digit(c);
}

/// What keys and tokens are made of.
bool is_of_word(char c) {
  return is_alphanumeric(c) || c == '-' || c == '_';
}

bool is_blank(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

struct beginning {
  std::string_view text;
  size_t rest_least; ///< Letters behind it without which it is a word like others.
};

constexpr std::array<beginning, 37> beginnings{
    {{"sk-", 3},         {"sk_live_", 1}, {"sk_test_", 1}, {"rk_live_", 1}, {"pk_live_", 1},
     {"ghp_", 1},        {"gho_", 1},     {"ghu_", 1},     {"ghs_", 1},     {"ghr_", 1},
     {"github_pat_", 1}, {"glpat-", 1},   {"gldt-", 1},    {"xoxa-", 1},    {"xoxb-", 1},
     {"xoxp-", 1},       {"xoxr-", 1},    {"xoxs-", 1},    {"xoxe-", 1},    {"xoxc-", 1},
     {"xoxd-", 1},       {"xapp-", 1},    {"AIza", 4},     {"AKIA", 4},     {"ASIA", 12},
     {"ya29.", 1},       {"eyJ", 8},      {"gsk_", 3},     {"xai-", 8},     {"pplx-", 16},
     {"hf_", 8},         {"npm_", 16},    {"pypi-", 16},   {"dop_v1_", 1},  {"nvapi-", 3},
     {"r8_", 8},         {"sq0", 12}}};

size_t word_end(std::string_view text, size_t from) {
  while (from < text.size() && is_of_word(text[from]))
    ++from;
  return from;
}

/// Where a key ends that begins so: signatures and the parts of a JWT hang on with these.
size_t key_end(std::string_view text, size_t from) {
  constexpr std::string_view more = ".+/=~";
  while (from < text.size() && (is_of_word(text[from]) || more.find(text[from]) != more.npos))
    ++from;
  return from;
}

/// A letter, then a digit, then a capital: chance writes so, people do not.
bool is_by_chance(std::string_view word) {
  auto kind = [](char c) { return is_digit(c) ? 1 : is_small(c) ? 2 : is_capital(c) ? 3 : 0; };
  bool has_digit = std::ranges::any_of(word, is_digit);
  bool has_letter = std::ranges::any_of(word, [](char c) { return is_small(c) || is_capital(c); });
  if (word.size() < 20 || !has_digit || !has_letter)
    return false;
  if (std::ranges::all_of(word, is_alphanumeric))
    return true;
  size_t changes = 0;
  for (size_t at = 1; at < word.size(); ++at)
    if (kind(word[at]) > 0 && kind(word[at - 1]) > 0 && kind(word[at]) != kind(word[at - 1]))
      ++changes;
  return changes * 3 >= word.size();
}

/// Does a word end in a part that is one by itself? "task-a8d…" as well.
bool has_chance_part(std::string_view word) {
  while (!word.empty()) {
    auto end = std::min(word.find_first_of("-_"), word.size());
    if (is_by_chance(word.substr(0, end)))
      return true;
    word.remove_prefix(std::min(end + 1, word.size()));
  }
  return false;
}

/// The end of the key that begins at this word; `from` where none does.
size_t end_of_key(std::string_view text, size_t from) {
  auto rest = text.substr(from);
  if (proto::text::to_lower(rest.substr(0, 7)) == "bearer ") {
    auto secret = rest.find_first_not_of(' ', 7);
    bool is_word = secret != rest.npos && rest[secret] != ';' && rest[secret] != ',';
    return is_word ? std::max(key_end(text, from + secret), from + secret + 1) : from;
  }
  for (const auto& [begin, least] : beginnings) {
    bool is_cased = begin.starts_with("AIza") || begin.starts_with("eyJ") || is_capital(begin[0]);
    auto here = std::string(rest.substr(0, begin.size()));
    if ((is_cased ? here : proto::text::to_lower(here)) == begin &&
        key_end(text, from + begin.size()) >= from + begin.size() + least)
      return key_end(text, from + begin.size());
  }
  return from;
}

/// Of the blank-delimited piece that begins here, the place of the @ behind a user and password.
size_t user_end(std::string_view piece) {
  auto at = piece.rfind('@');
  if (at == piece.npos || at == 0)
    return 0;
  auto before = piece.substr(0, at);
  bool is_address = before.find("://") != before.npos;
  return is_address || before.find(':') != before.npos ? at : 0;
}

/// Without users and passwords of addresses.
std::string without_users(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto blanks = static_cast<size_t>(std::ranges::find_if_not(text, is_blank) - text.begin());
    out += text.substr(0, blanks);
    text.remove_prefix(blanks);
    auto piece =
        text.substr(0, static_cast<size_t>(std::ranges::find_if(text, is_blank) - text.begin()));
    text.remove_prefix(piece.size());
    if (auto end = user_end(piece); end > 0) {
      auto scheme = piece.find("://");
      bool is_address = scheme != piece.npos && scheme < end;
      out += std::string(piece.substr(0, is_address ? scheme + 3 : 0)) + mask;
      piece.remove_prefix(end);
    }
    out += piece;
  }
  return out;
}

/// "?key=…" and its like.
bool is_secret_field(std::string_view before) {
  if (!before.ends_with('='))
    return false;
  before.remove_suffix(1);
  auto start = before.find_last_of("?&");
  if (start == before.npos)
    return false;
  auto name = proto::text::to_lower(before.substr(start + 1));
  return std::ranges::any_of(std::array{"key", "token", "secret", "pass", "pw", "sig", "auth"},
                             [&name](const char* one) { return name.find(one) != name.npos; });
}

} // namespace

std::string mask_secrets(std::string_view given) {
  auto text = without_users(given);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (!is_of_word(text[at])) {
      out += text[at++];
      continue;
    }
    auto end = is_secret_field(out) ? key_end(text, at) : end_of_key(text, at);
    if (end > at) {
      out += mask;
      at = end;
      continue;
    }
    end = word_end(text, at);
    auto word = std::string_view(text).substr(at, end - at);
    auto piece = out.find_last_of(" \t\n\"'([{") + 1; // 0 for none: npos and one.
    auto before = std::string_view(out).substr(piece);
    bool is_in_path = before.starts_with('/') || before.starts_with("~/");
    out += !is_in_path && (is_by_chance(word) || has_chance_part(word)) ? mask : std::string(word);
    at = end;
  }
  return out;
}

} // namespace kodad::storage
