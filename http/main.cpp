// MAIN PROGRAM: command line, settings, address, parts, door, signal, stop, in this order. The
// steps stand in http/start/. Whatever goes wrong at the start is one line on stderr and an exit
// code.
#include "http/report.hpp"
#include "http/start/exit.hpp"
#include "http/start/host.hpp"
#include "http/start/process.hpp"
#include "http/start/signals.hpp"
#include "proto/limits/start.hpp"
#include "storage/config/locations.hpp"
#include "storage/host/heap.hpp"

#include <cerrno>
#include <cstring>

using namespace kodad;

namespace {

namespace limits = proto::limits;

/// The value, or the end of the start.
template <class T>
T must(proto::result<T> got) {
  if (!got)
    http::leave(http::exit_code::refused, got.failure().context);
  if constexpr (!std::is_void_v<T>)
    return std::move(*got);
}

[[noreturn]] void leave_early(const http::early_exit& wish) {
  if (wish.code != 0)
    http::leave(http::exit_code{wish.code}, wish.text);
  if (!http::announce(wish.text))
    http::leave(http::exit_code::refused, std::string("write to stdout: ") + std::strerror(errno));
  http::leave(http::exit_code::stopped);
}

void tell_address(const http::host& all, http::address_file& address) {
  for (const auto& warning : all.settings.warnings)
    http::tell(warning);
  if (auto written = address.write(all.url); !written)
    http::tell(written.failure().context);
  // Who started us without listening may know the port, or find it in the file.
  if (!http::announce("kodad listens on " + all.url))
    http::tell("listens on " + all.url + "; stdout takes nothing: " + std::strerror(errno));
}

} // namespace

int main(int count, char** words) {
  storage::host::run_spawner_if_asked(count, words);
  storage::host::tune_heap();
  http::open_standard_files();
  http::settle_signals();
  http::catch_the_uncaught();
  std::vector<std::string> arguments(words + (count > 0 ? 1 : 0), words + count);
  auto given = http::parse_options(arguments);
  if (const auto* wish = std::get_if<http::early_exit>(&given))
    leave_early(*wish);
  must(http::claim_resources());
  http::signal_watch signals;
  signals.start();
  auto variables = storage::host::own_environment();
  http::host all;
  all.settings = must(http::settle(std::get<http::options>(given), variables));
  signals.expect("opening the state", limits::open_deadline);
  must(http::open_address(all));
  must(http::open_parts(all));
  must(http::open_door(all));
  signals.begin_running();
  http::address_file address(storage::url_file(variables));
  tell_address(all, address);
  signals.await_stop();
  http::stop(all, address);
}
