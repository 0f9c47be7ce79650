#include "proto/text/glob.hpp"

#include "proto/limits.hpp"

namespace kodad::proto::text {

namespace {

constexpr std::string_view special = "*?{}\\";

/// An alternative group: the text is [0, open) + one of parts + (close, end).
struct group {
  size_t open = 0;
  size_t close = 0;
  std::vector<std::string_view> parts;
};

/// The group that opens at `open`, if it is closed and has a comma.
std::optional<group> read_group(std::string_view pattern, size_t open) {
  group out{open, 0, {}};
  size_t depth = 0;
  size_t start = open + 1;
  for (size_t at = open; at < pattern.size(); ++at) {
    char c = pattern[at];
    if (is_escape(pattern, at)) {
      ++at;
      continue;
    }
    if (c == '{')
      ++depth;
    if (depth == 1 && (c == ',' || c == '}')) {
      out.parts.push_back(pattern.substr(start, at - start));
      start = at + 1;
    }
    if (c == '}' && --depth == 0) {
      out.close = at;
      return out.parts.size() > 1 ? std::optional(out) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<group> find_group(std::string_view pattern) {
  for (size_t at = 0; at < pattern.size(); ++at) {
    if (is_escape(pattern, at))
      ++at;
    else if (pattern[at] == '{')
      if (auto found = read_group(pattern, at))
        return found;
  }
  return std::nullopt;
}

bool fits(const std::vector<std::string>& branches, size_t text_bytes) {
  size_t pattern_bytes = 0;
  for (const auto& branch : branches)
    pattern_bytes += branch.size() + 1;
  return text_bytes <= limits::glob_steps / pattern_bytes;
}

/// One element of a pattern without braces.
struct element {
  enum class kind : uint8_t { character, any_one, run, run_across, folders } what;
  char character = 0;
};

std::vector<element> compile(std::string_view pattern, glob_kind kind) {
  using what = element::kind;
  std::vector<element> out;
  for (size_t at = 0; at < pattern.size(); ++at) {
    char c = pattern[at];
    if (is_escape(pattern, at)) {
      out.push_back({what::character, pattern[++at]});
    } else if (c == '?') {
      out.push_back({what::any_one, 0});
    } else if (c != '*') {
      out.push_back({what::character, c});
    } else if (kind == glob_kind::command) {
      out.push_back({what::run_across, 0});
    } else if (pattern.substr(at).starts_with("**/") && (at == 0 || pattern[at - 1] == '/')) {
      out.push_back({what::folders, 0});
      at += 2;
    } else if (pattern.substr(at).starts_with("**")) {
      out.push_back({what::run_across, 0});
      at += 1;
    } else {
      out.push_back({what::run, 0});
    }
  }
  return out;
}

/// Runs all positions in the pattern at once over the text: no backtracking.
class matcher {
public:
  matcher(std::vector<element> elements, glob_kind kind)
      : elements_(std::move(elements)), kind_(kind), now_(elements_.size() + 1),
        next_(elements_.size() + 1) {}

  bool matches(std::string_view text) {
    enter(now_, 0, true);
    for (char c : text) {
      next_.assign(next_.size(), false);
      bool part_starts = c == '/'; // Of what follows.
      for (size_t at = 0; at < elements_.size(); ++at)
        if (now_[at])
          step(at, c, part_starts);
      std::swap(now_, next_);
    }
    return now_.back();
  }

private:
  using what = element::kind;

  /// Position `at` is reached; runs may also be empty.
  void enter(std::vector<bool>& set, size_t at, bool part_starts) {
    while (!set[at]) {
      set[at] = true;
      if (at == elements_.size())
        return;
      auto kind = elements_[at].what;
      bool may_be_empty =
          kind == what::run || kind == what::run_across || (kind == what::folders && part_starts);
      if (!may_be_empty)
        return;
      ++at;
    }
  }

  void step(size_t at, char c, bool part_starts) {
    bool in_part = c != '/' || kind_ == glob_kind::command;
    switch (elements_[at].what) {
    case what::character:
      if (c == elements_[at].character)
        enter(next_, at + 1, part_starts);
      return;
    case what::any_one:
      if (in_part)
        enter(next_, at + 1, part_starts);
      return;
    case what::run:
      if (in_part)
        enter(next_, at, part_starts);
      return;
    case what::run_across:
      enter(next_, at, part_starts);
      return;
    case what::folders:
      enter(next_, at, part_starts); // Leaves only where a part starts.
      return;
    }
  }

  std::vector<element> elements_;
  glob_kind kind_;
  std::vector<bool> now_;
  std::vector<bool> next_;
};

} // namespace

bool is_escape(std::string_view pattern, size_t at) {
  return pattern[at] == '\\' && at + 1 < pattern.size() &&
         special.find(pattern[at + 1]) != std::string_view::npos;
}

std::optional<std::vector<std::string>> expand_braces(std::string_view pattern) {
  if (pattern.size() > limits::glob_bytes)
    return std::nullopt;
  std::vector<std::string> done;
  std::vector<std::string> open{std::string(pattern)};
  while (!open.empty()) {
    auto next = std::move(open.back());
    open.pop_back();
    auto braces = find_group(next);
    if (!braces) {
      done.push_back(std::move(next));
      continue;
    }
    for (auto part : braces->parts)
      open.push_back(next.substr(0, braces->open) + std::string(part) +
                     next.substr(braces->close + 1));
    if (done.size() + open.size() > limits::glob_branches)
      return std::nullopt;
  }
  return done;
}

bool matches(std::string_view pattern, std::string_view text, glob_kind kind) {
  auto branches = expand_braces(pattern);
  if (!branches || !fits(*branches, text.size()))
    return false;
  for (const auto& branch : *branches)
    if (matcher(compile(branch, kind), kind).matches(text))
      return true;
  return false;
}

bool matches_path(std::string_view pattern, std::string_view path) {
  if (pattern.find('/') == std::string_view::npos)
    path.remove_prefix(path.rfind('/') + 1); // npos + 1 is 0.
  return matches(pattern, path, glob_kind::path);
}

bool is_bounded(std::string_view pattern, std::string_view text) {
  auto branches = expand_braces(pattern);
  return branches && fits(*branches, text.size());
}

bool has_wildcards(std::string_view pattern) {
  for (size_t at = 0; at < pattern.size(); ++at) {
    if (is_escape(pattern, at))
      ++at;
    else if (pattern[at] == '*' || pattern[at] == '?')
      return true;
  }
  return find_group(pattern).has_value();
}

std::string escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (special.find(c) != std::string_view::npos)
      out += '\\';
    out += c;
  }
  return out;
}

} // namespace kodad::proto::text
