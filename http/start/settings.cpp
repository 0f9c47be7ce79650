#include "http/start/settings.hpp"

#include "http/report.hpp"
#include "http/start/config_checks.hpp"
#include "http/start/folders.hpp"
#include "storage/config/locations.hpp"
#include "storage/host/descriptor_limit.hpp"
#include "storage/host/durable_file.hpp"
#include "storage/host/path.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

namespace kodad::http {

using proto::ec;
using proto::make_error;
using proto::result;
using storage::host::environment;

namespace {

namespace fs = std::filesystem;

constexpr const char* config_elsewhere = "keep it elsewhere (--config FILE), or name a workspace "
                                         "that does not hold it (--workspace DIR)";

/// Who named the file otherwise would start without the tokens and the rules that stand in it.
result<void> refuse_other_name(const std::string& usual) {
  auto folder = fs::path(usual).parent_path().string();
  for (const char* name : {"config.yml", "kodad.yaml", "kodad.yml", "config.json", "kodad.json",
                           "config.toml", "config"})
    if (auto other = folder + "/" + name; storage::host::file_exists(other))
      return make_error(ec::storage_failed, "config " + other +
                                                ": is not read: the configuration is called " +
                                                usual + "; rename it, or name it by --config");
  return {};
}

/// The default file may be missing, but one that is there and cannot be reached must not be passed
/// over: it may hold the tokens and the rules.
result<void> check_default_config(const environment& variables) {
  auto file = storage::default_config_file(variables);
  if (!file)
    return {};
  std::error_code failure;
  auto entry = fs::symlink_status(*file, failure).type();
  if (entry == fs::file_type::not_found)
    return refuse_other_name(*file);
  if (entry == fs::file_type::symlink)
    (void)fs::canonical(*file, failure);
  if (failure)
    return make_error(ec::storage_failed, "config " + *file + ": " + failure.message());
  return {};
}

result<std::string> find_state(const options& given, const environment& variables) {
  return given.state_folder ? absolute_path(*given.state_folder, "--state-dir")
                            : storage::default_state_folder(variables);
}

/// Who mends a file hears at once that it lies where a session reaches it.
void tell_of_reach(const options& given, const std::optional<std::string>& file) {
  auto workspaces = resolve_workspaces(given.workspaces);
  if (!workspaces || !file)
    return;
  std::vector<reached_path> reached;
  for (const auto& path : *workspaces)
    reached.push_back({path, "workspace"});
  if (auto checked = check_secret_file({*file, "the configuration", config_elsewhere}, reached);
      !checked)
    tell(checked.failure().context);
}

result<void> read_config_file(const options& given, const environment& variables,
                              start_settings& out) {
  std::optional<std::string> chosen;
  if (given.config_file) {
    auto path = absolute_path(*given.config_file, "--config");
    if (!path)
      return path.failure();
    chosen = *path;
  } else if (auto checked = check_default_config(variables); !checked) {
    return checked;
  }
  storage::other_findings others;
  auto state = find_state(given, variables);
  // A state that is yet to be made knows the built-in agents only.
  bool is_first_start = state && !storage::host::file_exists(*state + "/data.mdb");
  check_facts facts{given, storage::host::descriptors_allowed(), is_first_start,
                    state ? *state : std::string()};
  auto loaded =
      storage::load_config(chosen, variables, &others, [&facts](const auto& config, auto& into) {
        check_config(config, facts, into);
      });
  if (!loaded) {
    // All that is wrong with the file, so that it can be mended in one go; the last line is the
    // error's.
    for (const auto& line : others)
      tell(line);
    tell_of_reach(given, chosen ? chosen : storage::default_config_file(variables));
    return loaded.failure();
  }
  out.loaded = std::move(*loaded);
  out.warnings = std::exchange(out.loaded.warnings, {});
  return {};
}

void settle_address(const options& given, start_settings& out) {
  const auto& loaded = out.loaded;
  bool is_configured = loaded.lines.contains("server.port");
  auto usual = is_configured ? loaded.config.server.port : given.default_port.value_or(0);
  out.port = given.port.value_or(usual);
  if (!given.port && is_configured)
    out.port_place = loaded.place("server.port");
  if (given.host)
    out.host_place = "--host: ";
  else if (loaded.lines.contains("server.host"))
    out.host_place = loaded.place("server.host");
}

result<void> settle_workspaces(const options& given, const environment& variables,
                               start_settings& out) {
  auto named = resolve_workspaces(given.workspaces);
  if (!named)
    return named.failure();
  out.workspaces = std::move(*named);
  for (auto& line : unusual_workspaces(out.workspaces, variables))
    out.warnings.push_back(std::move(line));
  if (out.workspaces.empty()) {
    auto here = current_workspace(variables);
    if (!here)
      return here.failure();
    out.workspaces.push_back(*here);
  }
  for (const auto& path : out.loaded.config.allowed_paths) {
    // One that is missing was told when the file was read.
    if (auto folder = storage::host::resolve_folder(path))
      out.allowed_paths.push_back(*folder);
  }
  return {};
}

/// What commands are shown must not hold the state either.
std::vector<reached_path> all_reached(const start_settings& all) {
  std::vector<reached_path> out;
  for (const auto& list : configured_paths(all.loaded.config))
    for (const auto& path : list.paths)
      if (auto real = storage::host::real_path(path))
        out.push_back({*real, list.kind});
  return out;
}

/// The workspaces among them.
std::vector<reached_path> reached_by_sessions(const start_settings& all) {
  std::vector<reached_path> out;
  for (const auto& path : all.workspaces)
    out.push_back({path, "workspace"});
  std::ranges::move(all_reached(all), std::back_inserter(out));
  return out;
}

/// The default configuration is nothing that a session may write where there is none: told, as the
/// folder that holds it may be the wish.
result<void> check_config_file(const environment& variables, start_settings& out) {
  const auto& file = out.loaded.file;
  auto path = file.empty() ? storage::default_config_file(variables) : file;
  if (!path)
    return {};
  auto checked =
      check_secret_file({*path, "the configuration", config_elsewhere}, reached_by_sessions(out));
  if (checked || !file.empty())
    return checked;
  out.warnings.push_back("there is no " + *path + " so far: " + checked.failure().context);
  return {};
}

/// Other programs' files that a token for Copilot is taken from.
result<void> check_token_files(const environment& variables, const start_settings& all) {
  const auto& providers = all.loaded.config.providers;
  bool is_imported = std::ranges::any_of(providers, [](const auto& one) {
    return one.format == proto::provider::wire_format::copilot && one.api_key.empty();
  });
  if (!is_imported)
    return {};
  for (const auto& path : storage::copilot_files(variables)) {
    if (!storage::host::file_exists(path))
      continue;
    auto checked = check_secret_file({path, "the token of github-copilot",
                                      "configure its api_key as \"${NAME}\", or name a workspace"
                                      " that does not hold it (--workspace DIR)"},
                                     reached_by_sessions(all));
    if (!checked)
      return checked;
  }
  return {};
}

result<void> settle_state(const options& given, const environment& variables, start_settings& out) {
  auto state = find_state(given, variables);
  if (!state)
    return state.failure();
  out.state_folder = *state;
  auto checked = check_state_folder({out.state_folder, given.state_folder.has_value()},
                                    out.workspaces, all_reached(out));
  if (!checked)
    return checked.failure();
  if (!checked->empty())
    out.warnings.push_back(*checked);
  return check_state_room(out.state_folder);
}

} // namespace

result<start_settings> settle(const options& given, const environment& variables) {
  start_settings out;
  if (auto read = read_config_file(given, variables, out); !read)
    return read.failure();
  auto host = choose_host(given, out.loaded.config);
  if (!host)
    return host.failure();
  out.host = *host;
  settle_address(given, out);
  if (auto settled = settle_workspaces(given, variables, out); !settled)
    return settled.failure();
  if (auto settled = settle_state(given, variables, out); !settled)
    return settled.failure();
  if (auto checked = check_config_file(variables, out); !checked)
    return checked.failure();
  if (auto checked = check_token_files(variables, out); !checked)
    return checked.failure();
  return out;
}

} // namespace kodad::http
