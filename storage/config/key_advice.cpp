// Keys that people bring along from other hosts and gateways and that no spelling leads to.
#include "proto/text/ascii.hpp"
#include "storage/config/meant_key.hpp"

#include <algorithm>
#include <array>

namespace kodad::storage {

namespace {

struct advice {
  std::string_view names; ///< Between blanks. "*." before one: in any section.
  std::string_view text;
};

constexpr std::array advices{
    advice{" workspace workspaces workdir work_dir working_directory project_dir project_root cwd "
           "root root_dir *.workspace *.workspaces *.workdir *.cwd ",
           "the option --workspace DIR names folders to work in, allowed_paths further ones"},
    advice{" state state_dir state_folder data data_dir data_folder datadir storage database db "
           "db_path cache_dir *.state_dir *.data_dir ",
           "the option --state-dir DIR says where sessions are kept"},
    advice{" agents agent_list modes personas recipes *.agents ",
           "agents are made over HTTP (POST /agents); default_agent names one of them"},
    advice{" system_prompt prompt instructions_text temperature top_p *.temperature *.top_p "
           "*.system_prompt ",
           "there is no such key: agents have their own, see POST /agents"},
    advice{
        " log logs logging log_level loglevel log_file log_dir verbose verbosity quiet telemetry "
        "metrics *.log *.logging *.log_level *.loglevel *.log_file *.verbose ",
        "there is no such key: kodad tells what matters on stderr"},
    advice{" timeout timeouts request_timeout session.timeout ",
           "did you mean providers[].call_timeout, or sandbox.limits.time of commands?"},
    advice{" server.timeout server.read_timeout server.write_timeout server.idle_timeout "
           "server.keep_alive server.max_connections server.max_sessions max_sessions "
           "server.workers server.threads workers threads ",
           "there is no such key: connections and requests have bounds of their own"},
    advice{" server.tls server.ssl server.cert server.certificate server.cert_file server.key_file "
           "server.tls_cert server.tls_key server.https tls ssl https ",
           "there is no such key: kodad speaks HTTP, and a reverse proxy before it HTTPS"},
    advice{" server.auth server.password server.username server.user server.api_key "
           "server.api_keys server.secret server.auth_tokens server.bearer server.master_key auth "
           "password username master_key secret token general_settings ",
           "did you mean server.tokens? each request then needs one of them"},
    advice{" server.cors server.cors_origins server.allowed_origins server.allow_origins "
           "server.cors_allowed_origins cors cors_origins allowed_origins ",
           "did you mean server.origins?"},
    advice{" server.allowed_hosts server.trusted_hosts server.domain server.domains "
           "server.public_url server.base_url server.url allowed_hosts ",
           "did you mean server.hosts? behind a proxy, server.origins as well"},
    advice{" sandbox.net sandbox.internet sandbox.network_mode sandbox.allow_network "
           "sandbox.network_access "
           "sandbox.allow_net sandbox.networking sandbox.online network network_access ",
           "did you mean sandbox.network? it needs server.tokens"},
    advice{" sandbox.enabled sandbox.enable sandbox.disabled sandbox.disable sandbox.type "
           "sandbox.backend sandbox.engine sandbox.kind sandbox_mode ",
           "did you mean sandbox.mode? auto is the usual one, off is none"},
    advice{" sandbox.docker sandbox.image sandbox.container sandbox.podman ",
           "there is no such key: commands run in bubblewrap or Landlock, see sandbox.mode"},
    advice{" sandbox.timeout sandbox.time sandbox.limits.timeout_s sandbox.limits.wall "
           "sandbox.limits.timeout sandbox.limits.duration "
           "sandbox.limits.seconds sandbox.limits.wall_time command_timeout ",
           "did you mean sandbox.limits.time? it is in seconds"},
    advice{" sandbox.limits.max_time sandbox.limits.timeout_max sandbox.limits.max_timeout ",
           "did you mean sandbox.limits.time_max? it is in seconds"},
    advice{" sandbox.limits.procs sandbox.limits.pids sandbox.limits.max_procs "
           "sandbox.limits.nproc sandbox.limits.threads "
           "sandbox.limits.tasks sandbox.limits.max_processes sandbox.limits.pids_limit "
           "sandbox.procs sandbox.pids ",
           "did you mean sandbox.limits.processes?"},
    advice{" sandbox.limits.mem sandbox.limits.ram sandbox.limits.memory_mb sandbox.limits.rss "
           "sandbox.limits.max_memory sandbox.mem sandbox.ram ",
           "did you mean sandbox.limits.memory? such as 4GiB"},
    advice{" sandbox.limits.fsize sandbox.limits.file sandbox.limits.max_file_size ",
           "did you mean sandbox.limits.file_size? such as 8GiB"},
    advice{" sandbox.limits.storage sandbox.limits.disk_space sandbox.limits.quota ",
           "did you mean sandbox.limits.disk? such as 16GiB"},
    advice{" sandbox.limits.cpu sandbox.limits.cpus sandbox.limits.open_files "
           "sandbox.limits.nofile sandbox.limits.cores sandbox.cpu sandbox.cpus "
           "sandbox.limits.output sandbox.limits.max_output ",
           "there is no such key: sandbox.limits has memory, processes, file_size, disk, tmp, shm, "
           "time and time_max"},
    advice{" sandbox.readonly sandbox.read_only sandbox.ro sandbox.ro_binds sandbox.allow_read "
           "sandbox.readable sandbox.read_paths ",
           "did you mean sandbox.read?"},
    advice{" sandbox.rw sandbox.writable sandbox.writable_roots sandbox.allow_write "
           "sandbox.write_paths sandbox.rw_binds writable_roots sandbox_workspace_write ",
           "did you mean sandbox.write?"},
    advice{" sandbox.mounts sandbox.mount sandbox.binds sandbox.bind sandbox.volumes "
           "sandbox.paths sandbox.allow sandbox.allowed_paths ",
           "did you mean sandbox.read, or sandbox.write for what commands may change?"},
    advice{" shell_environment_policy env environment env_vars sandbox.environ sandbox.vars "
           "sandbox.variables sandbox.env_vars ",
           "did you mean sandbox.env?"},
    advice{" *.headers *.http_headers *.extra_headers *.custom_headers *.default_headers "
           "*.env_http_headers *.query_params *.extra_body *.extra_query *.body headers ",
           "there is no such key: kodad adds nothing of one's own to its calls"},
    advice{" *.organization *.organisation *.org *.project *.api_version *.deployment *.region "
           "*.location *.resource_name ",
           "there is no such key: what an address needs stands in base_url"},
    advice{" *.options *.litellm_params *.settings *.config *.params *.parameters ",
           "there is no such section: its keys (base_url, api_key …) stand beside id"},
    advice{" *.env_key *.api_key_env *.api_key_env_var *.key_env *.env_var *.apikey_env ",
           "did you mean api_key: \"${NAME}\"? that takes the variable NAME"},
    advice{" *.wire_api *.engine *.sdk *.adapter *.protocol *.dialect ", "did you mean type?"},
    advice{" *.rpm *.tpm *.rate_limit *.rate_limits *.requests_per_minute *.tokens_per_minute "
           "*.concurrency *.max_parallel *.max_parallel_requests *.parallel ",
           "did you mean max_concurrent? rates are learnt from the provider's answers"},
    advice{" *.retries *.num_retries *.request_max_retries *.stream_max_retries retries "
           "num_retries max_retries ",
           "did you mean session.max_retries?"},
    advice{" *.stream_idle_timeout_ms *.stream_timeout *.read_timeout ",
           "did you mean idle_timeout? it is in seconds"},
    advice{" models_dev.enabled models_dev.disabled models_dev.enable models_dev.disable "
           "models_dev.offline offline ",
           "did you mean models_dev: {url: \"\"}? it is then never asked"},
    advice{" *.whitelist *.blacklist *.enabled *.disabled *.disable enabled_providers "
           "disabled_providers ",
           "there is no such key: what stands in the file counts; take the rest out"},
    advice{" providers[].models[].cost providers[].models[].price providers[].models[].pricing "
           "providers[].models[].costs providers[].cost providers[].pricing cost pricing ",
           "did you mean cost_input and cost_output of a model? US dollars for a million tokens"},
    advice{" providers[].models[].input_cost_per_token providers[].models[].input_cost "
           "providers[].models[].input_price providers[].models[].price_input ",
           "did you mean cost_input? it is US dollars for a million tokens"},
    advice{" providers[].models[].output_cost_per_token providers[].models[].output_cost "
           "providers[].models[].output_price providers[].models[].price_output ",
           "did you mean cost_output? it is US dollars for a million tokens"},
    advice{" providers[].models[].limit providers[].models[].limits ",
           "did you mean context_size and max_output_tokens?"},
    advice{" providers[].models[].modalities providers[].models[].attachment "
           "providers[].models[].attachments providers[].models[].images "
           "providers[].models[].input_modalities providers[].models[].multimodal ",
           "did you mean vision, or pdf? each is true or false"},
    advice{" providers[].models[].tools providers[].models[].function_calling "
           "providers[].models[].supports_tools providers[].models[].tool_calling ",
           "did you mean tool_call? it is true or false"},
    advice{" providers[].models[].thinking providers[].models[].reasoning_effort "
           "providers[].models[].variants reasoning_effort model_reasoning_effort variant ",
           "did you mean reasoning of a model? how much, a message says by its variant"},
    advice{" models model_list model_providers model_provider providers_list custom_providers ",
           "did you mean providers? each has its models"},
    advice{" session.model session.default_model goose_provider goose_model llm model_name "
           "default_provider ",
           "did you mean default_model: provider/model?"},
    advice{" session.agent session.default_agent default ", "did you mean default_agent?"},
    advice{" title_model small_fast_model fast_model summary_model weak_model ",
           "did you mean utility_model? it names sessions"},
    advice{" fallbacks session.fallback_models session.fallbacks ",
           "did you mean fallback_models?"},
    advice{" max_budget max_cost cost_limit spend_limit budget_usd ",
           "did you mean session.budget? US dollars that a session may cost"},
    advice{" listen bind address bind_address server.public server.expose ",
           "did you mean server.host? 0.0.0.0 stands for all addresses, and needs server.tokens"},
    advice{" server.prefix server.base_path server.path server.root_path ",
           "there is no such key: a proxy that takes a path off says so by X-Forwarded-Prefix"},
    advice{" server.trusted_proxies server.proxies server.behind_proxy ",
           "did you mean server.hosts? they are the names that a proxy hands on"},
    advice{" keys credentials secrets api_keys ",
           "did you mean api_key of a provider? providers: [{id: …, api_key: …}]"},
    advice{" rate_limit rate_limits rpm tpm concurrency ",
           "did you mean max_concurrent of a provider? rates are learnt from its answers"},
    advice{" verify verify_ssl verify_tls ssl_verify insecure tls_verify skip_tls_verify "
           "tls_skip_verify *.verify *.verify_ssl *.verify_tls *.ssl_verify *.insecure "
           "*.skip_tls_verify *.ca_bundle *.ca_cert *.cacert ca_bundle ca_cert cacert ",
           "did you mean ca_file? certificates are always looked at, by those in there"},
    advice{" rules policy policies session.permission agent.permission *.permissions ",
           "did you mean permission, beside the other sections?"},
    advice{" approval_policy approvals approval_mode goose_mode ask_for_approval auto_approve yolo "
           "allowed_tools disallowed_tools allow deny ask tools bash read write edit glob grep ",
           "did you mean permission: {bash: ask}?"},
    advice{" mcp_servers mcpservers webhook webhooks slack extensions plugins plugin hooks ",
           "there is no such key: kodad has its own tools alone"},
    advice{" litellm_settings router_settings environment_variables callbacks profile profiles "
           "notify history shell share autoupdate theme keybinds formatter watcher experimental "
           "command commands $schema layout include includes import imports extends "
           "session.compaction compaction ",
           "there is no such key, and nothing takes its place"},
};

bool is_in(std::string_view names, std::string_view name) {
  return !name.empty() && names.find(" " + std::string(name) + " ") != names.npos;
}

/// Variables of the environment that other programs take from their files.
std::string_view of_variable(std::string_view name) {
  if (name.find('.') != name.npos)
    return {};
  if (name.ends_with("_api_key"))
    return "did you mean api_key of a provider? providers: [{id: …, api_key: …}]";
  if (name.ends_with("_host") || name.ends_with("_base_url") || name.ends_with("_api_base"))
    return "did you mean base_url of a provider? providers: [{id: …, base_url: …}]";
  return {};
}

} // namespace

std::string key_advice(std::string_view given) {
  auto name = without_places(given);
  auto dot = name.rfind('.');
  auto above = dot == name.npos ? "" : name.substr(0, dot + 1);
  auto last = plain_spelling(dot == name.npos ? name : name.substr(dot + 1));
  auto whole = above + last;
  auto found =
      std::ranges::find_if(advices, [&whole](const auto& one) { return is_in(one.names, whole); });
  if (found == advices.end() && !above.empty())
    found = std::ranges::find_if(
        advices, [&last](const auto& one) { return is_in(one.names, "*." + last); });
  return std::string(found == advices.end() ? of_variable(whole) : found->text);
}

} // namespace kodad::storage
