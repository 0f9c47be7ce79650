#include "actors/tools/command.hpp"
#include "actors/tools/exec/ending.hpp"
#include "actors/tools/files/dead_link.hpp"
#include "proto/limits/search.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;
namespace host = storage::host;

namespace {

/// What runs the command line, in a shell of its own, so that nothing that it does to its shell
/// (`exec`, a trap) matters here. It counts what the command leaves running, which ends with it,
/// and says so as the last line. In a sandbox all processes but its first are the command's;
/// elsewhere those of its group are. Itself it says nothing: a child that a signal ends would be
/// news to it.
constexpr const char* wrapper =
    // Under Landlock there is nothing to count by.
    R"sh({ read -r _ < /proc/$$/stat; } 2>/dev/null || exec "$BASH" -c -- "$1" bash; )sh"
    R"sh(kodad_left() { local - IFS=$' \t\n' p l all= mine n i; set +eufx; )sh"
    R"sh(read -r l < /proc/$$/stat; set -- ${l##*) }; mine=$3; )sh"
    R"sh(read -r p < /proc/1/comm; [ "$p" = bwrap ] && all=1; )sh"
    R"sh(for i in 1 2; do n=0; for p in /proc/[0-9]*; do p=${p#/proc/}; )sh"
    R"sh([ $p = $$ ] || [ $p = 1 ] && continue; read -r l < /proc/$p/stat || continue; )sh"
    R"sh(set -- ${l##*) }; [ "$1" = Z ] && continue; )sh"
    R"sh([ "$all" ] || [ "$3" = "$mine" ] || continue; n=$((n+1)); done; )sh"
    // What is just about to end does not count.
    R"sh([ $n = 0 ] && return; [ $i = 1 ] && command sleep 0.05; done; )sh"
    R"sh(echo; echo "($n process(es) that the command left running were ended with it)"; }; )sh"
    R"sh(exec {errors}>&2 2>/dev/null; ended=; trap 'ended=1' TERM; )sh"
    R"sh(SHLVL=0 "$BASH" -c -- "$1" bash 2>&$errors {errors}>&-; code=$?; )sh"
    // Who is told to end waits until the command has.
    R"sh([ "$ended" ] && { trap - TERM; kill -s TERM $$; }; kodad_left; exit $code)sh";

/// @param note What is to be said of the call besides.
tool_output finish_bash(const output_keeper& kept, const host::exit_status& status,
                        const host::child_spec& spec, const std::string& note) {
  tool_output out;
  out.text = kept.text();
  if (!out.text.empty() && out.text.back() != '\n')
    out.text += '\n';
  if (status.failure) {
    auto why = failed(*status.failure);
    why.text.insert(0, out.text); // What it had written by then.
    return why;
  }
  out.text += hints_of(out.text, spec) + note + ending_of(status, spec);
  proto::json::writer about;
  about.begin_object().key("exit_code").integer(status.code);
  about.key("timed_out").boolean(status.timed_out).end_object();
  out.metadata.text = about.take();
  out.failure = failure_of(status, spec);
  return out;
}

std::string clipped_time(size_t wanted, size_t most) {
  return "(timeout: a command may have " + std::to_string(most) +
         " ms at most (sandbox.limits.time_max), not " + std::to_string(wanted) + ")\n";
}

proto::result<std::string> folder_of(const host::folder& workspace, const tool_arguments& given) {
  auto wanted = given.text("workdir");
  if (!wanted)
    return workspace.root();
  auto relative = workspace.relative_path(*wanted);
  if (!relative)
    return relative.failure();
  auto about = look_at(workspace, *relative, "folder");
  if (!about && about.failure().code == ec::tool_failed)
    return proto::make_error(ec::tool_invalid_args, about.failure().context);
  if (!about)
    return about.failure();
  if (about->kind != host::file_kind::directory)
    return proto::make_error(ec::tool_invalid_args,
                             *relative + " is " + std::string(about->kind_word) + ", no folder");
  return workspace.root() + "/" + *relative;
}

} // namespace

proto::result<command> bash_command(const host::folder& workspace, const tool_arguments& given,
                                    const proto::command_limits& limits) {
  auto line = given.text("command");
  if (!line)
    return missing("command");
  auto where = folder_of(workspace, given);
  if (!where)
    return where.failure();
  auto usual = static_cast<size_t>(std::chrono::milliseconds(limits.time).count());
  auto most = static_cast<size_t>(std::chrono::milliseconds(limits.time_max).count());
  command out;
  out.spec.argv = {"bash", "-c", wrapper, "bash", *line};
  out.spec.cwd = *where;
  out.spec.environment = host::base_environment();
  out.spec.errors = host::error_output::merged;
  auto wanted = given.count("timeout").value_or(usual);
  out.spec.timeout = std::chrono::milliseconds(std::min(wanted, most));
  out.spec.output_bytes_max = proto::limits::command_output_bytes;
  out.access = workspace_access::write;
  out.streams = true;
  out.finish = [note = wanted > most ? clipped_time(wanted, most) : ""](
                   const output_keeper& kept, const host::exit_status& status,
                   const host::child_spec& spec) { return finish_bash(kept, status, spec, note); };
  return out;
}

} // namespace kodad::actors
