// kodad_mock_provider: the provider that kodad talks to under load; see README.md.
#include "tests/load/mock_provider.hpp"
#include "tests/load/options.hpp"
#include "tests/load/sockets.hpp"

#include <csignal>

namespace {

volatile std::sig_atomic_t stop_wanted = 0;

void want_stop(int) {
  stop_wanted = 1;
}

} // namespace

int main(int argc, char** argv) {
  using namespace kodad::load;
  options given(argc, argv);
  mock_provider::settings settings;
  settings.port = static_cast<uint16_t>(given.number("port", {4199, 1, 65'535}));
  settings.delay_ns = given.number("delay-ms", {0, 0, 60'000}) * ns_per_ms;
  settings.shape.chunks = given.number("chunks", {50, 0, 100'000});
  settings.shape.chunk_bytes = given.number("chunk-bytes", {16, 8, 65'536});
  settings.shape.tool_calls = given.number("tool-calls", {0, 0, 1'000});
  settings.shape.tool = given.text("tool", settings.shape.tool);
  settings.shape.tool_input = given.text("tool-input", settings.shape.tool_input);
  prepare_for_many_sockets();
  std::signal(SIGTERM, want_stop);
  std::signal(SIGINT, want_stop);
  mock_provider(settings).run(stop_wanted);
}
