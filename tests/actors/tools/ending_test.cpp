#include "actors/tools/exec/ending.hpp"

#include <csignal>
#include <doctest/doctest.h>

using namespace kodad::actors;
using kodad::proto::ec;
namespace host = kodad::storage::host;

namespace {

host::child_spec bounded() {
  host::child_spec out;
  out.timeout = std::chrono::milliseconds(1500);
  out.output_bytes_max = 16 << 20;
  out.limits.memory_bytes = 64 << 20;
  out.limits.processes = 9;
  out.limits.disk_bytes = 32 << 20;
  out.limits.file_size_bytes = 8 << 20;
  return out;
}

host::exit_status killed() {
  host::exit_status out;
  out.signal = SIGKILL;
  return out;
}

/// The error and the line are both told, and both name the cause.
void check_told(const host::exit_status& status, ec code, const std::string& cause) {
  auto why = failure_of(status, bounded());
  REQUIRE(why);
  CHECK(why->code == code);
  INFO(ending_of(status, bounded()));
  bool is_told = ending_of(status, bounded()).find(cause) != std::string::npos;
  CHECK(is_told);
  if (code == ec::tool_failed) {
    INFO(why->context);
    bool is_named = why->context.find(cause) != std::string::npos;
    CHECK(is_named);
  }
}

} // namespace

TEST_CASE("every way in which a command is ended has an error and a line for the model") {
  auto status = killed();
  status.timed_out = true;
  check_told(status, ec::tool_timeout, "longer than the 1500 ms");
  status = killed();
  status.cancelled = true;
  check_told(status, ec::cancelled, "cancelled");
  status = killed();
  status.flooded = true;
  check_told(status, ec::tool_failed, "it wrote more than 16 MiB");
  using enum host::resource_bound;
  const std::pair<host::resource_bound, const char*> bounds[] = {
      {memory, "more than its 64 MiB of memory (sandbox.limits.memory)"},
      {processes, "reached its 9 processes"},
      {disk, "filled the disk by more than its 32 MiB"},
      {machine_memory, "the machine's memory ran low"}};
  for (const auto& [bound, cause] : bounds) {
    status = killed();
    status.bound = bound;
    check_told(status, ec::tool_failed, cause);
    // As a sandbox tells it.
    status.signal = 0;
    status.code = 128 + SIGKILL;
    check_told(status, ec::tool_failed, cause);
  }
  status = {};
  status.signal = SIGXFSZ;
  check_told(status, ec::tool_failed, "a file may have 8 MiB at most");
}

TEST_CASE("a command that ended itself has no error") {
  host::exit_status status;
  for (int code : {0, 1, 127, 139}) {
    status.code = code;
    CHECK_FALSE(failure_of(status, bounded()));
  }
  status.code = 2;
  status.bound = host::resource_bound::processes; // Reached, and lived on.
  CHECK_FALSE(failure_of(status, bounded()));
  CHECK(ending_of(status, bounded()) ==
        "(exit code 2: it reached its 9 processes (sandbox.limits.processes))");
}
