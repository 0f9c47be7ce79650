#include "proto/broader_rule.hpp"

#include "proto/json/codec.hpp"
#include "proto/limits/questions.hpp"
#include "proto/programs.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace kodad::proto {

namespace {

/// Programs whose first word says what they do.
constexpr auto with_commands = std::to_array<std::string_view>(
    {"apt",  "brew",   "bundle", "cargo",     "docker",    "dotnet", "gh",
     "git",  "go",     "helm",   "kubectl",   "mix",       "npm",    "pip",
     "pnpm", "podman", "poetry", "systemctl", "terraform", "uv",     "yarn"});

/// Of those, the first words that run whatever follows.
constexpr auto running_commands =
    std::to_array<std::string_view>({"debug", "dlx", "exec", "node", "shell", "tool", "x"});

/// Programs whose "run" starts what the project has named, not what the line names.
constexpr auto named_runs = std::to_array<std::string_view>({"cargo", "npm", "pnpm", "yarn"});

constexpr auto file_tools = std::to_array<std::string_view>({"edit", "patch", "write"});

bool is_among(std::string_view word, const auto& list) {
  return std::ranges::find(list, word) != list.end();
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

/// Could this stand in a command that no shell reads in two ways?
bool is_plain(char c) {
  constexpr std::string_view marks = " _-./=:,@+%";
  return is_letter(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         marks.find(c) != std::string_view::npos;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    auto end = std::min(text.find(' '), text.size());
    if (end > 0)
      out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// "git commit -m x" is one of "git commit *", "cat x" of "cat *".
std::optional<std::string> broader_command(std::string_view line) {
  auto words =
      std::ranges::all_of(line, is_plain) ? words_of(line) : std::vector<std::string_view>();
  if (words.size() < 2 || words[0].find('=') != std::string_view::npos)
    return std::nullopt;
  auto name = words[0].substr(words[0].rfind('/') + 1); // npos + 1 is 0.
  if (kind_of_program(name) != program_kind::plain)
    return std::nullopt;
  std::string out(words[0]);
  if (is_among(name, with_commands)) {
    bool is_command = is_letter(words[1][0]) && std::ranges::all_of(words[1], [](char c) {
                        return is_letter(c) || c == '-';
                      });
    bool runs =
        is_among(words[1], running_commands) || (words[1] == "run" && !is_among(name, named_runs));
    if (!is_command || runs)
      return std::nullopt;
    out.append(" ").append(words[1]);
  }
  return out + " *";
}

/// "src/a.cpp" is one of "src/**".
std::optional<std::string> broader_path(std::string_view path) {
  auto slash = path.rfind('/');
  bool is_inside = !path.starts_with('/') && !path.starts_with("..");
  if (slash == std::string_view::npos || !is_inside)
    return std::nullopt;
  return std::string(path.substr(0, slash)) + "/**";
}

/// "https://a.example/b" is one of "https://a.example/*".
std::optional<std::string> broader_address(std::string_view address) {
  auto begin = address.find("://");
  bool is_web = address.starts_with("https://") || address.starts_with("http://");
  auto end = is_web ? address.find('/', begin + 3) : std::string_view::npos;
  if (end == std::string_view::npos || end == begin + 3)
    return std::nullopt;
  return std::string(address.substr(0, end)) + "/*";
}

} // namespace

std::optional<std::string> broader_rule(std::string_view tool, std::string_view pattern) {
  if (pattern.size() > limits::broader_rule_bytes)
    return std::nullopt;
  std::optional<std::string> out;
  if (tool == "bash")
    out = broader_command(pattern);
  else if (is_among(tool, file_tools))
    out = broader_path(pattern);
  else
    out = broader_address(pattern);
  return out == pattern ? std::nullopt : out;
}

std::optional<std::string> broader_rule(const question& asked) {
  if (asked.purpose != question_purpose::permission || !asked.tool || !asked.suggested_pattern)
    return std::nullopt;
  return broader_rule(*asked.tool, *asked.suggested_pattern);
}

void write_shown(json::writer& out, const question& shown, const question& asked) {
  out.begin_object();
  json::write_fields(out, shown);
  if (auto rule = broader_rule(asked))
    out.key("broader_pattern").string(*rule);
  out.end_object();
}

} // namespace kodad::proto
