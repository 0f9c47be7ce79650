// Modes `create`, `get` and `messages`: as many requests as a number of kept connections can carry,
// each connection sending the next one when the last is answered.
#include "tests/load/target.hpp"

#include "tests/load/process_figures.hpp"

#include <algorithm>

namespace kodad::load {

namespace {

/// A closed loop: stops after `count` requests or at `until_ns`.
struct hammer {
  target& at;
  request_pool& pool;
  int wanted_status;
  int64_t count_left;
  int64_t until_ns;
  std::function<request()> next;
  std::string_view wanted_text{}; ///< Stands in every good answer.
  samples times{};
  int64_t failed_in_a_row = 0;

  void send_one() {
    // A server that is gone answers at once; it is not asked for ever.
    if (count_left <= 0 || now_ns() >= until_ns || failed_in_a_row > 1000)
      return;
    --count_left;
    request what = next();
    what.on_answer = [this](const answer& got) {
      bool is_whole = got.body.find(wanted_text) != std::string::npos;
      bool is_good = got.status == wanted_status && is_whole;
      at.note_unless(got, wanted_status);
      if (got.status == wanted_status && !is_whole)
        at.note_failure("an answer was not whole: " + got.body.substr(0, 300));
      failed_in_a_row = is_good ? 0 : failed_in_a_row + 1;
      if (is_good)
        times.add(got.latency_ns);
      send_one();
    };
    pool.send(std::move(what));
  }
};

int run_hammer(target& at, request_pool& pool, report& results, hammer hits) {
  auto before = read_process(at.pid);
  int64_t started_ns = now_ns();
  hits.until_ns = started_ns + at.given.number("seconds", {5, 1, 600}) * ns_per_second;
  for (size_t i = 0; i < pool.size(); ++i)
    hits.send_one();
  if (!at.loop.run_until(hits.until_ns + 30 * ns_per_second, [&pool] { return pool.is_idle(); }))
    at.note_failure("some requests were never answered");
  double seconds = to_seconds(now_ns() - started_ns);
  auto after = read_process(at.pid);
  auto count = static_cast<double>(hits.times.count());
  results.add("requests", hits.times.count()).add("seconds", seconds);
  results.add("per_second", count / seconds).add("latency", hits.times);
  if (at.pid != 0) {
    results.add("cpu_us_per_request",
                static_cast<double>(after.cpu_ms - before.cpu_ms) * 1000 / std::max(count, 1.0));
    results.add("rss_kib", after.rss_kib);
  }
  return at.conclude(results);
}

size_t connections_of(const target& at) {
  return static_cast<size_t>(at.given.number("connections", {64, 1, 15'000}));
}

int64_t count_of(const target& at) {
  return at.given.number("count", {10'000'000, 1, 10'000'000});
}

} // namespace

int run_create(target& at) {
  request_pool pool(at.loop, at.server, connections_of(at));
  report results("create");
  std::string body = at.session_body();
  auto next = [&body] { return request{"POST", "/sessions", body, {}}; };
  return run_hammer(at, pool, results, {at, pool, 201, count_of(at), 0, next});
}

int run_get(target& at) {
  request_pool pool(at.loop, at.server, connections_of(at));
  auto ids = at.create_sessions(pool, 100);
  if (ids.empty())
    refuse("no session could be created: " + at.first_failure);
  report results("get");
  size_t turn = 0;
  auto next = [&ids, &turn] {
    return request{"GET", "/sessions/" + ids[turn++ % ids.size()], {}, {}};
  };
  return run_hammer(at, pool, results, {at, pool, 200, count_of(at), 0, next});
}

/// Each message is the first of its session and is answered by the turn's own stream.
int run_messages(target& at) {
  request_pool pool(at.loop, at.server, connections_of(at));
  auto count = at.given.number("count", {5'000, 1, 100'000});
  auto ids = at.create_sessions(pool, static_cast<size_t>(count));
  if (at.failed > 0)
    refuse("not all sessions could be created: " + at.first_failure);
  report results("messages");
  size_t turn = 0;
  auto next = [&ids, &turn, body = at.message_body()] {
    return request{"POST",
                   "/sessions/" + ids[turn++] + "/messages",
                   body,
                   {},
                   "Accept: text/event-stream\r\n"};
  };
  return run_hammer(at, pool, results, {at, pool, 200, count, 0, next, "event: done\n"});
}

int run_memory(target& at) {
  auto figures = read_process(at.pid);
  if (figures.rss_kib == 0)
    at.note_failure("no such process");
  report results("idle-memory");
  results.add("rss_kib", figures.rss_kib).add("threads", figures.threads);
  results.add("cpu_ms", figures.cpu_ms);
  return at.conclude(results);
}

} // namespace kodad::load
