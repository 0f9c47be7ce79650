// The REACTOR: the one thread that owns all sockets. Accepts, reads whole requests within their
// limits and deadlines, hands them to the workers, sends what the reply tokens answer, and runs the
// SSE writer. It never blocks, never parses a body and never waits for anybody.
// Sockets are registered once, edge-triggered; the state of a connection says what an event means.
#pragma once

#include "http/gateway/connection.hpp"
#include "http/gateway/mailbox.hpp"
#include "http/gateway/options.hpp"
#include "http/gateway/sse_writer.hpp"
#include "http/gateway/work_queue.hpp"

#include <array>
#include <ctime>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kodad::http {

class reactor {
public:
  reactor(const gateway_options& options, descriptor listener, std::shared_ptr<mailbox> post,
          work_queue& work);

  /// What it lacks to run, if anything: without descriptors for its loop it must not be started.
  std::optional<proto::error> problem() const;

  /// The thread's function: returns after `lifecycle::stop`, with everything closed.
  void run();

  /// Ready once all has been said after `lifecycle::drain`.
  std::future<void> drained() { return drained_.get_future(); }

private:
  // reactor.cpp: the loop and what the mailbox brings.
  void watch(int fd, uint64_t mark);
  bool watch_for_input(int fd, uint64_t mark);
  int patience() const;
  void turn();
  void on_event(uint64_t mark, uint32_t events);
  void take_mail();
  void apply(answer_request& order);
  void apply(reserve_stream& order);
  void apply(http::open_stream& order);
  void welcome_back(descriptor socket);
  void apply(lifecycle order);
  template <class HubCommand>
  void apply(HubCommand& order) {
    streams_.apply(order);
  }
  connection* find_waiting(exchange_place place);
  void tell_drained();
  void sweep();
  void check_deadline(connection& c);
  void close_all();

  // reactor_room.cpp: who comes in, and who goes to make room.
  void accept_some();
  void admit(descriptor socket);
  size_t held() const;
  bool make_room();
  bool dismiss_answered();
  bool dismiss_silent();
  bool dismiss_unfinished(connection::phase which);
  bool dismiss_slow_body();
  bool free_descriptor();
  bool shed_one();
  void pause_accepting();
  void resume_accepting();
  void weigh(connection& c, size_t bytes);
  void weigh_answer(connection& c, size_t bytes);
  bool is_overweight() const;
  void relieve();
  void relieve_all();

  // reactor_intake.cpp: from the socket to the workers.
  void on_connection(connection& c, uint32_t events);
  void read(connection& c);
  bool read_once(connection& c, size_t& budget);
  void consume(connection& c, std::string_view bytes);
  bool may_go_on(connection& c);
  void send_continue(connection& c);
  void end_of_input(connection& c);
  void dispatch(connection& c, std::string_view rest);
  void resume_later(connection& c);
  void resume_some();

  // reactor_output.cpp: responses and the end of connections.
  void reject(connection& c, const rejection& why);
  void respond(connection& c, response reply);
  void start_sending(connection& c, outgoing what);
  void flush(connection& c);
  void after_response(connection& c);
  void discard_input(connection& c);
  void release(connection& c);
  void close(connection& c);
  std::string_view date();

  gateway_options options_;
  descriptor listener_;
  descriptor epoll_;
  descriptor spare_; ///< Given up for a moment when descriptors run out.
  std::shared_ptr<mailbox> post_;
  work_queue& work_;
  connection_table connections_;
  sse_writer streams_;
  std::vector<command> mail_;
  std::deque<uint64_t> resumed_;
  std::vector<uint64_t> closed_; ///< Removed from the table when the turn ends.
  size_t weight_ = 0;            ///< Of all connections.
  size_t answers_ = 0;           ///< Of all answers on their way.
  bool is_relieving_ = false;
  bool is_paused_ = false; ///< The listener is not looked at: nothing can be accepted.
  bool is_whole_ = true;   ///< The loop's own descriptors are there.
  std::vector<char> scratch_;
  instant now_;
  instant next_sweep_;
  milliseconds sweep_interval_;
  time_t date_second_ = 0;
  std::string date_;
  bool draining_ = false;
  bool stopping_ = false;
  bool told_drained_ = false;
  std::promise<void> drained_;
};

} // namespace kodad::http
