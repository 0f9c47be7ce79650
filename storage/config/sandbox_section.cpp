#include "storage/config/sandbox_section.hpp"

#include "proto/text/ascii.hpp"
#include "storage/config/path_list.hpp"

#include <algorithm>
#include <array>

namespace kodad::storage {

namespace {

constexpr uint64_t mebibyte = uint64_t{1} << 20;
constexpr range<uint64_t> bytes{mebibyte, uint64_t{1} << 50};
// A shell with a pipe has four processes, the sandbox itself two.
constexpr range<int64_t> processes{8, 1'000'000};
constexpr range<int64_t> seconds{1, 86'400, "seconds"};

void read_seconds(section& from, std::string_view key, std::chrono::seconds& out) {
  auto value = static_cast<int64_t>(out.count());
  from.read(key, value, seconds);
  out = std::chrono::seconds(value);
}

void read_limits(section from, proto::command_limits& out) {
  from.read_bytes("memory", out.memory, {16 * mebibyte, bytes.most});
  from.read_count("processes", out.processes, processes);
  from.read_bytes("file_size", out.file_size, bytes);
  from.read_bytes("disk", out.disk, bytes);
  from.read_bytes("tmp", out.tmp, bytes);
  from.read_bytes("shm", out.shm, bytes);
  read_seconds(from, "time", out.time);
  auto usual_max = out.time_max;
  if (!from.has("time_max"))
    out.time_max = std::max(out.time_max, out.time);
  read_seconds(from, "time_max", out.time_max);
  auto text = [](std::chrono::seconds value) { return std::to_string(value.count()); };
  if (out.time > out.time_max)
    from.fail("time_max", "expected at least the value of time, " + text(out.time) +
                              (from.has("time") ? "" : " unless configured") + ", not " +
                              text(out.time_max));
  else if (out.time_max > usual_max && !from.has("time_max"))
    from.remark("time", text(out.time) + " seconds are more than time_max, " + text(usual_max) +
                            " unless configured: that is now " + text(out.time) + ", too");
  from.finish();
}

/// What somebody may give for yes or no, and that names no agent; "?" for what is neither.
std::string_view meant_network(std::string_view given) {
  constexpr std::array<std::string_view, 8> all{"*",     "all",  "any",  "always",
                                                "allow", "host", "full", "everything"};
  constexpr std::array<std::string_view, 5> none{"none", "never", "deny", "null", "nothing"};
  constexpr std::array<std::string_view, 2> neither{"maybe", "ask"};
  auto word = proto::text::to_lower(given);
  auto is_among = [&word](const auto& words) {
    return std::ranges::find(words, word) != words.end();
  };
  if (is_among(all))
    return "true";
  if (is_among(none))
    return "false";
  return is_among(neither) || word.empty() ? "?" : meant_flag(word);
}

/// true, false, or the agents that have it.
void read_network(section& from, proto::sandbox_config& out) {
  from.describe("network", "true, false, or a list of agents", "false");
  std::vector<std::string> given;
  from.read("network", given);
  bool is_answer = given.size() == 1 && (given[0] == "true" || given[0] == "false");
  out.network = is_answer && given[0] == "true";
  for (size_t at = 0; at < given.size() && !is_answer; ++at)
    if (auto meant = meant_network(given[at]); !meant.empty()) {
      auto hint = meant == "?"         ? ""
                  : meant == given[at] ? "; it stands alone, without names"
                                       : "; did you mean " + std::string(meant) + "?";
      from.fail_entry("network", at,
                      "expected true, false or names of agents" + proto::not_this(given[at]) +
                          hint);
    }
  if (!is_answer)
    for (auto& agent : given)
      out.network_agents.push_back(proto::agent_id{std::move(agent)});
}

/// Only ${NAME} is replaced; $NAME stays, which few wish for.
bool has_bare_variable(std::string_view text) {
  for (size_t at = text.find('$'); at != text.npos; at = text.find('$', at + 1)) {
    auto next = at + 1 < text.size() ? text[at + 1] : ' ';
    if ((next >= 'A' && next <= 'Z') || next == '_')
      return true;
  }
  return false;
}

bool is_variable(const std::string& name) {
  auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

/// Why a command's environment may not have this name; empty when it may.
std::string fault_of(const std::string& name) {
  if (!is_variable(name))
    return "expected names of letters, digits and _" + proto::not_this(name);
  auto is_one_of = [&name](std::initializer_list<std::string_view> all) {
    return std::ranges::find(all, name) != all.end();
  };
  auto other = "expected other names, not " + name + ": ";
  if (name == "PATH")
    return other + "sandbox.path adds to PATH";
  if (is_one_of({"HOME", "TMPDIR", "TMP", "TEMP"}))
    return other + "a command's home and temporary folder are its own";
  if (name.starts_with("LD_") || name.starts_with("GLIBC_") ||
      is_one_of({"GCONV_PATH", "LOCPATH", "NLSPATH", "HOSTALIASES", "RES_OPTIONS", "LOCALDOMAIN",
                 "MALLOC_CONF"}))
    return other + "it would change how bubblewrap and the shell themselves load; set it in the "
                   "command, or in a script that sandbox.path shows";
  if (name.starts_with("BASH") ||
      is_one_of({"ENV", "IFS", "SHELLOPTS", "PS4", "PROMPT_COMMAND", "CDPATH", "GLOBIGNORE",
                 "EXECIGNORE", "POSIXLY_CORRECT", "PWD", "OLDPWD", "UID", "EUID", "PPID", "SHLVL"}))
    return other + "it would change how the shell reads each command; set it in the command";
  constexpr std::string_view of_git[] = {
      "GIT_AUTHOR_NAME",     "GIT_AUTHOR_EMAIL",    "GIT_AUTHOR_DATE",     "GIT_COMMITTER_NAME",
      "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE",  "GIT_TERMINAL_PROMPT", "GIT_EDITOR",
      "GIT_PAGER",           "GIT_SEQUENCE_EDITOR", "GIT_OPTIONAL_LOCKS",  "GIT_MERGE_AUTOEDIT"};
  if (name.starts_with("GIT_") && std::ranges::find(of_git, name) == std::end(of_git))
    return other + "it would lead git away from the session's own repository, or from the settings "
                   "that kodad gives it; set it in the command";
  return "";
}

void read_variables(section& from, proto::sandbox_config& out) {
  from.read("env", out.env, expansion::variables);
  for (const auto& [name, value] : out.env) {
    if (auto fault = fault_of(name); !fault.empty())
      from.fail_name("env", name, fault);
    if (value.find('\0') != std::string::npos)
      from.fail_name("env", name, "expected texts without NUL");
    if (has_bare_variable(value))
      from.warn_name("env", name, "$NAME stays as it is: only ${NAME} is replaced");
  }
}

/// What is shown writable is written, whatever else shows it.
void warn_of_overlap(section& from, const proto::sandbox_config& all) {
  for (size_t at = 0; at < all.read.size(); ++at)
    if (std::ranges::find(all.write, all.read[at]) != all.write.end())
      from.warn_entry("read", at, all.read[at] + " stands in sandbox.write, too: it is writable");
}

} // namespace

void read_sandbox(section from, const host::environment& variables, proto::sandbox_config& out) {
  constexpr std::array<other_word, 19> others{{{"none", "off"},
                                               {"false", "off"},
                                               {"no", "off"},
                                               {"never", "off"},
                                               {"disabled", "off"},
                                               {"disable", "off"},
                                               {"null", "off"},
                                               {"danger-full-access", "off"},
                                               {"bwrap", "bubblewrap"},
                                               {"bubble", "bubblewrap"},
                                               {"true", "auto"},
                                               {"yes", "auto"},
                                               {"on", "auto"},
                                               {"enabled", "auto"},
                                               {"enable", "auto"},
                                               {"default", "auto"},
                                               {"strict", "auto"},
                                               {"read-only", "auto"},
                                               {"workspace-write", "auto"}}};
  from.read_word("mode", out.mode, others);
  read_paths(from, "path", {path_use::programs, variables}, out.path);
  read_paths(from, "read", {path_use::reading, variables}, out.read);
  read_paths(from, "write", {path_use::writing, variables}, out.write);
  warn_of_overlap(from, out);
  read_variables(from, out);
  read_network(from, out);
  read_limits(from.below("limits"), out.limits);
  from.finish();
}

} // namespace kodad::storage
