// SPAWNER LINK: the process host's line to its spawner. It never waits: what the spawner does not
// take at once stands in a queue, bounded by the children there may be. It pings while children
// run; a spawner that dies or answers no more is killed and replaced, and whatever it had started
// is killed, too: this process is a subreaper, so that all of it falls to us.
// Not for two threads at once. @pre Every child that this process gets after `open` is a spawner of
// this link; earlier ones are left alone.
#pragma once

#include "storage/host/spawner.hpp"
#include "storage/host/spawner_wire.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace kodad::storage::host {

/// Hears of what comes over the link. May ask, but not close, while it hears.
class spawner_user {
public:
  virtual ~spawner_user() = default;

  virtual void replied(const spawner_reply& reply) = 0;

  /// The spawner is gone or given up. All that was sent to it is lost; what is still unsent goes to
  /// the next one.
  virtual void lost() = 0;

  /// Nothing of what was lost runs any more, or it hangs in the kernel.
  virtual void buried() = 0;

  /// There is no spawner for now; the starts that waited for one are dropped.
  virtual void refused(const proto::error& why) = 0;

  /// A line for the operator: a spawner was lost, or replaced.
  virtual void told(const std::string& line) = 0;
};

class spawner_link {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// @param is_up Is kept true while there is a spawner that has answered.
  spawner_link(spawner_source source, spawner_user& user, std::shared_ptr<std::atomic<bool>> is_up)
      : source_(std::move(source)), user_(user), is_up_(std::move(is_up)) {}

  /// Starts the first spawner. @param epoll Tells `tag` when `receive` has something to read.
  proto::result<void> open(const descriptor& epoll, uint64_t tag);

  /// Sends the request, or keeps it until it can be sent.
  void ask(process_key key, spawner_request_kind kind, std::vector<descriptor> with = {});

  /// Does the start of this child still wait here?
  bool is_unsent(process_key key) const;

  /// Forgets all that waits here for this child.
  void take_back(process_key key);

  void receive();

  /// When `tick` wants to be called.
  std::optional<time_point> due() const;

  /// @param is_busy Does anything run, so that the spawner has to be watched?
  void tick(bool is_busy);

  /// Ends the spawner and all it started. Bounded.
  void close();

private:
  struct unsent_request {
    spawner_request request;
    std::vector<descriptor> with;
  };

  void send();
  bool send_first();
  void beat(bool is_busy);
  void lose(const char* cause);
  void tell_end(const spawner& gone);
  void restart();
  void sweep();
  bool kill_strays();
  void connect(spawner started);

  spawner_source source_;
  spawner_user& user_;
  std::shared_ptr<std::atomic<bool>> is_up_;
  int epoll_ = -1;
  uint64_t tag_ = 0;

  std::optional<spawner> current_;
  time_point started_;
  std::deque<unsent_request> unsent_;
  bool is_pinged_ = false; ///< And has not answered.
  int missed_ = 0;
  int failures_ = 0; ///< In a row: young deaths and failed starts.

  std::optional<time_point> lost_at_; ///< Until it is replaced.
  std::string lost_why_;              ///< Until its end was told.

  std::vector<pid_t> strangers_; ///< Children from before us: whoever executed us had them.
  std::vector<spawner> dying_;
  int clean_sweeps_ = 0;
  std::optional<time_point> told_by_; ///< When `buried` comes at the latest.

  std::optional<time_point> send_at_;
  std::optional<time_point> beat_at_;
  std::optional<time_point> start_at_;
  std::optional<time_point> sweep_at_;
};

} // namespace kodad::storage::host
