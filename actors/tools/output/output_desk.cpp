#include "actors/tools/output/output_desk.hpp"

#include "proto/limits/tools.hpp"

#include <condition_variable>
#include <csignal>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <thread>
#include <vector>

namespace kodad::actors {

namespace host = storage::host;
namespace limits = proto::limits;
using clock = std::chrono::steady_clock;

/// One command's output on its way. The first group belongs to the desk's mutex, the rest to its
/// thread.
class output_desk::stream : public host::process_listener,
                            public std::enable_shared_from_this<output_desk::stream> {
public:
  stream(std::weak_ptr<core> owner, storage::host::output_name which, bool streams,
         std::shared_ptr<output_listener> listener);

  void output(host::output_stream, host::output_bytes bytes) override;
  void exited(const host::exit_status& status) override;

  /// Works off what has come. @return When to come back, if at all.
  std::optional<clock::time_point> serve(std::vector<host::output_bytes> pieces,
                                         const std::optional<host::exit_status>& end);

  // Of the mutex.
  std::vector<host::output_bytes> pieces;
  std::optional<host::exit_status> end;
  bool is_queued = false;

private:
  proto::result<void> keep(std::string_view piece);
  void finish(const host::exit_status& status);

  std::weak_ptr<core> owner_;
  storage::host::output_name which_;
  bool streams_;
  std::shared_ptr<output_listener> listener_; // None after the end.
  std::optional<storage::host::output_files::writer> file_;
  output_flow flow_;
};

struct output_desk::core : std::enable_shared_from_this<core> {
  explicit core(std::string folder) : files(std::move(folder)) {}

  const storage::host::output_files files;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::shared_ptr<stream>> ready;
  std::multimap<clock::time_point, std::shared_ptr<stream>> timers;
  std::deque<std::function<void()>> errands;
  bool is_closed = false;

  void queue(std::shared_ptr<stream> one);
  void add_errand(std::function<void()> errand);
  void run();
  void wait(std::unique_lock<std::mutex>& lock);
  void serve(std::unique_lock<std::mutex>& lock, std::shared_ptr<stream> one);
};

// --- a stream --------------------------------------------------------------------------------

output_desk::stream::stream(std::weak_ptr<core> owner, storage::host::output_name which,
                            bool streams, std::shared_ptr<output_listener> listener)
    : owner_(std::move(owner)), which_(std::move(which)), streams_(streams),
      listener_(std::move(listener)),
      flow_("/sessions/" + which_.session.text + "/outputs/" + which_.call.text,
            [this](std::string_view piece) { return keep(piece); }) {}

void output_desk::stream::output(host::output_stream, host::output_bytes bytes) {
  auto desk = owner_.lock();
  if (!desk)
    return;
  std::lock_guard lock(desk->mutex);
  pieces.push_back(std::move(bytes));
  desk->queue(shared_from_this());
}

void output_desk::stream::exited(const host::exit_status& status) {
  auto desk = owner_.lock();
  if (!desk)
    return;
  std::lock_guard lock(desk->mutex);
  end = status;
  desk->queue(shared_from_this());
}

proto::result<void> output_desk::stream::keep(std::string_view piece) {
  auto desk = owner_.lock();
  if (!streams_ || !desk)
    return {};
  if (!file_) {
    auto created = desk->files.create(which_);
    if (!created)
      return created.failure();
    file_.emplace(std::move(*created));
  }
  return file_->append(piece);
}

std::optional<clock::time_point>
output_desk::stream::serve(std::vector<host::output_bytes> came,
                           const std::optional<host::exit_status>& ended) {
  if (!listener_)
    return std::nullopt;
  for (auto& piece : came) {
    flow_.take(*piece);
    piece.reset(); // The process host reads on.
  }
  if (ended) {
    finish(*ended);
    return std::nullopt;
  }
  if (!streams_)
    return std::nullopt;
  if (auto chunk = flow_.next_chunk(clock::now()))
    listener_->shown(std::move(*chunk));
  return flow_.next_time();
}

void output_desk::stream::finish(const host::exit_status& status) {
  if (streams_)
    for (auto& chunk : flow_.last_chunks())
      listener_->shown(std::move(chunk));
  if (file_ && (flow_.is_cut() || status.flooded))
    file_->mark_cut();
  file_.reset();
  listener_->ended({flow_.take_kept(), status, flow_.complaint()});
  listener_.reset();
}

// --- the thread ------------------------------------------------------------------------------

/// @pre The mutex is held.
void output_desk::core::queue(std::shared_ptr<stream> one) {
  if (is_closed || std::exchange(one->is_queued, true))
    return;
  ready.push_back(std::move(one));
  wake.notify_one();
}

void output_desk::core::add_errand(std::function<void()> errand) {
  std::lock_guard lock(mutex);
  // What is not removed for lack of room goes with the sweep at the next start.
  if (is_closed || errands.size() >= limits::outputs_waiting)
    return;
  errands.push_back(std::move(errand));
  wake.notify_one();
}

void output_desk::core::wait(std::unique_lock<std::mutex>& lock) {
  if (is_closed || !ready.empty() || !errands.empty())
    return;
  if (timers.empty())
    wake.wait(lock);
  else
    wake.wait_until(lock, timers.begin()->first);
}

void output_desk::core::serve(std::unique_lock<std::mutex>& lock, std::shared_ptr<stream> one) {
  auto pieces = std::exchange(one->pieces, {});
  auto end = one->end;
  one->is_queued = false;
  lock.unlock();
  auto next = one->serve(std::move(pieces), end);
  lock.lock();
  if (next)
    timers.emplace(*next, std::move(one));
}

void output_desk::core::run() {
  std::unique_lock lock(mutex);
  while (!is_closed) {
    wait(lock);
    auto begin = clock::now();
    while (!timers.empty() && timers.begin()->first <= begin) {
      auto due = std::move(timers.begin()->second);
      timers.erase(timers.begin());
      queue(std::move(due));
    }
    for (auto round = std::exchange(ready, {}); !round.empty() && !is_closed; round.pop_front())
      serve(lock, std::move(round.front()));
    if (!errands.empty()) {
      auto errand = std::move(errands.front());
      errands.pop_front();
      lock.unlock();
      errand();
      lock.lock();
    }
    // Half a core at most: the commands wait, everybody else goes on.
    if (auto taken = clock::now() - begin; taken > std::chrono::milliseconds(1) && !is_closed) {
      lock.unlock();
      std::this_thread::sleep_for(taken);
      lock.lock();
    }
  }
}

output_desk::output_desk(std::string folder) : core_(std::make_shared<core>(std::move(folder))) {
  // Signals are for the main thread; a new thread inherits the mask of its maker.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([self = core_] { self->run(); }).detach();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

output_desk::~output_desk() {
  std::deque<std::shared_ptr<stream>> dropped;
  std::lock_guard lock(core_->mutex);
  core_->is_closed = true;
  dropped.swap(core_->ready);
  core_->timers.clear();
  core_->wake.notify_one();
}

std::shared_ptr<host::process_listener>
output_desk::open(storage::host::output_name which, bool streams,
                  std::shared_ptr<output_listener> listener) {
  return std::make_shared<stream>(core_, std::move(which), streams, std::move(listener));
}

void output_desk::drop(proto::session_id session, uint32_t below_turn) {
  core_->add_errand([files = core_->files, session = std::move(session), below_turn] {
    files.drop(session, below_turn);
  });
}

} // namespace kodad::actors
