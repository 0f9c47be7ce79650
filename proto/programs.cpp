#include "proto/programs.hpp"

#include <algorithm>
#include <array>

namespace kodad::proto {

namespace {

/// Words of the shell: commands follow them, or they change what later words mean.
constexpr auto shell_words = std::to_array<std::string_view>(
    {"!",        ".",         "[[",       "alias",    "bind",  "builtin", "case",   "command",
     "complete", "coproc",    "declare",  "do",       "elif",  "else",    "enable", "eval",
     "exec",     "export",    "for",      "function", "hash",  "if",      "local",  "mapfile",
     "read",     "readarray", "readonly", "select",   "set",   "shopt",   "source", "then",
     "trap",     "typeset",   "unalias",  "unset",    "until", "while",   "{"});

/// Programs that run or write whatever they are given.
constexpr auto runners = std::to_array<std::string_view>({"R",
                                                          "Rscript",
                                                          "ansible",
                                                          "ash",
                                                          "at",
                                                          "awk",
                                                          "bash",
                                                          "batch",
                                                          "bun",
                                                          "bunx",
                                                          "busybox",
                                                          "chroot",
                                                          "chrt",
                                                          "conda",
                                                          "cpulimit",
                                                          "crontab",
                                                          "csh",
                                                          "dash",
                                                          "dbus-run-session",
                                                          "dc",
                                                          "dd",
                                                          "deno",
                                                          "direnv",
                                                          "doas",
                                                          "ed",
                                                          "elvish",
                                                          "emacs",
                                                          "entr",
                                                          "env",
                                                          "ex",
                                                          "expect",
                                                          "fakeroot",
                                                          "firejail",
                                                          "fish",
                                                          "flatpak",
                                                          "flock",
                                                          "gawk",
                                                          "gdb",
                                                          "groovy",
                                                          "guile",
                                                          "hyperfine",
                                                          "ionice",
                                                          "irb",
                                                          "java",
                                                          "jruby",
                                                          "jshell",
                                                          "julia",
                                                          "kotlin",
                                                          "ksh",
                                                          "ld",
                                                          "ld-linux",
                                                          "lldb",
                                                          "ltrace",
                                                          "lua",
                                                          "luajit",
                                                          "m4",
                                                          "mawk",
                                                          "mise",
                                                          "mksh",
                                                          "mono",
                                                          "nano",
                                                          "nawk",
                                                          "nc",
                                                          "ncat",
                                                          "netcat",
                                                          "nice",
                                                          "nix",
                                                          "nix-shell",
                                                          "node",
                                                          "nodejs",
                                                          "nodemon",
                                                          "nohup",
                                                          "npx",
                                                          "nsenter",
                                                          "nvim",
                                                          "osascript",
                                                          "parallel",
                                                          "perf",
                                                          "perl",
                                                          "php",
                                                          "pipenv",
                                                          "pipx",
                                                          "pkexec",
                                                          "pnpx",
                                                          "powershell",
                                                          "proot",
                                                          "pwsh",
                                                          "pypy",
                                                          "python",
                                                          "python2",
                                                          "python3",
                                                          "qemu",
                                                          "rlwrap",
                                                          "ruby",
                                                          "run-parts",
                                                          "runuser",
                                                          "scala",
                                                          "screen",
                                                          "script",
                                                          "sed",
                                                          "setarch",
                                                          "setpriv",
                                                          "setsid",
                                                          "sh",
                                                          "socat",
                                                          "sqlite",
                                                          "sqlite3",
                                                          "ssh",
                                                          "stdbuf",
                                                          "strace",
                                                          "su",
                                                          "sudo",
                                                          "swift",
                                                          "systemd-run",
                                                          "taskset",
                                                          "tclsh",
                                                          "tee",
                                                          "time",
                                                          "timeout",
                                                          "tmux",
                                                          "ts-node",
                                                          "tsx",
                                                          "unbuffer",
                                                          "unshare",
                                                          "uvx",
                                                          "valgrind",
                                                          "vi",
                                                          "view",
                                                          "vim",
                                                          "watch",
                                                          "watchexec",
                                                          "wine",
                                                          "wish",
                                                          "xargs",
                                                          "xvfb-run",
                                                          "zsh"});

/// Programs that files of the project, or some of their flags, tell what to run.
constexpr auto steered = std::to_array<std::string_view>(
    {"fd", "fdfind", "find", "gmake", "inotifywait", "just", "make", "ninja", "rake", "yarnpkg"});

bool is_among(std::string_view word, const auto& list) {
  return std::ranges::find(list, word) != list.end();
}

/// "python3.11", "node18", "ld-linux-x86-64.so.2": the version is not part of the name.
std::string_view stem_of(std::string_view name) {
  return name.substr(0, name.find_last_not_of("0123456789.-") + 1);
}

} // namespace

program_kind kind_of_program(std::string_view name) {
  auto stem = stem_of(name);
  for (auto start : {"ld-linux", "ld-musl", "qemu-", "nix-"})
    if (name.starts_with(start))
      return program_kind::runner;
  if (is_among(name, shell_words) || is_among(name, runners) || is_among(stem, runners))
    return program_kind::runner;
  return is_among(stem, steered) ? program_kind::steered : program_kind::plain;
}

} // namespace kodad::proto
