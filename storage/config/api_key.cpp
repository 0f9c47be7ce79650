#include "storage/config/api_key.hpp"

#include "proto/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace kodad::storage {

namespace {

constexpr std::string_view blanks = " \t\r\n";

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

bool is_among(const auto& all, std::string_view word) {
  return std::ranges::find(all, word) != all.end();
}

/// The words of "sk-your_key" and of "YOUR_KEY", in small letters.
std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    auto end = std::min(text.find_first_of("-_ ."), text.size());
    if (end > 0)
      out.push_back(proto::text::to_lower(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// OPENAI_API_KEY: no vendor gives out such a key, but COLD_TEA_FOR_ALL may be somebody's.
bool is_variable_name(std::string_view key) {
  bool is_spelt_so = !key.empty() && key[0] >= 'A' && key[0] <= 'Z' && key.find('_') != key.npos &&
                     std::ranges::all_of(key, [](char c) {
                       return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
                     });
  constexpr std::array<std::string_view, 8> usual{"key",      "token", "secret",      "pat",
                                                  "password", "api",   "credentials", "auth"};
  return is_spelt_so &&
         std::ranges::any_of(parts_of(key), [&](const auto& one) { return is_among(usual, one); });
}

/// "xxx", "....", "0000"
bool is_filling(std::string_view part) {
  constexpr std::string_view letters = "xX*.0?#";
  return part.size() >= 3 && letters.find(part[0]) != letters.npos &&
         part.find_first_not_of(part[0]) == part.npos;
}

std::string_view without_digits(std::string_view part) {
  return part.substr(0, part.find_last_not_of("0123456789") + 1);
}

/// What examples have where the key belongs.
bool is_placeholder(std::string_view key) {
  constexpr std::array<std::string_view, 10> telling{
      "changeme",    "replaceme", "placeholder", "redacted", "yourkey",
      "replacewith", "yourtoken", "yourapikey",  "keyhere",  "tokenhere"};
  constexpr std::array<std::string_view, 38> filling{
      "my",     "api",      "key",   "apikey", "secret", "token",   "sk",     "the",
      "your",   "here",     "some",  "insert", "put",    "add",     "enter",  "paste",
      "change", "me",       "with",  "this",   "fill",   "in",      "it",     "replace",
      "value",  "todo",     "fixme", "real",   "sample", "example", "openai", "anthropic",
      "server", "password", "kodad", "access", "a",      "demo"};
  bool is_bracketed = key.size() > 2 && std::string_view("[{(").find(key.front()) != key.npos &&
                      std::string_view("]})").find(key.back()) != key.npos;
  bool is_one_letter = key.size() >= 4 && key.find_first_not_of(key[0]) == key.npos;
  if (is_bracketed || is_one_letter || key.ends_with("...") || key.ends_with("***"))
    return true;
  auto parts = parts_of(key);
  size_t fills = 0;
  bool addresses = false; // "your-key-here"
  for (const auto& part : parts) {
    auto word = without_digits(part);
    if (is_among(telling, word))
      return true;
    fills += is_among(filling, word) || is_filling(part) ? 1 : 0;
    addresses = addresses || word == "your" || word == "here";
  }
  return key.size() > 2 && !parts.empty() &&
         (is_filling(parts.back()) || fills == parts.size() ||
          (addresses && fills * 2 >= parts.size()));
}

/// What people give to a server that asks for some key and looks at none.
bool is_dummy(std::string_view key) {
  constexpr size_t digits_most = 8; // More of them may be somebody's idea of a key.
  if (!key.empty() && key.size() <= digits_most && key.find_first_not_of("0123456789") == key.npos)
    return true;
  constexpr std::array<std::string_view, 30> all{
      "true",     "false",      "yes",   "no",        "on",         "off",
      "empty",    "dummy",      "none",  "null",      "no-key",     "nokey",
      "no_key",   "not-needed", "na",    "n/a",       "not_needed", "notneeded",
      "unused",   "ollama",     "local", "lm-studio", "lmstudio",   "vllm",
      "llamacpp", "test",       "fake",  "anything",  "sk-dummy",   "sk-no-key-required"};
  return is_among(all, proto::text::to_lower(key));
}

/// "env.NAME", "~/.keys/one", "https://…": where other programs may find a key.
bool is_reference(std::string_view key) {
  constexpr std::array<std::string_view, 19> begins{
      "env.",     "process.env.", "$env:",    "env[",     "op://", "vault:",   "secret:",
      "secrets.", "keychain:",    "keyring:", "file:",    "cmd:",  "command:", "~/",
      "/",        "./",           "http://",  "https://", "$("};
  auto small = proto::text::to_lower(key);
  return std::ranges::any_of(begins, [&small](auto one) { return small.starts_with(one); });
}

struct beginning {
  std::string_view text;
  std::string_view vendor;
};

} // namespace

std::string without_blanks(std::string_view secret) {
  std::string out(secret);
  out.erase(out.find_last_not_of(blanks) + 1);
  out.erase(0, out.find_first_not_of(blanks));
  return out;
}

std::string api_key_fault(std::string_view key) {
  if (has_control(key))
    return "expected a key without line breaks and control characters";
  if (!is_ascii(key))
    return "expected a key of ASCII characters; are there typographic quotes around it?";
  if (proto::text::to_lower(key).starts_with("bearer "))
    return "expected the key alone, without the word Bearer";
  if (key.starts_with('<') && key.ends_with('>'))
    return "expected a key, not a place for one in < and >";
  return "";
}

std::string api_key_doubt(std::string_view key, bool may_be_dummy) {
  if (is_dummy(key))
    return may_be_dummy ? "" : "what stands there is no key";
  if (is_variable_name(key))
    return "this is the name of a variable: in ${ and } it stands for what the variable holds";
  if (auto sign = key.find('='); sign != key.npos && is_variable_name(key.substr(0, sign)))
    return "the name of a variable begins it: what stands behind = is one by itself";
  if (key.starts_with('"') || key.starts_with('\''))
    return "the quotes that begin it are part of it: one pair is enough";
  if (is_reference(key))
    return "what stands there says where one may be found: ${NAME} takes it from the environment";
  if (is_placeholder(key))
    return "what stands there only holds the place of one";
  if (key.find(' ') != key.npos)
    return "what stands there has blanks in it, as no key has";
  return "";
}

std::string_view vendor_of_key(std::string_view key) {
  constexpr std::array<beginning, 13> beginnings{{{"sk-ant-", "anthropic"},
                                                  {"sk-or-", "openrouter"},
                                                  {"sk-proj-", "openai"},
                                                  {"sk-svcacct-", "openai"},
                                                  {"gsk_", "groq"},
                                                  {"xai-", "xai"},
                                                  {"AIza", "google"},
                                                  {"ghp_", "github-copilot"},
                                                  {"gho_", "github-copilot"},
                                                  {"ghu_", "github-copilot"},
                                                  {"github_pat_", "github-copilot"},
                                                  {"csk-", "cerebras"},
                                                  {"tgp_v1_", "togetherai"}}};
  auto found = std::ranges::find_if(beginnings,
                                    [key](const auto& one) { return key.starts_with(one.text); });
  return found == beginnings.end() ? "" : found->vendor;
}

std::string token_fault(std::string_view token) {
  // A guess at a short token takes minutes over loopback; an empty one guards nothing.
  if (token.size() < 16)
    return "expected tokens of at least 16 characters";
  if (proto::text::to_lower(token).starts_with("bearer "))
    return "expected the token alone, without the word Bearer";
  if (has_control(token) || !is_ascii(token) || token.find(' ') != token.npos)
    return "expected tokens of visible ASCII characters, without blanks";
  auto doubt = api_key_doubt(token, false);
  return doubt.empty() ? "" : "expected tokens that nobody can guess; " + doubt;
}

} // namespace kodad::storage
