// LIMITS of the door: how it shares the process's descriptors and memory with the rest of the
// house, and how slowly a client may read. Each number with its reason.
#pragma once

#include <chrono>
#include <cstddef>

namespace kodad::proto::limits {

using namespace std::chrono_literals;

/// Kept back for the rest of the process: 256 child processes with up to 4 descriptors each, 2,048
/// model calls, and 256 for the database, tools, files and the house itself. With it 16,384
/// connections fit into the usual 20,000. A smaller allowance is shared half and half.
inline constexpr size_t house_descriptors = 256 * 4 + 2048 + 256;

/// Above the cap, for those who ask for /health or a cancel, and to tell the others to come back.
inline constexpr size_t door_margin = 256;

/// Fewer than these are too few to start with: the house alone has some 30 open when it is idle.
inline constexpr size_t descriptors_least = 96;

/// A body that has been on its way this long may have to make room for a /health, when there is
/// nothing else left that could.
inline constexpr auto body_patience = 1s;

/// A client that reads a stream or an answer more slowly than this, for as long as `write_stall`,
/// is as good as gone: an old modem is seven times as fast.
inline constexpr size_t read_bytes_per_second = 1024;

/// What all requests and answers in the door may hold together: sixteen of the largest bodies.
inline constexpr size_t door_bytes = size_t{512} * 1024 * 1024;

/// What answers that wait for their readers may hold of it: beyond, those go who read the least.
/// With the pages in the making, which are held twice or thrice, some 256 MiB.
inline constexpr size_t unread_bytes = size_t{192} * 1024 * 1024;

/// Pages made at a time: one is read, one written, two on their way.
inline constexpr size_t pages_at_once = 4;
inline constexpr size_t pages_waiting = 4096; ///< As many as requests for a worker.

/// Lines on stderr about requests that failed, and as many about all else that did. A full disk
/// fails thousands of requests alike.
inline constexpr size_t failure_lines_per_second = 10;

inline constexpr std::chrono::seconds ready{2}; ///< For a part to show that it answers.

} // namespace kodad::proto::limits
