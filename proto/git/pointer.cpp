#include "proto/git/pointer.hpp"

#include <algorithm>

namespace kodad::proto::git {

namespace {

std::string_view take_part(std::string_view& path) {
  auto slash = std::min(path.find('/'), path.size());
  auto part = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return part;
}

std::string above(const std::string& path) {
  auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

} // namespace

std::optional<std::string> path_inside(std::string_view root, std::string_view base,
                                       std::string_view target) {
  std::string out(base == "." ? "" : base);
  if (target.starts_with('/')) {
    if (!target.starts_with(root) ||
        (target.size() > root.size() && target[root.size()] != '/' && root != "/"))
      return std::nullopt;
    target.remove_prefix(root.size());
    out.clear();
  }
  if (target.find('\0') != target.npos)
    return std::nullopt;
  bool has_name = false;
  while (!target.empty()) {
    auto part = take_part(target);
    if (part.empty() || part == ".")
      continue;
    if (part != "..") {
      out.append(out.empty() ? "" : "/").append(part);
      has_name = true;
      continue;
    }
    if (has_name || out.empty())
      return std::nullopt;
    out = above(out);
  }
  return out.empty() ? "." : out;
}

std::optional<std::string> read_path_line(std::string_view bytes) {
  if (bytes.ends_with('\n'))
    bytes.remove_suffix(1);
  bool odd = std::ranges::any_of(
      bytes, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (bytes.empty() || odd)
    return std::nullopt;
  return std::string(bytes);
}

std::optional<std::string> read_git_file(std::string_view bytes) {
  constexpr std::string_view mark = "gitdir: ";
  if (!bytes.starts_with(mark))
    return std::nullopt;
  return read_path_line(bytes.substr(mark.size()));
}

std::optional<std::string> without_commands(std::string_view todo) {
  std::string out;
  bool found = false;
  while (!todo.empty()) {
    auto end = std::min(todo.find('\n'), todo.size());
    auto line = todo.substr(0, end);
    todo.remove_prefix(std::min(end + 1, todo.size()));
    auto word = line.substr(std::min(line.find_first_not_of(" \t\r"), line.size()));
    word = word.substr(0, word.find_first_of(" \t\r"));
    bool runs = word == "exec" || word == "x";
    found = found || runs;
    if (!runs)
      out.append(line).append("\n");
  }
  return found ? std::optional(out) : std::nullopt;
}

bool is_strategy(std::string_view name) {
  for (std::string_view one : {"ort", "recursive", "resolve", "octopus", "ours", "subtree"})
    if (name == one)
      return true;
  return name.empty();
}

} // namespace kodad::proto::git
