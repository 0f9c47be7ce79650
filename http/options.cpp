#include "http/options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>

namespace kodad::http {

namespace {

namespace fs = std::filesystem;

constexpr int usage_mistake = 2;

struct raw_options {
  std::vector<std::string> workspaces;
  options out;
};

void declare(CLI::App& line, raw_options& raw) {
  line.set_version_flag("--version", "kodad " KODAD_VERSION);
  line.add_option("--port", raw.out.port, "Port to listen on; 0, the default, takes a free one")
      ->option_text("N")
      ->check(CLI::Range(0, 65535));
  line.add_option("--host", raw.out.host, "Address to listen on (127.0.0.1)")->option_text("H");
  line.add_option("--config", raw.out.config_file,
                  "Configuration ($XDG_CONFIG_HOME/kodad/config.yaml)")
      ->option_text("FILE");
  line.add_option("--state-dir", raw.out.state_folder,
                  "Where sessions are kept ($XDG_STATE_HOME/kodad)")
      ->option_text("DIR");
  line.add_option("--workspace", raw.workspaces,
                  "Folder that sessions may work in; repeatable (the current folder)")
      ->option_text("DIR")
      ->allow_extra_args(false)
      ->take_all();
}

/// First line only, so that a mistake is one line.
early_exit mistake(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return early_exit{usage_mistake, "kodad: " + text + " (see kodad --help)\n"};
}

/// Fills in the paths; the text of what is wrong, if anything is.
std::string settle(raw_options& raw) {
  std::error_code failure;
  for (const auto& given : raw.workspaces) {
    auto folder = fs::canonical(given, failure);
    if (failure || !fs::is_directory(folder, failure))
      return "--workspace " + given + ": no such folder";
    if (std::ranges::find(raw.out.workspaces, folder.string()) == raw.out.workspaces.end())
      raw.out.workspaces.push_back(folder.string());
  }
  for (auto* path : {&raw.out.config_file, &raw.out.state_folder}) {
    if (!*path)
      continue;
    if ((*path)->empty())
      return "--config and --state-dir want a path";
    *path = fs::absolute(**path, failure).lexically_normal().string();
  }
  return {};
}

bool lies_in(const fs::path& inner, const fs::path& outer) {
  auto [at_outer, at_inner] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  // A trailing slash is an empty last part.
  return at_outer == outer.end() || (at_outer->empty() && std::next(at_outer) == outer.end());
}

} // namespace

std::variant<options, early_exit> parse_options(std::span<const std::string> arguments) {
  CLI::App line("Hosts many concurrent coding-agent sessions behind an HTTP API.", "kodad");
  raw_options raw;
  declare(line, raw);
  try {
    // CLI11 takes them from the back.
    line.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForVersion&) {
    return early_exit{0, "kodad " KODAD_VERSION "\n"};
  } catch (const CLI::Success&) {
    return early_exit{0, line.help()};
  } catch (const CLI::Error& failure) {
    return mistake(failure.what());
  }
  if (auto wrong = settle(raw); !wrong.empty())
    return mistake(std::move(wrong));
  return std::move(raw.out);
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host == "[::1]" ||
         (host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
          host.find_first_not_of("0123456789.") == std::string::npos);
}

proto::result<std::string> choose_host(const options& given, const proto::config& config) {
  auto host = given.host.value_or(config.server.host);
  if (is_loopback(host) || !config.server.tokens.empty())
    return host;
  return proto::make_error(proto::ec::invalid_value,
                           "listening on " + host +
                               " lets others in: configure server.tokens first");
}

proto::result<std::string> check_state_folder(const options& given, const std::string& state_folder,
                                              const std::vector<std::string>& workspaces) {
  std::error_code failure;
  // Follows the links of what exists already.
  auto resolved = fs::weakly_canonical(state_folder, failure);
  if (failure)
    return proto::make_error(proto::ec::invalid_value,
                             "state folder " + state_folder + ": " + failure.message());
  for (const auto& workspace : workspaces) {
    if (!lies_in(resolved, workspace))
      continue;
    auto text = "the state folder " + resolved.string() + " lies inside the workspace " + workspace;
    if (given.state_folder)
      return proto::make_error(proto::ec::invalid_value, text);
    return text;
  }
  return std::string();
}

} // namespace kodad::http
