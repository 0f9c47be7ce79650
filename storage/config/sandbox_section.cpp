#include "storage/config/sandbox_section.hpp"

#include <algorithm>

namespace kodad::storage {

namespace {

namespace limits = proto::limits;

constexpr uint64_t mebibyte = uint64_t{1} << 20;
constexpr range<uint64_t> bytes{mebibyte, uint64_t{1} << 50};
// A shell with a pipe has four processes, the sandbox itself two.
constexpr range<int64_t> processes{8, 1'000'000};
constexpr range<int64_t> seconds{1, 86'400};

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
  if (out.time > out.time_max)
    out.time_max = out.time;
  read_seconds(from, "time_max", out.time_max);
  if (out.time > out.time_max)
    from.fail("time_max", "expected at least the value of time");
  from.finish();
}

void read_mode(section& from, proto::sandbox_wish& out) {
  std::string mode = "auto";
  from.read("mode", mode);
  auto all = words(out);
  auto found = std::ranges::find(all, mode);
  if (found == all.end())
    return from.fail("mode", "expected auto, bubblewrap, landlock or off, not " + mode);
  out = static_cast<proto::sandbox_wish>(found - all.begin());
}

/// true, false, or the agents that have it.
void read_network(section& from, proto::sandbox_config& out) {
  std::vector<std::string> given;
  from.read("network", given);
  bool is_answer = given.size() == 1 && (given[0] == "true" || given[0] == "false");
  out.network = is_answer && given[0] == "true";
  if (!is_answer)
    for (auto& agent : given)
      out.network_agents.push_back(proto::agent_id{std::move(agent)});
}

bool is_variable(const std::string& name) {
  auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

void read_variables(section& from, proto::sandbox_config& out) {
  from.read("env", out.env, expansion::variables);
  for (const auto& [name, value] : out.env) {
    if (!is_variable(name))
      from.fail("env", "expected names of letters, digits and _, not " + name);
    if (name == "PATH" || name == "HOME")
      from.fail("env", name == "PATH" ? "expected other names; sandbox.path adds to PATH"
                                      : "expected other names; a command's home is its own");
    if (value.find('\0') != std::string::npos)
      from.fail("env", "expected texts without NUL");
  }
}

void read_paths(section& from, std::string_view key, const host::environment& variables,
                std::vector<std::string>& out) {
  from.read(key, out);
  make_absolute(from, key, variables, out);
  if (out.size() > limits::sandbox_paths)
    from.fail(key, "expected at most " + std::to_string(limits::sandbox_paths) + " paths");
}

} // namespace

void make_absolute(section& from, std::string_view key, const host::environment& variables,
                   std::vector<std::string>& paths) {
  for (auto& path : paths) {
    if (path == "~" || path.starts_with("~/"))
      path = variables("HOME").value_or("~") + path.substr(1);
    if (!path.starts_with('/'))
      from.fail(key, "expected absolute paths, or ~/…, not " + path);
  }
}

void read_sandbox(section from, const host::environment& variables, proto::sandbox_config& out) {
  read_mode(from, out.mode);
  read_paths(from, "path", variables, out.path);
  read_paths(from, "read", variables, out.read);
  read_paths(from, "write", variables, out.write);
  read_variables(from, out);
  read_network(from, out);
  read_limits(from.below("limits"), out.limits);
  from.finish();
}

} // namespace kodad::storage
