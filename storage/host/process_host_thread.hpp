// The PROCESS HOST'S INSIDE: what callers share with its thread (a mailbox) and what the thread
// alone owns (the children, the deadlines).
#pragma once

#include "proto/limits/processes.hpp"
#include "storage/host/news_pace.hpp"
#include "storage/host/process_host.hpp"
#include "storage/host/spawner_link.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace kodad::storage::host {

using steady = std::chrono::steady_clock;

/// The mailbox. Outlives the host for as long as somebody holds a piece of output.
struct process_host::shared_state {
  /// To be done by the thread.
  using wish = std::function<void(thread_state&)>;

  void post(wish what);
  std::vector<wish> take();

  std::mutex mutex;
  std::vector<wish> wishes;
  std::map<process_key, size_t> input_bytes; ///< Of children with an open input, not yet written.
  bool closed = false;                       ///< No thread takes wishes any more.
  descriptor wake;                           ///< An eventfd.
  std::atomic<size_t> alive{0};
  std::atomic<process_key> last_key{0};
  std::shared_ptr<std::atomic<bool>> is_ready = std::make_shared<std::atomic<bool>>(false);
};

/// How many bytes of one child are held by its listener.
struct held_output {
  std::atomic<size_t> bytes{0};
};

struct process_host::thread_state final : spawner_user {
  thread_state(std::shared_ptr<shared_state> box, spawner_source source)
      : shared(std::move(box)), link(std::move(source), *this, shared->is_ready) {}

  struct running_child {
    process_key key = 0;
    child_spec spec; ///< Without arguments, environment and input, which only the start needs.
    std::shared_ptr<process_listener> listener;
    std::shared_ptr<held_output> held = std::make_shared<held_output>();
    descriptor streams[2]; ///< Output and error output, by `output_stream`.
    bool watched[2] = {};  ///< Is the stream in the epoll set?
    descriptor input;
    std::string input_queue;
    bool input_watched = false;
    bool input_ends = false; ///< Close it once the queue is empty.
    bool ending = false;     ///< SIGTERM was sent.
    bool lost = false;       ///< Its spawner is gone; it is being killed.
    exit_status status;
  };

  using children_map = std::map<process_key, running_child>;

  /// Something to do at a moment. Those of children that are gone do nothing.
  struct deadline {
    process_key child = 0;
    enum class what : uint8_t { listen_again, timeout, kill, give_up } then = what::listen_again;
  };

  void run();
  proto::result<void> open();

  void launch(process_key key, child_spec spec, std::shared_ptr<process_listener> listener,
              const std::string& packed);
  std::vector<descriptor> prepare_streams(running_child& child, const std::string& packed);
  void add_input(process_key key, std::string bytes);
  void end_input(process_key key);
  void cancel(process_key key);
  void listen_again(process_key key);
  void shut_down() { stopping = true; }

  void on_ready(uint64_t tag);
  void read_output(running_child& child, output_stream from);
  void deliver(running_child& child, output_stream from, std::string bytes);
  void write_input(running_child& child);
  void close_child_input(running_child& child);
  void replied(const spawner_reply& reply) override;
  void lost() override;
  void buried() override;
  void refused(const proto::error& why) override;
  void told(const std::string& line) override;
  void finish(children_map::iterator child);
  void finish_all();
  std::vector<process_key> keys() const;
  void begin_ending(running_child& child);
  void on_deadline(const deadline& due);
  void run_deadlines();
  int until_next_deadline_ms() const;
  void watch(running_child& child, output_stream from, bool wanted);

  std::shared_ptr<shared_state> shared;
  descriptor epoll;
  spawner_link link;
  children_map children;
  std::multimap<steady::time_point, deadline> deadlines;
  bool stopping = false;
  std::function<void(const std::string&)> tell; ///< May be empty.
  news_pace pace{proto::limits::spawner_news, proto::limits::spawner_news_window};
  std::thread thread;
};

} // namespace kodad::storage::host
