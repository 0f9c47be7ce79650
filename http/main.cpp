// MAIN PROGRAM: command line, settings, parts, door, signal, stop, in this order. The steps stand
// in http/start/. Everything that can be wrong at the start is told in one line.
#include "http/start/address.hpp"
#include "http/start/host.hpp"
#include "http/start/process.hpp"

#include <cstdio>

using namespace kodad;

namespace {

int refuse(const proto::error& why) {
  std::fprintf(stderr, "kodad: %s\n", why.context.c_str());
  return 2;
}

void tell(const http::host& all) {
  for (const auto& warning : all.settings.loaded.warnings)
    std::fprintf(stderr, "kodad: %s\n", warning.c_str());
  for (const auto& warning : all.settings.warnings)
    std::fprintf(stderr, "kodad: %s\n", warning.c_str());
  http::keep_address(all.url);
  std::printf("kodad listens on %s\n", all.url.c_str());
  std::fflush(stdout);
}

} // namespace

int main(int count, char** words) {
  auto awaited = http::block_signals();
  auto given = http::parse_options(std::vector<std::string>(words + 1, words + count));
  if (const auto* leave = std::get_if<http::early_exit>(&given)) {
    std::fprintf(leave->code == 0 ? stdout : stderr, "%s\n", leave->text.c_str());
    return leave->code;
  }
  http::set_process_limits();
  auto settings = http::settle(std::get<http::options>(given));
  if (!settings)
    return refuse(settings.failure());
  http::host all;
  all.settings = std::move(*settings);
  if (auto opened = http::open_parts(all); !opened)
    return refuse(opened.failure());
  if (auto opened = http::open_door(all); !opened)
    return refuse(opened.failure());
  all.root->resume();
  tell(all);
  int signal = 0;
  sigwait(&awaited, &signal);
  http::stop(all);
}
