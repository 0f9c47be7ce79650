// CHILD SPEC: everything there is to say about a child process before it starts. The environment
// is complete: nothing of the host's own is added. A spec travels to the spawner as plain bytes in
// a memory file, since it may be larger than a socket's message.
#pragma once

#include "proto/limits.hpp"
#include "proto/result.hpp"
#include "storage/host/descriptor.hpp"
#include "storage/host/sandbox/confinement.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::storage::host {

enum class input_mode : uint8_t {
  none,  ///< /dev/null.
  bytes, ///< `child_spec::input`, then the end.
  open,  ///< A pipe that `process_host::write` fills until `close_input`.
};

enum class error_output : uint8_t {
  separate, ///< Told as `output_stream::error`.
  merged,   ///< Into the standard output, in the order in which it was written.
};

/// Bounds of a child; 0 leaves one unbounded. Core files are always off. The first four are the
/// kernel's and hold for each process; the others hold for the child and all that it starts, who
/// are looked at several times a second and ended together when they exceed one.
struct resource_limits {
  uint64_t cpu_s = 0;
  uint64_t address_space_bytes = 0;
  uint64_t file_size_bytes = 0;
  uint64_t open_files = 1024;
  uint64_t memory_bytes = 0; ///< Without what is shared and what belongs to files.
  uint64_t processes = 0;
  uint64_t disk_bytes = 0; ///< By how much the workspace's disk may fill meanwhile.

  bool operator==(const resource_limits&) const = default;
};

/// The bound that ended a child, or that it was seen to have reached.
enum class resource_bound : uint8_t { none, memory, processes, disk, machine_memory };

struct child_spec {
  std::vector<std::string> argv;        ///< The program is looked up in the environment's PATH.
  std::string cwd;                      ///< Absolute.
  std::vector<std::string> environment; ///< "NAME=value".
  input_mode input_from = input_mode::none;
  std::string input;
  error_output errors = error_output::separate;
  resource_limits limits;

  /// How it is confined; nothing for a child of our own that needs no sandbox.
  std::optional<confinement> confined;
  /// The open workspace (O_PATH); with `confined` only. `cwd` then counts for nothing.
  std::shared_ptr<const descriptor> workspace;

  // For the process host; the spawner does not know them.
  std::optional<std::chrono::milliseconds> timeout;
  std::chrono::milliseconds kill_grace = proto::limits::kill_grace;
  uint64_t output_bytes_max = proto::limits::process_output_bytes; ///< Then it is killed. 0: none.
};

/// PATH, LANG, TERM, HOME and TZ as a child may see them, and nothing else of the host's own.
std::vector<std::string> base_environment();

/// The part of a spec that the spawner needs, as bytes. Fails with `tool_invalid_args` on a NUL in
/// a string, an empty argv, or a size beyond what the kernel would start.
proto::result<std::string> pack(const child_spec& spec);

/// The reverse; nothing if `bytes` were not made by `pack`.
std::optional<child_spec> unpack_child_spec(std::string_view bytes);

} // namespace kodad::storage::host
