#include "actors/tools/search/glob_regex.hpp"

#include "proto/limits/search.hpp"
#include "proto/text/glob.hpp"
#include "proto/text/regex_literal.hpp"
#include "proto/text/utf8.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;

namespace {

constexpr std::string_view any_bytes = "(?s-u:.)*";
constexpr std::string_view any_in_name = "(?-u:[^/])*";
constexpr std::string_view one_in_name = "(?-u:[^/])";
constexpr size_t longest_path = 4096;

proto::error wrong(std::string_view glob, std::string_view why) {
  constexpr size_t shown = 200;
  return proto::make_error(ec::tool_invalid_args,
                           "the glob '" + std::string(proto::text::prefix(glob, shown)) + "' " +
                               std::string(why));
}

/// A glob without alternatives on its way to a regular expression. Escapes, stars and braces mean
/// what they mean in permission rules.
class translation {
public:
  enum class kind : uint8_t {
    rule,    ///< As permission rules read it: without brackets, `?` is a byte.
    path,    ///< With character classes, `?` is a character.
    no_class ///< As `path`, but brackets stand for themselves.
  };

  translation(std::string_view glob, kind is) : glob_(glob), kind_(is) {}

  /// The reason why not, if there is one.
  std::string_view run() {
    while (at_ < glob_.size())
      if (auto why = step(); !why.empty())
        return why;
    return "";
  }

  std::string take() { return std::move(out_); }

private:
  bool is_escaped() const {
    constexpr std::string_view brackets = "[]";
    return proto::text::is_escape(glob_, at_) ||
           (kind_ != kind::rule && glob_[at_] == '\\' && at_ + 1 < glob_.size() &&
            brackets.find(glob_[at_ + 1]) != brackets.npos);
  }

  std::string_view step() {
    char c = glob_[at_];
    if (is_escaped()) {
      append(glob_[at_ + 1]);
      at_ += 2;
    } else if (c == '*') {
      stars();
    } else if (c == '[' && kind_ == kind::path) {
      return bracket();
    } else if (c == '?') {
      out_ += kind_ == kind::rule ? one_in_name : "[^/]";
      ++at_;
    } else {
      append(c);
      ++at_;
    }
    return "";
  }

  void append(char c) { out_ += proto::text::regex_literal({&c, 1}); }

  void stars() {
    auto rest = glob_.substr(at_);
    if (rest.starts_with("**/") && (at_ == 0 || glob_[at_ - 1] == '/')) {
      out_.append("(?:").append(any_bytes).append("/)?");
      at_ += 3;
    } else if (rest.starts_with("**")) {
      out_ += any_bytes;
      at_ += 2;
    } else {
      out_ += any_in_name;
      ++at_;
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
      signs += is_range ? "-" : proto::text::regex_literal(glob_.substr(i, 1));
    }
    out_.append(negated ? "[^/" : "[").append(signs).append("]");
    at_ = end + 1;
    return "";
  }

  std::string_view glob_;
  kind kind_;
  size_t at_ = 0;
  std::string out_;
};

/// Has it a brace that is opened and never closed?
bool is_open(std::string_view glob) {
  size_t depth = 0;
  for (size_t i = 0; i < glob.size(); ++i) {
    if (proto::text::is_escape(glob, i))
      ++i;
    else if (glob[i] == '{')
      ++depth;
    else if (glob[i] == '}' && depth > 0)
      --depth;
  }
  return depth > 0;
}

/// One glob without alternatives; the reason why not goes to `why`.
std::string regex_of(std::string_view branch, std::string_view& why) {
  translation body(branch, translation::kind::path);
  if (why = body.run(); !why.empty())
    return "";
  auto out = body.take();
  // "app/[id]/page.tsx" is a path in many projects.
  translation plain(branch, translation::kind::no_class);
  if (branch.find('[') != branch.npos && plain.run().empty())
    out.append("|").append(plain.take());
  return out;
}

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
  auto branches = proto::text::expand_braces(placed->text);
  if (!branches || is_open(placed->text))
    return wrong(glob, branches ? "has a { without its }" : "has too many alternatives in { }");
  std::string fits;
  for (const auto& branch : *branches) {
    std::string_view why;
    fits.append(fits.empty() ? "" : "|").append(regex_of(branch, why));
    if (!why.empty())
      return wrong(glob, why);
  }
  auto start = place.folder == "." ? "^" : "^" + proto::text::regex_literal(place.folder) + "/";
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

bool has_lone_backslash(std::string_view glob) {
  for (size_t i = 0; i < glob.size(); ++i) {
    bool is_bracket = i + 1 < glob.size() && (glob[i + 1] == '[' || glob[i + 1] == ']');
    if (proto::text::is_escape(glob, i) || (glob[i] == '\\' && is_bracket))
      ++i;
    else if (glob[i] == '\\')
      return true;
  }
  return false;
}

bool has_lone_braces(std::string_view glob) {
  auto branches = proto::text::expand_braces(glob);
  return branches && std::ranges::any_of(*branches, [](std::string_view branch) {
           for (size_t i = 0; i < branch.size(); ++i)
             if (proto::text::is_escape(branch, i))
               ++i;
             else if (branch[i] == '{')
               return true;
           return false;
         });
}

std::string rule_body(std::string_view pattern, rule_depth from) {
  auto branches = proto::text::expand_braces(pattern);
  // What takes too long to try counts as fitting everything.
  if (!branches || !proto::text::is_bounded(pattern, std::string(longest_path, 'x')))
    return "";
  std::string fits;
  for (const auto& branch : *branches) {
    translation body(branch, translation::kind::rule);
    (void)body.run(); // Only brackets can be wrong.
    fits.append(fits.empty() ? "" : "|").append(body.take());
  }
  auto start = from == rule_depth::any ? "(?:" + std::string(any_bytes) + "/)?" : "";
  return start + "(?:" + fits + ")";
}

std::string rule_regex(std::string_view pattern) {
  auto body = rule_body(pattern, rule_depth::root);
  return body.empty() ? "" : "(?:^|/)" + body + "$";
}

} // namespace kodad::actors
