// Mode `turn`: one turn after the other, each on a fresh session, on an otherwise idle server: the
// time from sending the message to its `done` event.
#include "tests/load/process_figures.hpp"
#include "tests/load/target.hpp"

namespace kodad::load {

namespace {

struct turn_times {
  samples first_text;
  samples done;
  std::vector<std::unique_ptr<subscription>> streams;
};

void run_one(target& at, request_pool& pool, turn_times& times) {
  auto ids = at.create_sessions(pool, 1);
  if (ids.empty())
    return;
  auto streams = open_streams(at, ids);
  subscription& stream = *streams[0];
  int64_t sent_ns = now_ns();
  pool.send({"POST", "/sessions/" + ids[0] + "/messages", at.message_body(),
             [&at](const answer& got) { at.note_unless(got, 202); }});
  at.loop.run_until(at.deadline_ns(), [&stream, &pool, &at] {
    return pool.is_idle() && (stream.is_settled() || at.failed > 0);
  });
  if (stream.books().succeeded()) {
    if (stream.books().first_text_ns() != 0)
      times.first_text.add(stream.books().first_text_ns() - sent_ns);
    times.done.add(stream.books().over_ns() - sent_ns);
  }
  times.streams.push_back(std::move(streams[0]));
}

} // namespace

int run_turns(target& at) {
  request_pool pool(at.loop, at.server, 1);
  turn_times times;
  auto before = read_process(at.pid);
  int64_t count = at.given.number("count", {100, 1, 10'000});
  for (int64_t i = 0; i < count && at.failed == 0; ++i)
    run_one(at, pool, times);
  auto after = read_process(at.pid);
  report results("turn");
  results.add("turns", times.done.count());
  results.add("first_text", times.first_text).add("done", times.done);
  if (at.pid != 0)
    results.add("cpu_ms_per_turn", static_cast<double>(after.cpu_ms - before.cpu_ms) /
                                       static_cast<double>(std::max<int64_t>(count, 1)));
  add_books(at, results, times.streams);
  return at.conclude(results);
}

} // namespace kodad::load
