// LOSS LOG: tells the operator which parts of which messages are lost, each once: a page that is
// read a thousand times has nothing new to say. From any thread.
#pragma once

#include "proto/error.hpp"
#include "proto/message.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace kodad::actors {

/// Takes one line for the operator. Never waits.
using line_teller = std::function<void(const std::string&)>;

class loss_log {
public:
  explicit loss_log(line_teller tell) : tell_(std::move(tell)) {}

  /// Tells of the parts among these that are lost.
  void note(const proto::session_id& session, const std::vector<proto::full_message>& messages);

  /// Tells that the log of a session's events has a hole.
  void note_events(const proto::session_id& session, const proto::error& why);

private:
  void tell_once(const std::string& line);

  line_teller tell_;
  std::mutex mutex_;
  std::unordered_set<std::string> told_;
};

} // namespace kodad::actors
