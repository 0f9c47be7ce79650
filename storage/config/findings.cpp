#include "storage/config/findings.hpp"

#include "storage/config/mask_secrets.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

constexpr size_t told_most = 40; // More than fit a screen help nobody.

} // namespace

std::string place_of(const std::string& file, const key_lines& lines, const std::string& key) {
  auto found = lines.find(key);
  auto line = found == lines.end() ? "" : " line " + std::to_string(found->second);
  return (file.empty() ? "" : "config " + file + line + ": ") + mask_secrets(key) + ": ";
}

void findings::fail(int line, const std::string& key, const std::string& expected) {
  add({line, finding::weight::failure, key, expected});
}

void findings::warn(int line, const std::string& key, const std::string& text) {
  add({line, finding::weight::warning, key, text});
}

int findings::line_at(const std::string& key) const {
  auto found = lines_.find(key);
  return found == lines_.end() ? 0 : found->second;
}

void findings::fail_at(const std::string& key, const std::string& expected) {
  fail(line_at(key), key, expected);
}

void findings::warn_at(const std::string& key, const std::string& text) {
  warn(line_at(key), key, text);
}

void findings::remark_at(const std::string& key, const std::string& text) {
  remark(line_at(key), key, text);
}

void findings::remark(int line, const std::string& key, const std::string& text) {
  add({line, finding::weight::remark, key, text});
}

/// A mistake is never left out in favour of warnings. All that is told passes here, and no secret.
void findings::add(finding what) {
  auto line = what.line > 0 ? " line " + std::to_string(what.line) : "";
  what.text =
      "config " + file_ + line + ": " + mask_secrets(what.key) + ": " + mask_secrets(what.text);
  auto is_same = [&what](const auto& known) { return known.text == what.text; };
  if (std::ranges::any_of(all_, is_same))
    return;
  bool is_failure = what.weight == finding::weight::failure;
  bool is_first_failure = is_failure && !has_failed_;
  has_failed_ = has_failed_ || is_failure;
  if (all_.size() >= told_most) {
    ++left_out_;
    if (!is_first_failure)
      return;
    all_.pop_back();
  }
  auto after = std::ranges::upper_bound(all_, what.line, {}, &finding::line);
  all_.insert(after, std::move(what));
}

bool findings::has_failed(const std::string& key) const {
  return std::ranges::any_of(all_, [&key](const auto& one) {
    return one.weight == finding::weight::failure && one.key == key;
  });
}

const findings::finding& findings::last() const {
  return *std::find_if(all_.rbegin(), all_.rend(),
                       [](const auto& one) { return one.weight == finding::weight::failure; });
}

proto::error findings::last_failure() const {
  return proto::field_error(proto::ec::invalid_value, mask_secrets(last().key), last().text);
}

std::vector<std::string> findings::failures() const {
  std::vector<std::string> out;
  for (const auto& one : all_)
    if (one.weight == finding::weight::failure)
      out.push_back(one.text);
  return out;
}

std::vector<std::string> findings::take_told() {
  std::vector<std::string> out;
  for (const auto& one : all_)
    if (!has_failed_ || (&one != &last() && one.weight != finding::weight::remark))
      out.push_back(one.text);
  if (left_out_ > 0)
    out.push_back("config " + file_ + ": " + std::to_string(left_out_) + " more of this kind");
  return out;
}

} // namespace kodad::storage
