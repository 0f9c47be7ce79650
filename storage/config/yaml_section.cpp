#include "storage/config/yaml_section.hpp"

#include "proto/text/nearest_word.hpp"
#include "storage/config/expand_variables.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::storage {

namespace {

constexpr size_t list_entries = 4096; // Far beyond any real file; aliases could multiply.

int line_of(const YAML::Node& at) {
  return at.Mark().line + 1;
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

/// What stands there instead, if it can be shown. For keys that hold no secret.
std::string not_this(const YAML::Node& node) {
  if (node.IsNull())
    return ", not an empty value (a lone ~ is one, too: quote it)";
  if (node.IsScalar())
    return proto::not_this(node.Scalar());
  return node.IsMap() ? ", not a map" : ", not a list";
}

/// Of a value that may be a secret only its shape is told.
std::string not_this(const YAML::Node& node, expansion how) {
  return how == expansion::none || !is_word(node) ? not_this(node) : "";
}

/// A word of the configuration with its variables replaced.
proto::result<std::string> expanded(const std::string& text, expansion how,
                                    const host::environment& variables) {
  if (how == expansion::none)
    return text;
  if (is_bare_variable(text)) // Not repeated: it may be a secret after all.
    return proto::make_error(proto::ec::invalid_value,
                             "expected ${NAME}, not $NAME: without braces no variable is replaced");
  return expand_variables(text, variables,
                          how == expansion::filled_variables ? empty_variable::refused
                                                             : empty_variable::taken);
}

bool has_kind(const YAML::Node& node, unused_kind kind) {
  double number = 0;
  switch (kind) {
  case unused_kind::flag:
    return is_word(node) && (node.Scalar() == "true" || node.Scalar() == "false");
  case unused_kind::number:
    return parse(node, number);
  case unused_kind::list:
    return node.IsSequence();
  case unused_kind::map:
    return node.IsMap();
  case unused_kind::word:
    break;
  }
  return is_word(node);
}

const char* name_of(unused_kind kind) {
  switch (kind) {
  case unused_kind::flag:
    return "true or false";
  case unused_kind::number:
    return "a number";
  case unused_kind::list:
    return "a list";
  case unused_kind::map:
    return "a map of keys";
  case unused_kind::word:
    break;
  }
  return "a text";
}

} // namespace

section::section(findings& into, YAML::Node node, std::string path)
    : into_(into), node_(std::move(node)), path_(std::move(path)) {
  if (!node_.IsDefined() || node_.IsNull()) {
    node_ = YAML::Node(YAML::NodeType::Map);
    return;
  }
  auto name = path_.empty() ? std::string("the file") : path_.substr(0, path_.size() - 1);
  if (!node_.IsMap()) {
    into_.fail(line_of(node_), name, "expected a map of keys" + not_this(node_));
    node_ = YAML::Node(YAML::NodeType::Map);
  }
  for (const auto& entry : node_)
    if (!entry.first.IsScalar())
      into_.fail(line_of(entry.first), name, "expected words as keys");
}

YAML::Node section::find(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end())
    known_.push_back(key);
  for (const auto& entry : node_)
    if (entry.first.IsScalar() && entry.first.Scalar() == key && !entry.second.IsNull()) {
      into_.note(line_of(entry.second), full(key));
      return entry.second;
    }
  return YAML::Node(YAML::NodeType::Undefined);
}

void section::read(std::string_view key, std::string& out, expansion how) {
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!is_word(node))
    return into_.fail(line_of(node), full(key), "expected a text" + not_this(node));
  auto text = expanded(node.Scalar(), how, into_.variables());
  if (!text)
    return into_.fail(line_of(node), full(key), text.failure().context);
  out = std::move(*text);
}

void section::read(std::string_view key, bool& out) {
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!is_word(node) || (node.Scalar() != "true" && node.Scalar() != "false"))
    return into_.fail(line_of(node), full(key), "expected true or false" + not_this(node));
  out = node.Scalar() == "true";
}

void section::read(std::string_view key, int64_t& out, range<int64_t> bounds) {
  auto node = find(key);
  int64_t value = 0;
  if (!node.IsDefined())
    return;
  if (!parse(node, value) || value < bounds.least || value > bounds.most)
    return into_.fail(line_of(node), full(key),
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
    return into_.fail(line_of(node), full(key),
                      "expected " + expected_number("a number", bounds) + not_this(node));
  out = value;
}

void section::read(std::string_view key, std::vector<std::string>& out, expansion how) {
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!is_word(node) && (!node.IsSequence() || node.size() > list_entries))
    return into_.fail(line_of(node), full(key), "expected a list of texts" + not_this(node, how));
  out.clear();
  for (size_t at = 0; at < (node.IsSequence() ? node.size() : 1); ++at) {
    const YAML::Node entry = node.IsSequence() ? node[at] : node;
    if (!is_word(entry)) {
      into_.fail(line_of(entry), full(key), "expected a list of texts" + not_this(entry, how));
      continue;
    }
    auto text = expanded(entry.Scalar(), how, into_.variables());
    if (!text)
      into_.fail(line_of(entry), full(key), text.failure().context);
    else
      out.push_back(std::move(*text));
  }
}

void section::read(std::string_view key, std::map<std::string, std::string>& out, expansion how) {
  auto node = find(key);
  if (!node.IsDefined())
    return;
  if (!node.IsMap() || node.size() > list_entries)
    return into_.fail(line_of(node), full(key),
                      "expected a map of names to texts" + not_this(node, how));
  for (const auto& entry : node) {
    if (!is_word(entry.first) || !is_word(entry.second)) {
      into_.fail(line_of(entry.first), full(key), "expected a map of names to texts");
      continue;
    }
    auto name = full(key) + "." + entry.first.Scalar();
    into_.note(line_of(entry.first), name);
    auto text = expanded(entry.second.Scalar(), how, into_.variables());
    if (!text)
      into_.fail(line_of(entry.second), name, text.failure().context);
    else
      out[entry.first.Scalar()] = std::move(*text);
  }
}

void section::read_bytes(std::string_view key, uint64_t& out, range<uint64_t> bounds) {
  auto node = find(key);
  if (!node.IsDefined())
    return;
  auto value = is_word(node) ? parse_bytes(node.Scalar()) : std::nullopt;
  if (!value || *value < bounds.least || *value > bounds.most)
    return into_.fail(line_of(node), full(key),
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
    into_.fail(line_of(node), full(key), "expected a list" + not_this(node));
    return out;
  }
  for (size_t at = 0; at < node.size(); ++at)
    out.emplace_back(into_, node[at], full(key) + "[" + std::to_string(at) + "].");
  return out;
}

/// Also among those that have no effect: they are misspelt as easily.
std::string_view section::nearest_key(std::string_view key) const {
  auto all = known_;
  for (const auto& one : unused_)
    all.push_back(one.key);
  return proto::text::nearest_word(key, all);
}

void section::warn_unused(const YAML::Node& value, const unused_key& what) {
  constexpr const char* no_effect = "a key of KodaCode that has no effect here";
  if (value.IsNull() || has_kind(value, what.kind))
    return into_.remark(line_of(value), full(what.key), no_effect);
  into_.warn(line_of(value), full(what.key),
             std::string("expected ") + name_of(what.kind) + not_this(value) + "; " + no_effect);
}

void section::finish() {
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar())
      continue;
    const auto& key = entry.first.Scalar();
    if (std::ranges::find(known_, key) != known_.end())
      continue;
    if (auto found = std::ranges::find(unused_, key, &unused_key::key); found != unused_.end()) {
      warn_unused(entry.second, *found);
      continue;
    }
    auto nearest = nearest_key(key);
    into_.warn(line_of(entry.first), full(key),
               nearest.empty() ? "unknown key, ignored"
                               : "unknown key, ignored; did you mean " + full(nearest) + "?");
  }
}

void section::fail(std::string_view key, const std::string& expected) {
  auto node = find(key);
  into_.fail(line_of(node.IsDefined() ? node : node_), full(key), expected);
}

void section::warn(std::string_view key, const std::string& text) {
  auto node = find(key);
  into_.warn(line_of(node.IsDefined() ? node : node_), full(key), text);
}

std::pair<int, std::string> section::entry_place(std::string_view key, size_t at) {
  auto node = find(key);
  if (node.IsDefined() && node.IsSequence() && at < node.size())
    return {line_of(node[at]), full(key)};
  return {line_of(node.IsDefined() ? node : node_), full(key)};
}

void section::fail_entry(std::string_view key, size_t at, const std::string& expected) {
  auto [line, name] = entry_place(key, at);
  into_.fail(line, name, expected);
}

void section::warn_entry(std::string_view key, size_t at, const std::string& text) {
  auto [line, name] = entry_place(key, at);
  into_.warn(line, name, text);
}

void section::fail_name(std::string_view key, const std::string& name,
                        const std::string& expected) {
  auto line = line_of(find(key));
  for (const auto& entry : find(key))
    if (entry.first.IsScalar() && entry.first.Scalar() == name)
      line = line_of(entry.first);
  into_.fail(line, full(key), expected);
}

} // namespace kodad::storage
