#include "actors/tools/command.hpp"

#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;
namespace host = storage::host;
namespace limits = proto::limits;

namespace {

std::string ending(const host::exit_status& status) {
  if (status.timed_out)
    return "(ended: it ran out of time)";
  if (status.cancelled)
    return "(ended: cancelled)";
  if (status.flooded)
    return "(ended: it wrote too much)";
  if (status.signal != 0)
    return "(ended by signal " + std::to_string(status.signal) + ")";
  return "(exit code " + std::to_string(status.code) + ")";
}

tool_output finish_bash(const output_keeper& kept, const host::exit_status& status) {
  if (status.failure)
    return failed(*status.failure);
  tool_output out;
  out.text = kept.text();
  if (!out.text.empty() && out.text.back() != '\n')
    out.text += '\n';
  out.text += ending(status);
  proto::json::writer about;
  about.begin_object().key("exit_code").integer(status.code);
  about.key("timed_out").boolean(status.timed_out).end_object();
  out.metadata.text = about.take();
  if (status.cancelled)
    out.failure = proto::make_error(ec::cancelled, "the command was cancelled");
  else if (status.timed_out)
    out.failure = proto::make_error(ec::tool_timeout, "the command ran out of time");
  return out;
}

proto::result<std::string> folder_of(const host::folder& workspace, const tool_arguments& given) {
  auto wanted = given.text({"workdir", "workingDir", "working_dir", "cwd"});
  if (!wanted)
    return workspace.root();
  auto relative = workspace.relative_path(*wanted);
  if (!relative)
    return relative.failure();
  auto about = workspace.stat(*relative);
  if (!about)
    return about.failure();
  if (!*about || (*about)->kind != host::file_kind::directory)
    return proto::make_error(ec::tool_invalid_args, "there is no folder " + *relative);
  return workspace.root() + "/" + *relative;
}

} // namespace

proto::result<command> bash_command(const host::folder& workspace, const tool_arguments& given) {
  auto line = given.text({"command", "cmd"});
  if (!line || line->empty())
    return proto::make_error(ec::tool_invalid_args, "the argument command is missing");
  auto where = folder_of(workspace, given);
  if (!where)
    return where.failure();
  auto timeout = given.number({"timeout", "timeout_ms"});
  if (!timeout)
    return timeout.failure();
  constexpr int64_t usual = std::chrono::milliseconds(limits::bash_deadline).count();
  constexpr int64_t most = std::chrono::milliseconds(limits::bash_deadline_max).count();
  command out;
  out.spec.argv = {"bash", "-c", *line};
  out.spec.cwd = *where;
  out.spec.environment = host::base_environment();
  out.spec.errors = host::error_output::merged;
  out.spec.timeout =
      std::chrono::milliseconds(std::clamp<int64_t>(timeout->value_or(usual), 1, most));
  out.access = workspace_access::write;
  out.streams = true;
  out.finish = finish_bash;
  return out;
}

} // namespace kodad::actors
