// The ACTOR FIXTURE: an actor system on one thread with a hand-cranked clock. Nothing runs until
// `run`, and delayed messages wait for `run_all`, so that a test sees one order of events.
// `run_one` lets a seed choose who runs next.
#pragma once

#include "actors/interfaces.hpp"

#include <algorithm>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <random>

namespace kodad::test {

struct actor_fixture {
  struct config : caf::actor_system_config {
    config() {
      add_message_types<caf::id_block::kodad>();
      set("scheduler.policy", caf::atom("testing"));
    }
  };

  /// Runs until no actor has mail.
  void run() {
    while (sched.has_job())
      sched.run();
  }

  /// Runs until no actor has mail and no delayed message is due, however late.
  void run_all() {
    run();
    while (sched.has_pending_timeout()) {
      sched.trigger_timeouts();
      run();
    }
  }

  /// Lets one actor, chosen by `random`, take its turn; tells whether there was one.
  bool run_one(std::mt19937& random) {
    if (!sched.has_job())
      return false;
    auto chosen = random() % sched.jobs.size();
    std::swap(sched.jobs[0], sched.jobs[chosen]);
    sched.run_once();
    return true;
  }

  config cfg;
  caf::actor_system sys{cfg};
  caf::scheduler::test_coordinator& sched =
      dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  caf::scoped_actor self{sys};
};

} // namespace kodad::test
