// LIMITS of commands: what one may use of the machine, unless the configuration says otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kodad::proto::limits {

inline constexpr uint64_t gibibyte = uint64_t{1} << 30;

inline constexpr uint64_t command_memory_bytes = 4 * gibibyte; ///< A large compiler run has 2.
inline constexpr uint64_t command_processes = 512;             ///< `make -j64` has some 200.
inline constexpr uint64_t command_file_bytes = 8 * gibibyte;   ///< Of one file.
inline constexpr uint64_t command_disk_bytes = 16 * gibibyte;  ///< By which the disk may fill.
inline constexpr uint64_t command_temporary_bytes = gibibyte;  ///< Of /tmp; counted as it is used.
inline constexpr uint64_t command_shared_memory_bytes = gibibyte; ///< Of /dev/shm.
inline constexpr uint64_t command_open_files = 4096;              ///< Of one process.

// A sandbox that has not proved itself by then does not count as one: the start waits for it.
inline constexpr auto sandbox_trial = std::chrono::milliseconds(1500);
inline constexpr auto sandbox_trial_max = std::chrono::seconds(10); ///< On a busy machine.

inline constexpr size_t sandbox_paths = 64; ///< Of sandbox.read, write and path each.

} // namespace kodad::proto::limits
