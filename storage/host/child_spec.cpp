#include "storage/host/child_spec.hpp"

#include <cstdlib>
#include <cstring>

namespace kodad::storage::host {

namespace {

using proto::ec;
using proto::make_error;

// The kernel refuses a single argument of 128 KiB or more (MAX_ARG_STRLEN) and, with the usual
// stack bound of 8 MiB, more than 2 MiB of arguments and environment together.
constexpr size_t string_bytes_max = 128 * 1024 - 1;
constexpr size_t all_strings_bytes_max = 2 * 1024 * 1024 - 64 * 1024;

/// What precedes the strings (cwd, arguments, environment), each of which ends in a NUL.
struct head {
  uint32_t argument_count;
  uint32_t environment_count;
  uint32_t confinement_count; ///< Lines; 0 for none.
  resource_limits limits;
  error_output errors;
};

bool append(std::string& out, const std::string& text) {
  if (text.size() > string_bytes_max || text.find('\0') != text.npos)
    return false;
  out.append(text).push_back('\0');
  return out.size() <= all_strings_bytes_max;
}

bool take(std::string_view& from, std::string& out) {
  auto end = from.find('\0');
  if (end == from.npos)
    return false;
  out = from.substr(0, end);
  from.remove_prefix(end + 1);
  return true;
}

bool take_all(std::string_view& from, uint32_t count, std::vector<std::string>& out) {
  if (count > from.size())
    return false;
  out.resize(count);
  for (auto& text : out)
    if (!take(from, text))
      return false;
  return true;
}

std::string variable(const char* name, const char* otherwise) {
  auto* value = std::getenv(name);
  return std::string(name) + "=" + (value ? value : otherwise);
}

} // namespace

std::vector<std::string> base_environment() {
  std::vector<std::string> out{
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      variable("LANG", "C.UTF-8"),
      variable("HOME", "/tmp"),
      "TERM=dumb",
      "PAGER=cat",
      "GIT_TERMINAL_PROMPT=0",
  };
  if (std::getenv("TZ"))
    out.push_back(variable("TZ", ""));
  return out;
}

proto::result<std::string> pack(const child_spec& spec) {
  head first{};
  first.argument_count = static_cast<uint32_t>(spec.argv.size());
  first.environment_count = static_cast<uint32_t>(spec.environment.size());
  first.limits = spec.limits;
  first.errors = spec.errors;
  auto confined = spec.confined ? to_lines(*spec.confined) : std::vector<std::string>();
  first.confinement_count = static_cast<uint32_t>(confined.size());
  std::string out(reinterpret_cast<const char*>(&first), sizeof first);
  bool fits = !spec.argv.empty() && append(out, spec.cwd);
  for (const auto* list : {&spec.argv, &spec.environment, &std::as_const(confined)})
    for (const auto& text : *list)
      fits = fits && append(out, text);
  if (!fits)
    return make_error(ec::tool_invalid_args,
                      "the command is empty, too long for the kernel, or holds a NUL");
  return out;
}

std::optional<child_spec> unpack_child_spec(std::string_view bytes) {
  head first{};
  if (bytes.size() < sizeof first)
    return {};
  std::memcpy(&first, bytes.data(), sizeof first);
  bytes.remove_prefix(sizeof first);
  child_spec out;
  out.limits = first.limits;
  out.errors = first.errors;
  if (!take(bytes, out.cwd) || !take_all(bytes, first.argument_count, out.argv) ||
      !take_all(bytes, first.environment_count, out.environment) || out.argv.empty())
    return {};
  std::vector<std::string> confined;
  if (!take_all(bytes, first.confinement_count, confined))
    return {};
  if (!confined.empty() && !(out.confined = confinement_from(confined)))
    return {};
  return out;
}

} // namespace kodad::storage::host
