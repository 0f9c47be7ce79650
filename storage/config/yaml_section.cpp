#include "storage/config/yaml_section.hpp"

#include "storage/config/expand_variables.hpp"
#include "storage/config/nearest_word.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::storage {

namespace {

constexpr size_t list_entries = 4096; // Far beyond any real file; aliases could multiply.

std::string place(const findings& into, const YAML::Node& at, const std::string& key) {
  return "config " + into.file + " line " + std::to_string(at.Mark().line + 1) + ": " + key + ": ";
}

template <class T>
std::string expected_number(const char* what, range<T> bounds) {
  auto text = [](T value) {
    auto digits = std::to_string(value);
    if (digits.find('.') != std::string::npos)
      digits.erase(std::max(digits.find_last_not_of('0') + 1, digits.find('.')));
    return digits;
  };
  return std::string(what) + " from " + text(bounds.least) + " to " + text(bounds.most);
}

template <class T>
bool parse(const YAML::Node& node, T& out) {
  if (!node.IsScalar())
    return false;
  const auto& text = node.Scalar();
  auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failure == std::errc() && end == text.data() + text.size();
}

constexpr std::string_view units = "KMGT"; // 1024, its square, …

std::optional<uint64_t> parse_bytes(std::string_view text) {
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

std::string size_text(uint64_t bytes) {
  size_t unit = 0;
  while (unit < units.size() && bytes >= 1024 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + (unit == 0 ? "" : std::string(1, units[unit - 1]) + "iB");
}

bool is_word(const YAML::Node& node) {
  return node.IsScalar() && !node.IsNull();
}

/// What stands there instead, if it is short and printable. For keys that hold no secret.
std::string not_this(const YAML::Node& node) {
  constexpr size_t shown_most = 40;
  bool is_shown = is_word(node) && !node.Scalar().empty() && node.Scalar().size() <= shown_most &&
                  std::ranges::all_of(node.Scalar(), [](char c) { return c >= ' ' && c <= '~'; });
  return is_shown ? ", not " + node.Scalar() : "";
}

} // namespace

void findings::fail(const YAML::Node& at, const std::string& key, const std::string& expected) {
  if (!failure)
    failure = proto::field_error(proto::ec::invalid_value, key, place(*this, at, key) + expected);
}

void findings::warn(const YAML::Node& at, const std::string& key, const std::string& text) {
  warnings.push_back(place(*this, at, key) + text);
}

section::section(findings& into, YAML::Node node, std::string path)
    : into_(into), node_(std::move(node)), path_(std::move(path)) {
  if (!node_.IsDefined() || node_.IsNull()) {
    node_ = YAML::Node(YAML::NodeType::Map);
    return;
  }
  auto name = path_.empty() ? std::string("the file") : path_.substr(0, path_.size() - 1);
  if (!node_.IsMap()) {
    into_.fail(node_, name, "expected a map of keys");
    node_ = YAML::Node(YAML::NodeType::Map);
  }
  std::vector<std::string> seen;
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar()) {
      into_.fail(entry.first, name, "expected words as keys");
      continue;
    }
    if (std::ranges::find(seen, entry.first.Scalar()) != seen.end())
      into_.fail(entry.first, full(entry.first.Scalar()), "expected once, stands twice");
    seen.push_back(entry.first.Scalar());
  }
}

YAML::Node section::find(std::string_view key) {
  known_.push_back(key);
  for (const auto& entry : node_)
    if (entry.first.IsScalar() && entry.first.Scalar() == key && !entry.second.IsNull())
      return entry.second;
  return YAML::Node(YAML::NodeType::Undefined);
}

void section::read(std::string_view key, std::string& out, expansion how) {
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!is_word(node))
    return into_.fail(node, full(key), "expected a text");
  out = node.Scalar();
  if (how == expansion::none)
    return;
  auto expanded = expand_variables(out, into_.variables);
  if (!expanded)
    return into_.fail(node, full(key), expanded.failure().context);
  out = std::move(*expanded);
}

void section::read(std::string_view key, bool& out) {
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!is_word(node) || (node.Scalar() != "true" && node.Scalar() != "false"))
    return into_.fail(node, full(key), "expected true or false" + not_this(node));
  out = node.Scalar() == "true";
}

void section::read(std::string_view key, int64_t& out, range<int64_t> bounds) {
  auto node = find(key);
  int64_t value = 0;
  if (!node.IsDefined())
    return;
  if (!parse(node, value) || value < bounds.least || value > bounds.most)
    return into_.fail(node, full(key),
                      "expected " + expected_number("a whole number", bounds) + not_this(node));
  out = value;
}

void section::read(std::string_view key, double& out, range<double> bounds) {
  auto node = find(key);
  double value = 0;
  if (!node.IsDefined())
    return;
  // Written so that "nan" fails too.
  if (!parse(node, value) || !(value >= bounds.least && value <= bounds.most))
    return into_.fail(node, full(key),
                      "expected " + expected_number("a number", bounds) + not_this(node));
  out = value;
}

void section::read(std::string_view key, std::vector<std::string>& out, expansion how) {
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!is_word(node) && (!node.IsSequence() || node.size() > list_entries))
    return into_.fail(node, full(key), "expected a list of texts");
  out.clear();
  for (size_t at = 0; at < (node.IsSequence() ? node.size() : 1); ++at) {
    const YAML::Node entry = node.IsSequence() ? node[at] : node;
    if (!is_word(entry))
      return into_.fail(entry, full(key), "expected a list of texts");
    auto text = how == expansion::none ? proto::result<std::string>(entry.Scalar())
                                       : expand_variables(entry.Scalar(), into_.variables);
    if (!text)
      return into_.fail(entry, full(key), text.failure().context);
    out.push_back(std::move(*text));
  }
}

void section::read(std::string_view key, std::map<std::string, std::string>& out, expansion how) {
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!node.IsMap() || node.size() > list_entries)
    return into_.fail(node, full(key), "expected a map of names to texts");
  for (const auto& entry : node) {
    if (!is_word(entry.first) || !is_word(entry.second))
      return into_.fail(entry.first, full(key), "expected a map of names to texts");
    auto text = how == expansion::none ? proto::result<std::string>(entry.second.Scalar())
                                       : expand_variables(entry.second.Scalar(), into_.variables);
    if (!text)
      return into_.fail(entry.second, full(key) + "." + entry.first.Scalar(),
                        text.failure().context);
    out[entry.first.Scalar()] = std::move(*text);
  }
}

void section::read_bytes(std::string_view key, uint64_t& out, range<uint64_t> bounds) {
  auto node = find(key);
  if (!node.IsDefined())
    return;
  auto value = is_word(node) ? parse_bytes(node.Scalar()) : std::nullopt;
  if (!value || *value < bounds.least || *value > bounds.most)
    return into_.fail(node, full(key),
                      "expected a size from " + size_text(bounds.least) + " to " +
                          size_text(bounds.most) + ", such as 512MiB or 4GiB" + not_this(node));
  out = *value;
}

section section::below(std::string_view key) {
  return section(into_, find(key), full(key) + ".");
}

std::vector<section> section::list_below(std::string_view key) {
  auto node = find(key);
  std::vector<section> out;
  if (!node.IsDefined())
    return out;
  if (!node.IsSequence() || node.size() > list_entries) {
    into_.fail(node, full(key), "expected a list");
    return out;
  }
  for (size_t at = 0; at < node.size(); ++at)
    out.emplace_back(into_, node[at], full(key) + "[" + std::to_string(at) + "].");
  return out;
}

void section::finish() {
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar())
      continue;
    const auto& key = entry.first.Scalar();
    if (std::ranges::find(known_, key) != known_.end())
      continue;
    if (std::ranges::find(unused_, key) != unused_.end()) {
      into_.warn(entry.first, full(key), "a key of KodaCode that has no effect here");
      continue;
    }
    auto nearest = nearest_word(key, known_);
    into_.warn(entry.first, full(key),
               nearest.empty() ? "unknown key, ignored"
                               : "unknown key, ignored; did you mean " + full(nearest) + "?");
  }
}

void section::fail(std::string_view key, const std::string& expected) {
  auto node = find(key);
  into_.fail(node.IsDefined() ? node : node_, full(key), expected);
}

void section::warn(std::string_view key, const std::string& text) {
  auto node = find(key);
  into_.warn(node.IsDefined() ? node : node_, full(key), text);
}

} // namespace kodad::storage
