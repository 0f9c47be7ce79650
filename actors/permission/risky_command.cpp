#include "actors/permission/risky_command.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace kodad::actors {

namespace {

using std::string_view;

// Words of the shell and programs that take a command as their arguments.
constexpr auto leaders = std::to_array<string_view>({
    "!",        "[[",       "builtin", "busybox",  "case",     "chroot",   "chrt",    "command",
    "coproc",   "do",       "doas",    "elif",     "else",     "env",      "eval",    "exec",
    "fakeroot", "firejail", "flock",   "for",      "function", "if",       "ionice",  "ltrace",
    "nice",     "nohup",    "nsenter", "parallel", "pkexec",   "runuser",  "select",  "setarch",
    "setsid",   "setpriv",  "ssh",     "stdbuf",   "strace",   "su",       "sudo",    "systemd-run",
    "taskset",  "then",     "time",    "timeout",  "trap",     "unbuffer", "unshare", "until",
    "watch",    "while",    "xargs",
});

// Interpreters, and commands that change what later words mean.
constexpr auto interpreters = std::to_array<string_view>({
    ".",       "alias",    "ash",       "at",       "awk",    "bash",   "batch",     "bind",
    "bun",     "complete", "crontab",   "csh",      "dash",   "dc",     "declare",   "deno",
    "ed",      "emacs",    "enable",    "ex",       "expect", "export", "fish",      "gawk",
    "gdb",     "hash",     "irb",       "jshell",   "ksh",    "lldb",   "local",     "lua",
    "m4",      "mapfile",  "mawk",      "mksh",     "nano",   "nawk",   "nc",        "ncat",
    "netcat",  "node",     "osascript", "perl",     "php",    "pwsh",   "python",    "python2",
    "python3", "read",     "readarray", "readonly", "rlwrap", "ruby",   "run-parts", "script",
    "sed",     "set",      "sh",        "shopt",    "socat",  "source", "sqlite3",   "tclsh",
    "tmux",    "screen",   "typeset",   "unalias",  "unset",  "vi",     "view",      "vim",
    "nvim",    "zsh",
});

/// Flags of one program; a flag matches an argument that starts with it.
struct risky_flags {
  string_view program;
  std::array<string_view, 24> starts;
};

constexpr auto risky = std::to_array<risky_flags>({
    {"find", {"-exec", "-ok", "-delete", "-fprint", "-fls"}},
    {"fd", {"-x", "-X", "--exec"}},
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
    {"gcc", {"-wrapper", "-B", "-fplugin", "-o", "@"}},
    {"g++", {"-wrapper", "-B", "-fplugin", "-o", "@"}},
    {"cargo", {"--config", "-Z", "--manifest-path"}},
    {"npm",
     {"--script-shell", "--prefix", "-C", "--node-options", "--globalconfig", "--userconfig"}},
    {"docker", {"--privileged", "-v", "--volume", "--mount", "-H", "--host"}},
    {"zip", {"-T", "-TT", "--unzip-command", "--test"}},
    {"split", {"--filter"}},
    {"date", {"-s", "--set", "-f", "--file"}},
    {"tee", {""}},
    {"dd", {""}},
    {"env", {""}},
});

string_view base_name(string_view path) {
  return path.substr(path.rfind('/') + 1); // npos + 1 is 0.
}

bool is_among(string_view word, std::span<const string_view> list) {
  return std::ranges::find(list, word) != list.end();
}

bool is_interpreter(string_view name) {
  // "python3.11", "lua5.4": the version is not part of the name.
  auto stem = name.substr(0, name.find_last_not_of("0123456789.") + 1);
  return is_among(name, interpreters) || (!stem.empty() && is_among(stem, interpreters));
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
  if (is_among(name, leaders) || is_interpreter(name))
    return true;
  auto known = std::ranges::find(risky, name, &risky_flags::program);
  return known != risky.end() && holds_risky_flag(*known, command);
}

bool leads_to_a_command(string_view word) {
  auto name = base_name(word);
  return is_among(name, leaders) || is_interpreter(name) || word.find('=') != string_view::npos;
}

} // namespace kodad::actors
