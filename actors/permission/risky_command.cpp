#include "actors/permission/risky_command.hpp"

#include "proto/programs.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace kodad::actors {

namespace {

using std::string_view;

/// Flags of one program; a flag matches an argument that starts with it.
struct risky_flags {
  string_view program;
  std::array<string_view, 24> starts;
};

constexpr auto risky = std::to_array<risky_flags>({
    {"find", {"-exec", "-ok", "-delete", "-fprint", "-fls"}},
    {"fd", {"-x", "-X", "--exec"}},
    {"fdfind", {"-x", "-X", "--exec"}},
    {"sort", {"--compress", "-o", "--output", "-T", "--temporary"}},
    {"rg", {"--pre", "--hostname-bin", "-z", "--search-zip"}},
    {"git", {"-c",          "--config-env", "--exec",    "--upload-pack", "--receive-pack",
             "-O",          "--open-files", "-o",        "--output",      "--ext-diff",
             "--textconv",  "-u",           "-C",        "--git-dir",     "-x",
             "--work-tree", "bisect",       "submodule", "filter-branch", "difftool",
             "mergetool",   "config",       "hook",      "daemon"}},
    {"tar",
     {"--checkpoint-action", "--to-command", "-I", "--use-compress", "--rsh", "-F", "--info-s",
      "--new-volume", "--rmt", "-P", "--absolute"}},
    {"man", {"-P", "--pager", "-H", "--html", "-C", "--config", "-X", "--gxditview"}},
    {"less", {"+", "-o", "-O", "--log", "--LOG", "-k", "--lesskey", "-P"}},
    {"more", {"+"}},
    {"go",
     {"-exec", "--exec", "-toolexec", "--toolexec", "-vettool", "--vettool", "-o", "-C", "-overlay",
      "-modfile", "-ldflags", "-gcflags"}},
    {"rsync", {"-e", "--rsh", "--rsync-path"}},
    {"scp", {"-S", "-o", "-F"}},
    {"sftp", {"-S", "-o", "-F", "-D", "-b"}},
    {"curl", {"-K", "--config", "-o", "-O", "--output", "--remote-name", "-T", "--upload"}},
    {"wget",
     {"-O", "--output", "--use-askpass", "-e", "--execute", "-i", "--config", "--post-file"}},
    {"make",
     {"-f", "--file", "--makefile", "-C", "--directory", "--eval", "-E", "-I", "SHELL", "--inc"}},
    {"gmake",
     {"-f", "--file", "--makefile", "-C", "--directory", "--eval", "-E", "-I", "SHELL", "--inc"}},
    {"ninja", {"-C", "-f"}},
    {"just",
     {"-f", "--justfile", "-d", "--working-directory", "-c", "--command", "--shell", "--set", "-e",
      "--edit", "--init", "--fmt", "--dump"}},
    {"rake",
     {"-e", "--execute", "-p", "-E", "-f", "--rakefile", "-r", "--require", "-I", "--libdir", "-R",
      "-g", "--system", "-C", "--directory"}},
    {"gcc", {"-wrapper", "-B", "-fplugin", "-o", "@"}},
    {"g++", {"-wrapper", "-B", "-fplugin", "-o", "@"}},
    {"cargo", {"--config", "-Z", "--manifest-path"}},
    {"npm",
     {"--script-shell", "--prefix", "-C", "--node-options", "--globalconfig", "--userconfig"}},
    {"docker", {"--privileged", "-v", "--volume", "--mount", "-H", "--host"}},
    {"zip", {"-T", "-TT", "--unzip-command", "--test"}},
    {"split", {"--filter"}},
    {"date", {"-s", "--set", "-f", "--file"}},
});

string_view base_name(string_view path) {
  return path.substr(path.rfind('/') + 1); // npos + 1 is 0.
}

bool is_among(string_view word, std::span<const string_view> list) {
  return std::ranges::find(list, word) != list.end();
}

// Their flags are words behind a single dash.
constexpr auto word_flags = std::to_array<string_view>({"find", "g++", "gcc", "go"});

/// Short flags may stand together: "-xzI" holds "-I".
bool holds_flag(string_view program, string_view argument, string_view flag) {
  if (argument.starts_with(flag))
    return true;
  bool short_ones = !is_among(program, word_flags) && flag.size() == 2 && flag[0] == '-' &&
                    argument.size() > 2 && argument[0] == '-' && argument[1] != '-';
  return short_ones && argument.find(flag[1]) != string_view::npos;
}

bool holds_risky_flag(const risky_flags& flags, const std::vector<std::string>& command) {
  for (auto flag : flags.starts) {
    if (flag.data() == nullptr)
      return false;
    bool found = std::any_of(command.begin() + 1, command.end(), [&](const auto& word) {
      return holds_flag(flags.program, word, flag);
    });
    if (found || flag.empty())
      return true;
    // GNU programs take any clear beginning of a long option: "--compress-p", "--outp".
    if (flag.starts_with("--") &&
        std::any_of(command.begin() + 1, command.end(), [flag](auto& word) {
          auto name = string_view(word).substr(0, word.find('='));
          return name.size() > 2 && flag.starts_with(name);
        }))
      return true;
  }
  return false;
}

} // namespace

bool names_a_command(string_view word) {
  auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           string_view("_-+.").find(c) != string_view::npos;
  };
  auto as_path = [&plain](char c) { return plain(c) || c == '/'; };
  return !word.empty() && word.front() != '-' && std::ranges::all_of(word, as_path);
}

bool is_risky(const std::vector<std::string>& command) {
  auto name = base_name(command.front());
  if (proto::kind_of_program(name) == proto::program_kind::runner)
    return true;
  auto known = std::ranges::find(risky, name, &risky_flags::program);
  return known != risky.end() && holds_risky_flag(*known, command);
}

bool leads_to_a_command(string_view word) {
  return proto::kind_of_program(base_name(word)) == proto::program_kind::runner ||
         word.find('=') != string_view::npos;
}

} // namespace kodad::actors
