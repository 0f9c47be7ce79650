// Mode `sessions`: many sessions, each with its stream, and all their turns at once.
#include "tests/load/process_figures.hpp"
#include "tests/load/target.hpp"

#include <algorithm>

namespace kodad::load {

namespace {

struct burst {
  std::vector<int64_t> sent_ns; ///< Per session, when its message left.
  samples accepted;
  samples first_text;
  samples done;
};

// The streams are all there before the first message: `streams[i]` belongs to `ids[i]`.
void send_all(target& at, request_pool& pool, const std::vector<std::string>& ids, burst& times) {
  times.sent_ns.assign(ids.size(), 0);
  std::string body = at.message_body();
  for (size_t i = 0; i < ids.size(); ++i)
    pool.send(
        {"POST", "/sessions/" + ids[i] + "/messages", body, [&at, &times, i](const answer& got) {
           at.note_unless(got, 202);
           times.sent_ns[i] = got.sent_ns;
           times.accepted.add(got.latency_ns);
         }});
}

void wait_for_all(target& at, const request_pool& pool,
                  const std::vector<std::unique_ptr<subscription>>& streams) {
  size_t settled = 0;
  bool in_time = at.loop.run_until(at.deadline_ns(), [&pool, &streams, &settled] {
    while (settled < streams.size() && streams[settled]->is_settled())
      ++settled;
    return settled == streams.size() && pool.is_idle();
  });
  if (!in_time)
    at.note_failure("the turns took too long");
}

void take_times(const std::vector<std::unique_ptr<subscription>>& streams, burst& times) {
  for (size_t i = 0; i < streams.size(); ++i) {
    const stream_tally& books = streams[i]->books();
    if (!books.succeeded())
      continue;
    if (books.first_text_ns() != 0)
      times.first_text.add(books.first_text_ns() - times.sent_ns[i]);
    times.done.add(books.over_ns() - times.sent_ns[i]);
  }
}

} // namespace

int run_sessions(target& at) {
  auto count = static_cast<size_t>(at.given.number("sessions", {500, 1, 7'000}));
  auto default_lanes = std::min<int64_t>(512, static_cast<int64_t>(count));
  auto lanes = static_cast<size_t>(at.given.number("connections", {default_lanes, 1, 7'000}));
  request_pool pool(at.loop, at.server, lanes);
  auto ids = at.create_sessions(pool, count);
  auto streams = open_streams(at, ids);
  burst times;
  auto before = read_process(at.pid);
  int64_t started_ns = now_ns();
  send_all(at, pool, ids, times);
  wait_for_all(at, pool, streams);
  int64_t took_ns = now_ns() - started_ns;
  auto after = read_process(at.pid);
  take_times(streams, times);
  report results("sessions");
  results.add("sessions", ids.size()).add("wall_ms", to_ms(took_ns));
  results.add("accepted", times.accepted).add("first_text", times.first_text);
  results.add("done", times.done);
  if (at.pid != 0) {
    results.add("cpu_ms_per_turn", static_cast<double>(after.cpu_ms - before.cpu_ms) /
                                       static_cast<double>(std::max<size_t>(ids.size(), 1)));
    results.add("rss_kib_before", before.rss_kib).add("rss_kib_after", after.rss_kib);
  }
  add_books(at, results, streams);
  return at.conclude(results);
}

} // namespace kodad::load
