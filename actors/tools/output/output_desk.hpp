// OUTPUT DESK: one thread that takes the output of all commands from the process host, cleans it,
// keeps it beside the log and shows it in chunks. Floods cost this thread, not a scheduler's: it
// takes at most half a core, and a command whose output is not taken waits for it.
#pragma once

#include "actors/tools/output/output_flow.hpp"
#include "storage/host/output_files.hpp"
#include "storage/host/process_host.hpp"

#include <functional>
#include <memory>
#include <string>

namespace kodad::actors {

/// How a child ended, and what it said.
struct child_result {
  output_keeper kept;
  storage::host::exit_status status;
  std::string complaint; ///< What went wrong with keeping the whole; empty for nothing.
};

/// Hears of one command's output, on the desk's thread: chunks, then the end. Must not block.
class output_listener {
public:
  virtual ~output_listener() = default;

  virtual void shown(std::string chunk) = 0;
  virtual void ended(child_result how) = 0;
};

class output_desk {
public:
  /// @param folder Of the output files.
  explicit output_desk(std::string folder);

  /// Ends the thread without waiting for it; commands under way are heard of no more.
  ~output_desk();
  output_desk(const output_desk&) = delete;
  output_desk& operator=(const output_desk&) = delete;

  /// What to give the process host for a command. @param streams Is it shown while it runs, and
  /// kept beside? Otherwise only its end is told.
  std::shared_ptr<storage::host::process_listener>
  open(storage::host::output_name which, bool streams, std::shared_ptr<output_listener> listener);

  /// Removes kept outputs, some time soon.
  void drop(proto::session_id session, uint32_t below_turn);

private:
  struct core;
  class stream;

  std::shared_ptr<core> core_;
};

} // namespace kodad::actors
