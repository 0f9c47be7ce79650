#include "storage/host/git_guard/baseline.hpp"

#include <algorithm>
#include <charconv>

namespace kodad::storage::host {

namespace {

constexpr std::string_view mark = "kodad git guard 1\n";
constexpr std::string_view end_mark = "end";

/// `path` below `prefix`, or nothing.
std::optional<std::string> below(const std::string& path, const std::string& prefix) {
  if (path == prefix)
    return ".";
  if (!path.starts_with(prefix + "/"))
    return std::nullopt;
  return path.substr(prefix.size() + 1);
}

template <class Set>
void cut(const Set& from, Set& into, const std::string& prefix) {
  for (const auto& path : from)
    if (auto inner = below(path, prefix))
      into.insert(*inner);
}

template <class Set>
void lay(const Set& from, Set& into, const std::string& prefix) {
  std::erase_if(into, [&](const std::string& path) { return below(path, prefix).has_value(); });
  for (const auto& path : from)
    into.insert(path == "." ? prefix : joined(prefix, path));
}

/// Numbers and texts one after another: "5:hello", "12;".
class packer {
public:
  void text(std::string_view value) {
    out_ += std::to_string(value.size());
    out_ += ':';
    out_ += value;
  }
  void number(uint64_t value) { out_ += std::to_string(value) + ";"; }
  template <class Range>
  void texts(const Range& values) {
    number(values.size());
    for (const auto& one : values)
      text(one);
  }
  std::string take() { return std::move(out_); }

private:
  std::string out_{mark};
};

class unpacker {
public:
  explicit unpacker(std::string_view bytes) : rest_(bytes) {}

  uint64_t number(char end = ';') {
    uint64_t value = 0;
    auto [stop, failed] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    auto used = static_cast<size_t>(stop - rest_.data());
    ok = ok && failed == std::errc() && used < rest_.size() && rest_[used] == end;
    if (!ok)
      return 0;
    rest_.remove_prefix(used + 1);
    return value;
  }
  std::string text() {
    auto size = number(':');
    ok = ok && size <= rest_.size();
    if (!ok)
      return {};
    std::string out(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return out;
  }
  std::set<std::string> texts() {
    std::set<std::string> out;
    for (auto count = number(); ok && count > 0; --count)
      out.insert(text());
    return out;
  }

  bool ok = true;

private:
  std::string_view rest_;
};

} // namespace

baseline cut_out(const baseline& whole, const std::string& prefix) {
  baseline out;
  cut(whole.git_dirs, out.git_dirs, prefix);
  cut(whole.bases, out.bases, prefix);
  cut(whole.named, out.named, prefix);
  cut(whole.trees, out.trees, prefix);
  for (const auto& [path, item] : whole.kept)
    if (auto inner = below(path, prefix))
      out.kept.emplace(*inner, item);
  for (auto one : whole.relative_names)
    if (auto inner = below(one.git_dir, prefix); inner || one.git_dir.empty()) {
      one.git_dir = inner.value_or("");
      out.relative_names.push_back(std::move(one));
    }
  out.is_cut = whole.is_cut;
  return out;
}

void lay_in(baseline& whole, const std::string& prefix, const baseline& part) {
  lay(part.git_dirs, whole.git_dirs, prefix);
  lay(part.bases, whole.bases, prefix);
  lay(part.named, whole.named, prefix);
  lay(part.trees, whole.trees, prefix);
  std::erase_if(whole.kept, [&](const auto& one) { return below(one.first, prefix).has_value(); });
  for (const auto& [path, item] : part.kept)
    whole.kept.emplace(joined(prefix, path), item);
  std::erase_if(whole.relative_names,
                [&](const relative_name& one) { return below(one.git_dir, prefix).has_value(); });
  for (auto one : part.relative_names)
    if (!one.git_dir.empty()) {
      one.git_dir = one.git_dir == "." ? prefix : joined(prefix, one.git_dir);
      whole.relative_names.push_back(std::move(one));
    }
  whole.is_cut = whole.is_cut || part.is_cut;
}

std::string encode(const baseline& value) {
  packer out;
  out.text(value.root);
  out.number(value.device);
  out.number(value.inode);
  out.number(value.is_cut);
  out.texts(value.git_dirs);
  out.texts(value.bases);
  out.texts(value.named);
  out.number(value.relative_names.size());
  for (const auto& one : value.relative_names) {
    out.text(one.git_dir);
    out.text(one.path);
    out.number(one.is_tree);
  }
  out.number(value.kept.size());
  for (const auto& [path, one] : value.kept) {
    out.text(path);
    out.number(static_cast<uint64_t>(one.role));
    out.number(static_cast<uint64_t>(one.item.kind));
    out.number(one.item.mode);
    out.number(one.item.is_cut);
    out.text(one.item.bytes);
  }
  out.text(end_mark);
  return out.take();
}

std::optional<baseline> decode_baseline(std::string_view bytes) {
  if (!bytes.starts_with(mark))
    return std::nullopt;
  unpacker in(bytes.substr(mark.size()));
  baseline out;
  out.root = in.text();
  out.device = in.number();
  out.inode = in.number();
  out.is_cut = in.number() != 0;
  out.git_dirs = in.texts();
  out.bases = in.texts();
  out.named = in.texts();
  for (auto count = in.number(); in.ok && count > 0; --count) {
    auto git_dir = in.text();
    auto path = in.text();
    out.relative_names.push_back({git_dir, path, in.number() != 0});
  }
  for (auto count = in.number(); in.ok && count > 0; --count) {
    auto path = in.text();
    kept_item one;
    one.role = static_cast<item_role>(in.number());
    one.item.kind = static_cast<item_kind>(in.number());
    one.item.mode = static_cast<uint32_t>(in.number());
    one.item.is_cut = in.number() != 0;
    one.item.bytes = in.text();
    out.kept.emplace(std::move(path), std::move(one));
  }
  return in.text() == end_mark && in.ok ? std::optional(std::move(out)) : std::nullopt;
}

std::string root_of_damaged(std::string_view bytes) {
  if (!bytes.starts_with(mark))
    return {};
  unpacker in(bytes.substr(mark.size()));
  auto root = in.text();
  return in.ok && root.starts_with('/') ? root : std::string();
}

} // namespace kodad::storage::host
