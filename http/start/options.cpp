#include "http/start/options.hpp"

#include "http/start/exit.hpp"
#include "http/start/listener.hpp"
#include "proto/text/nearest_word.hpp"
#include "proto/words.hpp"
#include "storage/config/key_table.hpp"
#include "storage/config/mask_secrets.hpp"
#include "storage/config/web_address.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace kodad::http {

namespace {

constexpr auto footer = R"(Examples:
  kodad --port 4100 --workspace ~/project
  kodad --config work.yaml --workspace ~/one --workspace ~/two
  kodad --host 0.0.0.0 --port 4100      with server.tokens in the configuration
  kodad --help-config                   all keys of the configuration

Exit codes:
  0   stopped in order; also --help, --help-config and --version
  1   stopped before all was in order: told twice, or 15 s were not enough
  2   did not start: the command line, the configuration, or the system forbids it
  70  broke down while running
Whatever the code, what was acknowledged is kept, and the next start goes on with the turns
that ran.

SIGTERM, SIGINT and SIGQUIT stop kodad in order, within 15 s; the second one at once.)";

struct known_option {
  std::string_view name;
  std::string_view value; ///< What it wants; empty for none.
};

constexpr std::array<known_option, 9> known_options{{
    {"--port", "a number from 0 to 65535"},
    {"--default-port", "a number from 0 to 65535"},
    {"--host", "an address"},
    {"--config", "a file"},
    {"--state-dir", "a folder"},
    {"--workspace", "a folder"},
    {"--help", ""},
    {"--help-config", ""},
    {"--version", ""},
}};

/// As they stand on the command line.
struct raw_options {
  std::optional<std::string> port;
  std::optional<std::string> default_port;
};

void declare(CLI::App& line, options& out, raw_options& raw) {
  line.set_version_flag("--version", "kodad " KODAD_VERSION);
  line.set_help_all_flag("--help-config", "Print all keys of the configuration, and exit");
  line.footer(footer);
  line.add_option("--port", raw.port, "Port to listen on; 0, the default, takes a free one")
      ->option_text("N");
  line.add_option("--default-port", raw.default_port,
                  "The same, where neither --port nor server.port says one")
      ->option_text("N");
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

std::string_view name_in(std::string_view argument) {
  return argument.substr(0, argument.find('='));
}

/// The nearest option, or the only one that begins so.
std::string_view meant_option(std::string_view given) {
  std::vector<std::string_view> names;
  for (const auto& one : known_options)
    names.push_back(one.name);
  auto near = proto::text::nearest_word(given, names);
  if (!near.empty() || given.size() < 4)
    return near;
  auto begins = [given](std::string_view name) { return name.starts_with(given); };
  return std::ranges::count_if(names, begins) == 1 ? *std::ranges::find_if(names, begins) : "";
}

/// Is it one of these? Of "-port" the parser keeps "-p".
bool is_stray(const std::string& argument, const std::vector<std::string>& strays) {
  return std::ranges::any_of(strays, [&argument](const std::string& one) {
    return argument == one || (one.size() == 2 && one[0] == '-' && argument.starts_with(one));
  });
}

/// What stands there and belongs nowhere, with the option that may have been meant.
std::string describe_stray(std::span<const std::string> arguments,
                           const std::vector<std::string>& strays) {
  auto first =
      std::ranges::find_if(arguments, [&](const auto& one) { return is_stray(one, strays); });
  const auto& stray = first != arguments.end() ? *first : strays.front();
  if (!stray.starts_with('-'))
    return "unexpected argument " + storage::mask_secrets(stray);
  auto meant = meant_option(name_in(stray));
  return "unknown option " + storage::mask_secrets(stray) +
         (meant.empty() ? "" : ", did you mean " + std::string(meant) + "?");
}

/// The option that the parser could not digest: one that stands twice, or lacks its value.
std::string describe_misuse(std::span<const std::string> arguments, const std::string& failure) {
  for (const auto& [name, value] : known_options) {
    auto is_named = [name = name](const std::string& one) { return name_in(one) == name; };
    if (name != "--workspace" && std::ranges::count_if(arguments, is_named) > 1)
      return std::string(name) + " stands twice";
  }
  for (const auto& [name, value] : known_options)
    if (failure.starts_with(std::string(name) + ":") ||
        failure.starts_with(std::string(name) + " "))
      return std::string(name) + (value.empty() ? " wants no value" : " wants ") +
             std::string(value);
  return failure;
}

/// An option where another one's value should stand: the parser would take it for that value.
std::optional<std::string> find_swallowed(std::span<const std::string> arguments) {
  for (size_t at = 0; at + 1 < arguments.size(); ++at) {
    auto option = std::ranges::find(known_options, arguments[at], &known_option::name);
    auto next = std::ranges::find(known_options, name_in(arguments[at + 1]), &known_option::name);
    if (option != known_options.end() && !option->value.empty() && next != known_options.end())
      return std::string(option->name) + " wants " + std::string(option->value) + ", not " +
             std::string(next->name);
  }
  return std::nullopt;
}

/// An option that wants no value with one: the parser would not mind.
std::optional<std::string> find_needless(std::span<const std::string> arguments) {
  for (const auto& argument : arguments) {
    auto option = std::ranges::find(known_options, name_in(argument), &known_option::name);
    if (option != known_options.end() && option->value.empty() && argument != option->name)
      return std::string(option->name) + " wants no value";
  }
  return std::nullopt;
}

/// What is wrong with an address to listen on; empty when nothing is.
std::string host_fault(const std::string& given) {
  auto fault = storage::listen_host_fault(given);
  if (fault.empty())
    return "";
  fault += storage::mask_secrets(proto::not_this(given));
  constexpr std::string_view key = "server.port's";
  if (auto found = fault.find(key); found != fault.npos)
    fault.replace(found, key.size(), "--port's");
  return fault;
}

/// False where the text is no port.
bool read_port(const std::optional<std::string>& text, std::optional<uint16_t>& out) {
  if (!text)
    return true;
  uint16_t port = 0;
  auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), port);
  out = port;
  return failure == std::errc() && end == text->data() + text->size();
}

std::variant<options, early_exit> with_ports(options out, const raw_options& raw) {
  constexpr auto wanted = " wants a number from 0 to 65535";
  if (!read_port(raw.port, out.port))
    return mistake(std::string("--port") + wanted +
                   storage::mask_secrets(proto::not_this(*raw.port)));
  if (!read_port(raw.default_port, out.default_port))
    return mistake(std::string("--default-port") + wanted +
                   storage::mask_secrets(proto::not_this(*raw.default_port)));
  return out;
}

std::string without_end(std::string text) {
  text.erase(text.find_last_not_of('\n') + 1);
  return text;
}

} // namespace

std::variant<options, early_exit> parse_options(std::span<const std::string> arguments) {
  CLI::App line("Hosts many concurrent coding-agent sessions behind an HTTP API.", "kodad");
  options out;
  raw_options raw;
  declare(line, out, raw);
  if (auto swallowed = find_swallowed(arguments))
    return mistake(*swallowed);
  if (auto needless = find_needless(arguments))
    return mistake(*needless);
  try {
    // CLI11 takes them from the back.
    line.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForVersion&) {
    return early_exit{0, "kodad " KODAD_VERSION};
  } catch (const CLI::CallForAllHelp&) {
    return early_exit{0, without_end(storage::key_table_text())};
  } catch (const CLI::Success&) {
    return early_exit{0, without_end(line.help())};
  } catch (const CLI::ExtrasError& failure) {
    auto strays = line.remaining();
    return mistake(strays.empty() ? failure.what() : describe_stray(arguments, strays));
  } catch (const CLI::Error& failure) {
    return mistake(describe_misuse(arguments, failure.what()));
  }
  return with_ports(std::move(out), raw);
}

proto::result<std::string> choose_host(const options& given, const proto::config& config) {
  auto host = without_brackets(given.host.value_or(config.server.host));
  if (host.empty())
    return proto::make_error(proto::ec::invalid_value, "--host wants an address");
  if (given.host)
    if (auto fault = host_fault(*given.host); !fault.empty())
      return proto::make_error(proto::ec::invalid_value, "--host: " + fault);
  // What a name stands for shows when it is looked up.
  if (!lets_others_in(host) || !config.server.tokens.empty())
    return host;
  return proto::make_error(proto::ec::invalid_value,
                           "--host " + host + " lets others in: configure server.tokens first");
}

} // namespace kodad::http
