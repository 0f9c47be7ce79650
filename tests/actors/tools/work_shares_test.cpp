#include "actors/tools/pool/work_shares.hpp"

#include "proto/limits.hpp"
#include "proto/limits/tools.hpp"

#include <doctest/doctest.h>
#include <vector>

#include <set>

using namespace kodad::actors;
using namespace std::chrono_literals;
namespace limits = kodad::proto::limits;

namespace {

struct place {
  void add(const std::string& session, const std::string& workspace, int count = 1) {
    for (int i = 0; i < count; ++i) {
      shares.add(++last, {session, workspace});
      owner[last] = session;
    }
  }

  /// Who starts now, by session.
  std::multiset<std::string> start() {
    std::multiset<std::string> out;
    while (auto id = shares.next(now)) {
      out.insert(owner[*id]);
      started.push_back(*id);
    }
    return out;
  }

  work_shares shares;
  work_shares::time now{};
  work_shares::ticket last = 0;
  std::map<work_shares::ticket, std::string> owner;
  std::vector<work_shares::ticket> started;
};

using who = std::multiset<std::string>;

} // namespace

TEST_CASE("one workspace or session holds half the pool at most, another starts at once") {
  place at;
  at.add("a", "/dead", 100);
  at.add("b", "/dead", 100);
  CHECK(at.start() == who{"a", "a", "a", "a"});
  at.add("c", "/good");
  CHECK(at.start() == who{"c"});
  at.add("d", "/one", 3);
  at.add("d", "/two", 3);
  CHECK(at.start() == who{"d", "d", "d"});
}

TEST_CASE("what hangs no longer counts as at work") {
  place at;
  for (auto workspace : {"/1", "/2"})
    at.add(workspace, workspace, 4);
  CHECK(at.start().size() == limits::tool_threads);
  at.add("c", "/good");
  CHECK(at.start().empty());
  at.now += limits::step_is_slow;
  CHECK(at.start() == who{"c"});
}

TEST_CASE("healthy workspaces come before those that hang") {
  place at;
  at.add("a", "/1", 3);
  CHECK(at.start().size() == 3);
  at.now += limits::step_is_slow;
  at.add("a", "/1", 1);
  at.add("b", "/2", 1);
  auto first = at.shares.next(at.now);
  REQUIRE(first);
  CHECK(at.owner[*first] == "b");
}

TEST_CASE("the hanging ones are bounded, and many dead workspaces get less each") {
  place at;
  for (int i = 0; i < 60; ++i) {
    auto name = std::to_string(i);
    at.add(name, "/dead/" + name, 10);
    at.start();
    at.now += limits::step_is_slow;
  }
  CHECK(at.shares.running() <= limits::slow_steps + limits::tool_threads);
  CHECK(at.shares.slow(at.now) >= limits::slow_steps);
  CHECK(at.shares.ask({"0", "/dead/0"}, at.now) == work_shares::answer::workspace_hangs);
}

TEST_CASE("thirty dead workspaces leave room for a healthy one") {
  place at;
  for (int i = 0; i < 30; ++i)
    at.add(std::to_string(i), "/dead/" + std::to_string(i), 10);
  for (int i = 0; i < 100; ++i) {
    at.start();
    at.now += limits::step_is_slow;
  }
  at.add("good", "/good");
  CHECK(at.start() == who{"good"});
}

TEST_CASE("a workspace whose share has hung for long is refused, and welcome once it answers") {
  place at;
  at.add("a", "/dead", 4);
  at.start();
  at.now += limits::step_deadline - 1ms;
  CHECK(at.shares.ask({"a", "/dead"}, at.now) == work_shares::answer::welcome);
  at.now += 1ms;
  CHECK(at.shares.ask({"a", "/dead"}, at.now) == work_shares::answer::workspace_hangs);
  CHECK(at.shares.ask({"a", "/good"}, at.now) == work_shares::answer::welcome);
  at.shares.end(at.started.front());
  CHECK(at.shares.ask({"a", "/dead"}, at.now) == work_shares::answer::welcome);
}

TEST_CASE("what waits can be taken back, what runs cannot") {
  place at;
  at.add("a", "/w", 5);
  at.start();
  CHECK(!at.shares.withdraw(1));
  CHECK(at.shares.withdraw(5));
  CHECK(at.shares.waiting() == 0);
}

TEST_CASE("no more wait than are allowed to") {
  place at;
  at.add("a", "/w", static_cast<int>(limits::tools_waiting));
  CHECK(at.shares.ask({"b", "/v"}, at.now) == work_shares::answer::too_many_wait);
}
