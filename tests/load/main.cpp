// kodad_load: puts load on a running kodad and prints what it measured; see README.md.
#include "tests/load/target.hpp"

#include <string_view>
#include <utility>

int main(int argc, char** argv) {
  using namespace kodad::load;
  constexpr std::pair<std::string_view, int (*)(target&)> modes[] = {
      {"create", run_create},      {"get", run_get},           {"messages", run_messages},
      {"turn", run_turns},         {"sessions", run_sessions}, {"subscribers", run_subscribers},
      {"idle-memory", run_memory}, {"start", run_start},
  };
  options given(argc, argv);
  for (auto [name, run] : modes) {
    if (name != given.mode())
      continue;
    prepare_for_many_sockets();
    target at(given);
    return run(at);
  }
  refuse("usage: kodad_load create|get|messages|turn|sessions|subscribers|idle-memory|start "
         "--url http://127.0.0.1:PORT [--name value]...");
}
