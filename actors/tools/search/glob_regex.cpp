#include "actors/tools/search/glob_regex.hpp"

#include "proto/limits/search.hpp"
#include "proto/text/utf8.hpp"

namespace kodad::actors {

using proto::ec;

namespace {

constexpr std::string_view any_bytes = "(?s-u:.)*";
constexpr std::string_view any_in_name = "(?-u:[^/])*";

proto::error wrong(std::string_view glob, std::string_view why) {
  constexpr size_t shown = 200;
  return proto::make_error(ec::tool_invalid_args,
                           "the glob '" + std::string(proto::text::prefix(glob, shown)) + "' " +
                               std::string(why));
}

void append_literal(std::string& out, char c) {
  constexpr std::string_view special = R"(\.+*?()|[]{}^$#&-~)";
  out.append(special.find(c) != special.npos ? "\\" : "").push_back(c);
}

std::string literal(std::string_view text) {
  std::string out;
  for (char c : text)
    append_literal(out, c);
  return out;
}

/// One glob on its way to a regular expression.
class translation {
public:
  translation(std::string_view glob, bool has_classes) : glob_(glob), has_classes_(has_classes) {}

  /// The reason why not, if there is one.
  std::string_view run() {
    while (at_ < glob_.size())
      if (auto why = step(); !why.empty())
        return why;
    return depth_ > 0 ? "has a { without its }" : "";
  }

  std::string take() { return std::move(out_); }

private:
  bool at_name_start() const {
    return at_ == 0 || glob_[at_ - 1] == '/' || glob_[at_ - 1] == '{' || glob_[at_ - 1] == ',';
  }

  std::string_view step() {
    char c = glob_[at_];
    if (c == '\\' && at_ + 1 < glob_.size()) {
      append_literal(out_, glob_[at_ + 1]);
      at_ += 2;
    } else if (c == '*') {
      stars();
    } else if (c == '[' && has_classes_) {
      return bracket();
    } else {
      sign(c);
      ++at_;
    }
    return "";
  }

  void sign(char c) {
    if (c == '?') {
      out_ += "[^/]";
    } else if (c == '{') {
      ++depth_;
      out_ += "(?:";
    } else if (c == '}' && depth_ > 0) {
      --depth_;
      out_ += ")";
    } else if (c == ',' && depth_ > 0) {
      out_ += "|";
    } else {
      append_literal(out_, c);
    }
  }

  void stars() {
    bool starts = at_name_start();
    size_t count = 0;
    for (; at_ < glob_.size() && glob_[at_] == '*'; ++at_)
      ++count;
    if (count == 1) {
      out_ += any_in_name;
    } else if (starts && at_ < glob_.size() && glob_[at_] == '/') {
      out_.append("(?:").append(any_bytes).append("/)?");
      ++at_;
    } else {
      out_ += any_bytes;
    }
  }

  std::string_view bracket() {
    auto first = at_ + 1;
    bool negated = first < glob_.size() && (glob_[first] == '!' || glob_[first] == '^');
    first += negated ? 1 : 0;
    auto end = glob_.find(']', first + 1); // A bracket that comes first is one of the signs.
    if (end == glob_.npos)
      return "has a [ without its ]";
    std::string signs;
    for (auto i = first; i < end; ++i) {
      bool is_range = glob_[i] == '-' && i > first && i + 1 < end;
      if (is_range && glob_[i - 1] > glob_[i + 1])
        return "has a range in [ ] that runs backwards";
      if (is_range)
        signs.push_back('-');
      else
        append_literal(signs, glob_[i]);
    }
    out_.append(negated ? "[^/" : "[").append(signs).append("]");
    at_ = end + 1;
    return "";
  }

  std::string_view glob_;
  bool has_classes_;
  size_t at_ = 0;
  int depth_ = 0;
  std::string out_;
};

/// A glob and whether it counts from one folder.
struct placed_glob {
  std::string text;
  bool anchored = false;
};

/// Without "./", doubled slashes and what stands before the folder it counts from.
proto::result<placed_glob> place_glob(const glob_place& place, std::string_view glob) {
  placed_glob out;
  auto rest = glob;
  if (rest.starts_with('/')) {
    const auto& root = place.workspace.root();
    bool is_inside = rest.starts_with(root) &&
                     (rest.size() == root.size() || rest[root.size()] == '/' || root == "/");
    if (!is_inside)
      return wrong(glob, "leads outside of the workspace; a glob counts from path");
    rest.remove_prefix(root == "/" ? 1 : std::min(root.size() + 1, rest.size()));
    auto below = place.folder + "/";
    if (place.folder != "." && !(std::string(rest) + "/").starts_with(below))
      return wrong(glob, "leads outside of path; leave path away or give the glob from there on");
    if (place.folder != ".")
      rest.remove_prefix(std::min(below.size(), rest.size()));
    out.anchored = true;
  }
  bool is_folder = rest.ends_with('/');
  while (!rest.empty()) {
    auto end = std::min(rest.find('/'), rest.size());
    auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    out.anchored = out.anchored || part == "." || (!rest.empty() && rest != "/");
    if (part == "..")
      return wrong(glob, "climbs with '..'; give the folder as path instead");
    if (!part.empty() && part != ".")
      out.text.append(out.text.empty() ? "" : "/").append(part);
  }
  if (out.text.empty())
    out.text = "**";
  else if (is_folder)
    out.text += "/**";
  return out;
}

} // namespace

proto::result<path_regex> glob_regex(const glob_place& place, std::string_view glob) {
  if (glob.size() > proto::limits::search_glob_bytes || glob.find('\0') != glob.npos)
    return wrong(glob, "is longer than 4096 bytes or holds a NUL");
  path_regex out;
  out.negated = glob.starts_with('!');
  glob.remove_prefix(out.negated ? 1 : 0);
  auto placed = place_glob(place, glob);
  if (!placed)
    return placed.failure();
  translation body(placed->text, true);
  if (auto why = body.run(); !why.empty())
    return wrong(glob, why);
  auto fits = body.take();
  // "app/[id]/page.tsx" is a path in many projects.
  translation plain(placed->text, false);
  if (placed->text.find('[') != std::string::npos && plain.run().empty())
    fits = "(?:" + fits + "|" + plain.take() + ")";
  auto start = place.folder == "." ? "^" : "^" + literal(place.folder) + "/";
  if (!placed->anchored)
    start.append("(?:").append(any_bytes).append("/)?");
  auto flags = std::string(place.any_case ? "(?i:" : "(?:");
  out.text = start + flags + fits + ")$";
  out.beneath = start + flags + fits + ")/";
  return out;
}

std::vector<std::string> split_globs(std::string_view globs) {
  std::vector<std::string> out(1);
  int depth = 0;
  for (size_t i = 0; i < globs.size(); ++i) {
    char c = globs[i];
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (c == ',' && depth <= 0) {
      out.emplace_back();
      continue;
    }
    if (c == ' ' && out.back().empty())
      continue;
    out.back().push_back(c);
    if (c == '\\' && i + 1 < globs.size())
      out.back().push_back(globs[++i]);
  }
  std::erase(out, "");
  return out;
}

bool is_plain_path(std::string_view glob) {
  return glob.find_first_of("*?[{\\!") == glob.npos;
}

std::string rule_regex(std::string_view pattern) {
  translation body(pattern, false);
  return body.run().empty() ? "(?:^|/)(?:" + body.take() + ")$" : "";
}

} // namespace kodad::actors
