// What a section tells: where its keys stand, which of them nobody knows, and what was meant.
#include "storage/config/meant_key.hpp"
#include "storage/config/yaml_section.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

bool has_kind(const YAML::Node& node, unused_kind kind) {
  switch (kind) {
  case unused_kind::flag:
    return is_word(node) && (node.Scalar() == "true" || node.Scalar() == "false");
  case unused_kind::number:
    return parse_number(node).has_value();
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

bool section::is_named(std::string_view key) const {
  return std::any_of(node_.begin(), node_.end(), [key](const auto& entry) {
    return entry.first.IsScalar() && entry.first.Scalar() == key;
  });
}

std::string section::misspelt(std::string_view key) const {
  if (into_.keys())
    return ""; // Which keys there are is only being found out.
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar())
      continue;
    const auto& given = entry.first.Scalar();
    bool is_ours = std::ranges::find(known_, given) != known_.end() ||
                   std::ranges::find(unused_, given, &unused_key::key) != unused_.end();
    if (!is_ours && meant_key(given) == full(key))
      return given;
  }
  return "";
}

bool section::fail_misspelt(std::string_view key, const std::string& expected) {
  auto given = misspelt(key);
  if (given.empty())
    return false;
  for (const auto& entry : node_)
    if (entry.first.IsScalar() && entry.first.Scalar() == given)
      into_.fail(line_of(entry.first), full(given),
                 "unknown key; did you mean " + full(key) + "? " + expected);
  told_.push_back(given);
  return true;
}

void section::pass_over(std::string_view key, unused_kind kind) {
  unused_.push_back({key, kind});
  if (auto* keys = into_.keys())
    keys->push_back({without_places(full(key)), name_of(kind), "", false});
}

void section::warn_unused(const YAML::Node& value, const unused_key& what) {
  constexpr const char* no_effect = "a key of KodaCode that has no effect here";
  if (value.IsNull() || has_kind(value, what.kind))
    return into_.remark(line_of(value), full(what.key), no_effect);
  into_.warn(line_of(value), full(what.key),
             std::string("expected ") + name_of(what.kind) + not_this(value) + "; " + no_effect);
}

std::string section::meant_key(const std::string& key) const {
  auto own = known_;
  // Also among those that have no effect: they are misspelt as easily.
  for (const auto& one : unused_)
    own.push_back(one.key);
  return storage::meant_key({path_, key, own});
}

void section::warn_unknown(const YAML::Node& key) {
  if (key.Scalar() == "<<" || std::ranges::find(told_, key.Scalar()) != told_.end())
    return; // Told as a mistake.
  constexpr size_t shown_most = 12;
  auto told = key_advice(full(key.Scalar()));
  if (auto meant = told.empty() ? meant_key(key.Scalar()) : ""; !meant.empty())
    told = "did you mean " + meant + "?";
  if (told.empty() && known_.size() <= shown_most)
    told = "known here: " + proto::joined_words(known_);
  if (told.empty())
    told = "kodad --help-config prints all that there are";
  into_.warn(line_of(key), full(key.Scalar()), "unknown key, ignored; " + told);
}

void section::finish() {
  if (into_.keys())
    return;
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar())
      continue;
    const auto& key = entry.first.Scalar();
    auto unused = std::ranges::find(unused_, key, &unused_key::key);
    if (unused != unused_.end())
      warn_unused(entry.second, *unused);
    else if (std::ranges::find(known_, key) == known_.end())
      warn_unknown(entry.first);
    else if (entry.second.IsNull())
      into_.warn(line_of(entry.first), full(key), "has no value: it is as if it were not there");
  }
}

/// Of the value; of the whole section where there is none.
int section::place_of(std::string_view key) {
  auto node = find(key);
  auto line = node.IsDefined() ? line_of(node) : 0;
  return line > 0 ? line : line_;
}

void section::fail(std::string_view key, const std::string& expected) {
  if (is_sound_ && !is_unreadable(key) && !into_.has_failed(full(key)))
    into_.fail(place_of(key), full(key), expected);
}

void section::warn(std::string_view key, const std::string& text) {
  if (is_sound_ && !is_unreadable(key) && !into_.has_failed(full(key)))
    into_.warn(place_of(key), full(key), text);
}

void section::remark(std::string_view key, const std::string& text) {
  if (is_sound_ && !is_unreadable(key) && !into_.has_failed(full(key)))
    into_.remark(place_of(key), full(key), text);
}

int section::place_of_entry(std::string_view key, size_t at) {
  auto node = find(key);
  auto places = entries_.find(key);
  if (places != entries_.end() && at < places->second.size())
    at = places->second[at];
  if (node.IsDefined() && node.IsSequence() && at < node.size())
    return line_of(node[at]);
  return place_of(key);
}

void section::fail_entry(std::string_view key, size_t at, const std::string& expected) {
  into_.fail(place_of_entry(key, at), full(key), expected);
}

void section::warn_entry(std::string_view key, size_t at, const std::string& text) {
  into_.warn(place_of_entry(key, at), full(key), text);
}

void section::remark_entry(std::string_view key, size_t at, const std::string& text) {
  into_.remark(place_of_entry(key, at), full(key), text);
}

int section::place_of_name(std::string_view key, const std::string& name) {
  for (const auto& entry : find(key))
    if (entry.first.IsScalar() && entry.first.Scalar() == name)
      return line_of(entry.first);
  return place_of(key);
}

void section::fail_name(std::string_view key, const std::string& name,
                        const std::string& expected) {
  into_.fail(place_of_name(key, name), full(key), expected);
}

void section::warn_name(std::string_view key, const std::string& name, const std::string& text) {
  into_.warn(place_of_name(key, name), full(key) + "." + name, text);
}

std::string section::not_what_stands(std::string_view key) {
  auto node = find(key);
  if (!node.IsDefined() || !is_word(node))
    return "";
  const auto& text = node.Scalar();
  bool may_be_secret = text.find('@') != text.npos || text.find('?') != text.npos;
  return may_be_secret ? "" : proto::not_this(text);
}

} // namespace kodad::storage
