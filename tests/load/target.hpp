// The kodad under test, as all modes see it: where it is, the few calls every mode needs, and the
// counting of what failed.
#pragma once

#include "tests/load/options.hpp"
#include "tests/load/report.hpp"
#include "tests/load/request_pool.hpp"
#include "tests/load/subscription.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kodad::load {

struct target {
  explicit target(const options& given);

  const options& given;
  endpoint server;
  poller loop;
  int64_t pid; ///< Of the server; 0: not told, its figures are left out.

  int64_t failed = 0;
  std::string first_failure;
  void note_failure(const std::string& what);
  void note_unless(const answer& got, int wanted);

  /// When everything must be over, from now.
  int64_t deadline_ns() const;

  /// The bodies of the two POST requests.
  std::string session_body() const;
  std::string message_body() const;

  /// Creates sessions and returns their ids; fewer when some failed.
  std::vector<std::string> create_sessions(request_pool& pool, size_t count);

  /// Adds what went wrong and prints; the program's exit status.
  int conclude(report& results);
};

/// The string at `key` of a JSON object, or nothing.
std::string string_at(const std::string& json_text, std::string_view key);

/// All streams, each with its session; waits until each has a head or is broken.
std::vector<std::unique_ptr<subscription>> open_streams(target& at,
                                                        const std::vector<std::string>& sessions);

/// Adds the books of all streams together; differing texts and losses count as failures.
void add_books(target& at, report& results,
               const std::vector<std::unique_ptr<subscription>>& streams);

// The modes: run, print, return the exit status.
int run_create(target& at);
int run_get(target& at);
int run_messages(target& at);
int run_turns(target& at);
int run_sessions(target& at);
int run_subscribers(target& at);
int run_memory(target& at);
int run_start(target& at);

} // namespace kodad::load
