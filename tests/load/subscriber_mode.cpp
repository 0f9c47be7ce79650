// Mode `subscribers`: one session, many streams of it, one turn: how many events per second the
// server hands out, and what an idle stream costs it.
#include "tests/load/process_figures.hpp"
#include "tests/load/target.hpp"

namespace kodad::load {

namespace {

int64_t events_of(const std::vector<std::unique_ptr<subscription>>& streams) {
  int64_t sum = 0;
  for (const auto& stream : streams)
    sum += stream->books().events();
  return sum;
}

void run_turn(target& at, request_pool& pool, const std::string& session,
              const std::vector<std::unique_ptr<subscription>>& streams) {
  pool.send({"POST", "/sessions/" + session + "/messages", at.message_body(),
             [&at](const answer& got) { at.note_unless(got, 202); }});
  size_t settled = 0;
  bool in_time = at.loop.run_until(at.deadline_ns(), [&at, &pool, &streams, &settled] {
    while (settled < streams.size() && streams[settled]->is_settled())
      ++settled;
    bool refused = pool.is_idle() && at.failed > 0 && settled == 0;
    return refused || (settled == streams.size() && pool.is_idle());
  });
  if (!in_time)
    at.note_failure("the turn took too long");
}

} // namespace

int run_subscribers(target& at) {
  auto count = static_cast<size_t>(at.given.number("subscribers", {10'000, 1, 19'000}));
  request_pool pool(at.loop, at.server, 1);
  auto ids = at.create_sessions(pool, 1);
  if (ids.empty())
    refuse("no session could be created: " + at.first_failure);
  auto empty = read_process(at.pid);
  int64_t opening_ns = now_ns();
  auto streams = open_streams(at, std::vector<std::string>(count, ids[0]));
  double open_ms = to_ms(now_ns() - opening_ns);
  auto idle = read_process(at.pid);
  int64_t started_ns = now_ns();
  run_turn(at, pool, ids[0], streams);
  double seconds = to_seconds(now_ns() - started_ns);
  auto after = read_process(at.pid);
  report results("subscribers");
  results.add("subscribers", count).add("open_ms", open_ms).add("turn_ms", seconds * 1000);
  results.add("events_per_second", static_cast<double>(events_of(streams)) / seconds);
  if (at.pid != 0) {
    results.add("rss_kib_per_idle_subscriber",
                static_cast<double>(idle.rss_kib - empty.rss_kib) / static_cast<double>(count));
    results.add("rss_kib_empty", empty.rss_kib).add("rss_kib_idle", idle.rss_kib);
    results.add("rss_kib_after", after.rss_kib).add("cpu_ms", after.cpu_ms - idle.cpu_ms);
  }
  add_books(at, results, streams);
  return at.conclude(results);
}

} // namespace kodad::load
