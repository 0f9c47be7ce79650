#include "http/start/options.hpp"

#include "http/start/exit.hpp"
#include "http/start/listener.hpp"
#include "proto/text/nearest_word.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>

namespace kodad::http {

namespace {

constexpr auto exit_codes = R"(Exit codes:
  0   stopped in order; also --help and --version
  1   stopped before all was in order: told twice, or 15 s were not enough
  2   did not start: the command line, the configuration, or the system forbids it
  70  broke down while running
Whatever the code, what was acknowledged is kept, and the next start goes on with the turns
that ran.

SIGTERM, SIGINT and SIGQUIT stop kodad in order, within 15 s; the second one at once.)";

constexpr std::array<std::string_view, 7> known_options = {
    "--port", "--host", "--config", "--state-dir", "--workspace", "--help", "--version"};

void declare(CLI::App& line, options& out) {
  line.set_version_flag("--version", "kodad " KODAD_VERSION);
  line.footer(exit_codes);
  line.add_option("--port", out.port, "Port to listen on; 0, the default, takes a free one")
      ->option_text("N")
      ->check(CLI::Range(0, 65535));
  line.add_option("--host", out.host, "Address to listen on (127.0.0.1)")->option_text("H");
  line.add_option("--config", out.config_file, "Configuration ($XDG_CONFIG_HOME/kodad/config.yaml)")
      ->option_text("FILE");
  line.add_option("--state-dir", out.state_folder,
                  "Where sessions are kept ($XDG_STATE_HOME/kodad)")
      ->option_text("DIR");
  line.add_option("--workspace", out.workspaces,
                  "Folder that sessions may work in; repeatable (the current folder, unless that is"
                  " a system folder)")
      ->option_text("DIR")
      ->allow_extra_args(false)
      ->take_all();
}

early_exit mistake(const std::string& text) {
  return early_exit{static_cast<int>(exit_code::refused), text + " (see kodad --help)"};
}

/// What stands there and belongs nowhere, with the option that may have been meant.
std::string describe_stray(std::span<const std::string> arguments,
                           const std::vector<std::string>& strays) {
  auto first = std::ranges::find_if(
      arguments, [&](const auto& one) { return std::ranges::find(strays, one) != strays.end(); });
  const auto& stray = first != arguments.end() ? *first : strays.front();
  if (!stray.starts_with('-'))
    return "unexpected argument " + stray;
  auto nearest = proto::text::nearest_word(stray.substr(0, stray.find('=')), known_options);
  return "unknown option " + stray +
         (nearest.empty() ? "" : ", did you mean " + std::string(nearest) + "?");
}

} // namespace

std::variant<options, early_exit> parse_options(std::span<const std::string> arguments) {
  CLI::App line("Hosts many concurrent coding-agent sessions behind an HTTP API.", "kodad");
  options out;
  declare(line, out);
  try {
    // CLI11 takes them from the back.
    line.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForVersion&) {
    return early_exit{0, "kodad " KODAD_VERSION};
  } catch (const CLI::Success&) {
    auto help = line.help();
    help.erase(help.find_last_not_of('\n') + 1);
    return early_exit{0, std::move(help)};
  } catch (const CLI::ExtrasError& failure) {
    auto strays = line.remaining();
    return mistake(strays.empty() ? failure.what() : describe_stray(arguments, strays));
  } catch (const CLI::Error& failure) {
    return mistake(failure.what());
  }
  return out;
}

proto::result<std::string> choose_host(const options& given, const proto::config& config) {
  auto host = without_brackets(given.host.value_or(config.server.host));
  if (host.empty())
    return proto::make_error(proto::ec::invalid_value, "--host wants an address");
  if (is_loopback(host) || !config.server.tokens.empty())
    return host;
  return proto::make_error(proto::ec::invalid_value,
                           "listening on " + host +
                               " lets others in: configure server.tokens first");
}

} // namespace kodad::http
