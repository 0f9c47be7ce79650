#include "actors/scheduling/scheduler.hpp"

namespace kodad::actors {

void scheduler::start() {
  clock_.start();
  coordinator::start();
}

void scheduler::stop() {
  coordinator::stop();
  clock_.stop();
}

} // namespace kodad::actors
