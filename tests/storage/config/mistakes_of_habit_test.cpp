// Keys and words that people bring along from other hosts and gateways: each is told with what
// does the same here, or that nothing does.
#include "tests/storage/config/mistake.hpp"

using namespace kodad::tests;

namespace {

/// A key that is none, and a part of what is told of it. A dot parts section and key.
struct strange_key {
  const char* key;
  const char* part;
};

constexpr strange_key strange_keys[] = {
    {"workspace", "--workspace DIR"},
    {"workspaces", "--workspace DIR"},
    {"session.workspace", "--workspace DIR"},
    {"cwd", "--workspace DIR"},
    {"state_dir", "--state-dir DIR"},
    {"state-dir", "--state-dir DIR"},
    {"server.data_dir", "--state-dir DIR"},
    {"agents", "default_agent names one"},
    {"system_prompt", "agents have their own"},
    {"temperature", "agents have their own"},
    {"log_level", "on stderr"},
    {"logLevel", "on stderr"},
    {"server.log_level", "on stderr"},
    {"verbose", "on stderr"},
    {"timeout", "call_timeout"},
    {"server.timeout", "bounds of their own"},
    {"server.tls", "a reverse proxy"},
    {"server.cert_file", "a reverse proxy"},
    {"server.password", "server.tokens"},
    {"server.auth", "server.tokens"},
    {"server.token", "server.tokens"},
    {"master_key", "server.tokens"},
    {"server.cors", "server.origins"},
    {"server.allowed_origins", "server.origins"},
    {"cors_origins", "server.origins"},
    {"server.allowed_hosts", "server.hosts"},
    {"server.listen", "server.host?"},
    {"sandbox.net", "sandbox.network?"},
    {"sandbox.allow_network", "sandbox.network?"},
    {"network_access", "sandbox.network?"},
    {"sandbox.enabled", "sandbox.mode?"},
    {"sandbox.type", "sandbox.mode?"},
    {"sandbox_mode", "sandbox.mode?"},
    {"sandbox.image", "no such key"},
    {"sandbox.timeout", "sandbox.limits.time?"},
    {"sandbox.limits.timeout", "sandbox.limits.time?"},
    {"sandbox.limits.max_time", "sandbox.limits.time_max?"},
    {"sandbox.limits.procs", "sandbox.limits.processes?"},
    {"sandbox.limits.pids", "sandbox.limits.processes?"},
    {"sandbox.limits.nproc", "sandbox.limits.processes?"},
    {"sandbox.limits.mem", "sandbox.limits.memory?"},
    {"sandbox.limits.cpus", "no such key"},
    {"sandbox.limits.zzzzzz", "known here: memory, processes"},
    {"sandbox.writable_roots", "sandbox.write?"},
    {"sandbox.mounts", "sandbox.read, or sandbox.write"},
    {"sandbox.environment", "sandbox.env?"},
    {"shell_environment_policy", "sandbox.env?"},
    {"headers", "no such key"},
    {"retries", "session.max_retries?"},
    {"session.resume", "session.resume_turns?"},
    {"session.max_steps", "session.primary_max_steps?"},
    {"session.max_cost", "session.budget?"},
    {"session.compaction", "nothing takes its place"},
    {"server.bind_address", "server.host?"},
    {"server.retention", "server.event_retention_turns?"},
    {"limits", "sandbox.limits?"},
    {"session.model", "did you mean default_model"},
    {"session.agent", "did you mean default_agent?"},
    {"title_model", "did you mean utility_model?"},
    {"fallbacks", "did you mean fallback_models?"},
    {"max_budget", "did you mean session.budget?"},
    {"listen", "did you mean server.host?"},
    {"secret", "server.tokens"},
    {"server.trusted_proxies", "did you mean server.hosts?"},
    {"server.base_path", "X-Forwarded-Prefix"},
    {"credentials", "api_key of a provider"},
    {"rate_limit", "max_concurrent"},
    {"verify_ssl", "did you mean ca_file?"},
    {"policy", "did you mean permission"},
    {"sandbox.network_mode", "sandbox.network?"},
    {"sandbox.limits.open_files", "no such key"},
    {"mode", "sandbox.mode?"},
    {"bash", "permission: {bash: ask}"},
    {"include", "nothing takes its place"},
    {"models", "did you mean providers?"},
    {"model_list", "did you mean providers?"},
    {"model_providers", "did you mean providers?"},
    {"provider", "did you mean providers?"},
    {"permissions", "did you mean permission?"},
    {"small_model", "did you mean utility_model?"},
    {"GOOSE_MODEL", "default_model"},
    {"GOOSE_PROVIDER", "default_model"},
    {"OPENAI_API_KEY", "api_key of a provider"},
    {"OLLAMA_HOST", "base_url of a provider"},
    {"OPENAI_BASE_URL", "base_url of a provider"},
    {"approval_policy", "permission: {bash: ask}"},
    {"tools", "permission: {bash: ask}"},
    {"mcp_servers", "its own tools alone"},
    {"extensions", "its own tools alone"},
    {"litellm_settings", "nothing takes its place"},
    {"$schema", "nothing takes its place"},
    {"profiles", "nothing takes its place"},
    {"instructions", "instruction_files"},
    {"zzzzzz", "kodad --help-config prints all"},
};

constexpr strange_key keys_of_providers[] = {
    {"headers", "no such key"},
    {"http_headers", "no such key"},
    {"query_params", "no such key"},
    {"organization", "base_url"},
    {"api_version", "base_url"},
    {"env_key", "api_key: \"${NAME}\""},
    {"wire_api", "did you mean type?"},
    {"engine", "did you mean type?"},
    {"npm", "providers[0].type?"},
    {"rpm", "max_concurrent?"},
    {"num_retries", "session.max_retries?"},
    {"stream_idle_timeout_ms", "idle_timeout? it is in seconds"},
    {"timeout", "providers[0].call_timeout?"},
    {"disabled", "take the rest out"},
    {"cost", "cost_input"},
    {"model", "providers[0].models?"},
};

constexpr strange_key keys_of_models[] = {
    {"cost", "cost_input"},
    {"pricing", "cost_input"},
    {"input_cost_per_token", "a million tokens"},
    {"output_cost_per_token", "a million tokens"},
    {"limit", "context_size and max_output_tokens"},
    {"modalities", "vision"},
    {"attachment", "vision"},
    {"function_calling", "tool_call?"},
    {"reasoning_effort", "a message says by its variant"},
    {"headers", "no such key"},
    {"max_tokens", "max_output_tokens?"},
    {"contextWindow", "context_size?"},
};

/// "sandbox: {limits: {KEY: 1}}", on line 1.
std::string nested(const std::string& key) {
  auto dot = key.find('.');
  if (dot == key.npos)
    return key + ": 1";
  return key.substr(0, dot) + ": {" + nested(key.substr(dot + 1)) + "}";
}

void check_key(const std::string& text, const std::string& key, const char* part) {
  auto told = tell_of(text);
  INFO((text + "\n-> " + told.text()));
  CHECK(told.is_taken);
  REQUIRE(told.lines.size() == 1);
  CHECK(told.lines[0].starts_with("config f line 1: " + key + ": unknown key, ignored; "));
  CHECK(told.lines[0].find(part) != std::string::npos);
}

/// Words at keys that are ours.
constexpr mistake words[] = {
    {"sandbox:\n  mode: none", "line 2: sandbox.mode: ", "not none; did you mean off?"},
    {"sandbox:\n  mode: false", "line 2: sandbox.mode: ", "did you mean off?"},
    {"sandbox:\n  mode: danger-full-access", "line 2: sandbox.mode: ", "did you mean off?"},
    {"sandbox:\n  mode: on", "line 2: sandbox.mode: ", "did you mean auto?"},
    {"sandbox:\n  mode: true", "line 2: sandbox.mode: ", "did you mean auto?"},
    {"sandbox:\n  mode: workspace-write", "line 2: sandbox.mode: ", "did you mean auto?"},
    {"sandbox:\n  mode: bwrap", "line 2: sandbox.mode: ", "did you mean bubblewrap?"},
    {"sandbox:\n  network: '*'", "line 2: sandbox.network: ", "not *; did you mean true?"},
    {"sandbox:\n  network: all", "line 2: sandbox.network: ", "did you mean true?"},
    {"sandbox:\n  network: host", "line 2: sandbox.network: ", "did you mean true?"},
    {"sandbox:\n  network: none", "line 2: sandbox.network: ", "did you mean false?"},
    {"sandbox:\n  network: ['*']", "line 2: sandbox.network: ", "did you mean true?"},
    {"providers:\n- id: a\n  base_url: http://h\n  type: openai-compatible",
     "line 4: providers[0].type: ", "did you mean openai-chat?"},
    {"providers:\n- id: a\n  base_url: http://h\n  type: '@ai-sdk/anthropic'",
     "line 4: providers[0].type: ", "did you mean anthropic?"},
    {"providers:\n- id: a\n  base_url: http://h\n  type: gemini",
     "line 4: providers[0].type: ", "did you mean google?"},
    {"providers:\n- id: a\n  base_url: http://h\n  type: responses",
     "line 4: providers[0].type: ", "did you mean openai?"},
    {"providers:\n  openai: {api_key: k}", "line 2: providers: ", "did you mean {id: openai}?"},
    {"providers:\n- openai", "line 2: providers[0]: ", "did you mean {id: openai}?"},
    {"providers:\n- id: openai\n  models:\n    gpt-5: {}",
     "line 4: providers[0].models: ", "did you mean {id: gpt-5}?"},
    {"providers:\n- id: openai\n  models: [gpt-5]",
     "line 3: providers[0].models[0]: ", "did you mean {id: gpt-5}?"},
    {"providers:\n- provider: openai",
     "line 2: providers[0].provider: ", "did you mean providers[0].id?"},
    {"providers:\n- id: mock\n  url: http://h",
     "line 3: providers[0].url: ", "did you mean providers[0].base_url?"},
    {"providers:\n- id: mock\n  baseURL: http://h",
     "line 3: providers[0].baseURL: ", "did you mean providers[0].base_url?"},
    {"providers:\n- id: openai\n  models:\n  - model: gpt",
     "line 4: providers[0].models[0].model: ", "did you mean providers[0].models[0].id?"},
    {"permission: {allow: [bash]}", "line 1: permission.allow: ", "such as bash: allow"},
    {"permission: {allow: read}", "line 1: permission.allow: ", "such as read: allow"},
    {"permission:\n  deny:\n  - write\n  - edit",
     "line 2: permission.deny: ", "such as write: deny"},
    {"permission: {ask: {bash: true}}", "line 1: permission.ask: ", "such as bash: ask"},
    {"permission: {deny: '*'}", "line 1: permission.deny: ", "such as *: deny"},
    {"permission: {Allow: all}", "line 1: permission.Allow: ", "a tool as key"},
};

} // namespace

TEST_CASE("a key of another program is told with ours") {
  for (const auto& [key, part] : strange_keys)
    check_key(nested(key), key, part);
  for (const auto& [key, part] : keys_of_providers)
    check_key("providers: [{id: a, base_url: 'http://h', " + std::string(key) + ": 1}]",
              "providers[0]." + std::string(key), part);
  for (const auto& [key, part] : keys_of_models)
    check_key("providers: [{id: a, base_url: 'http://h', models: [{id: m, " + std::string(key) +
                  ": 1}]}]",
              "providers[0].models[0]." + std::string(key), part);
}

TEST_CASE("a misspelt key tells in one line what is missing without it") {
  for (std::string key : {"apikey", "apiKey", "key", "token", "API_KEY", "secret"})
    check_key("providers: [{id: openai, " + key + ": x}]", "providers[0]." + key,
              "did you mean providers[0].api_key?");
  check_key("providers: [{id: openai, options: {apiKey: x}}]", "providers[0].options",
            "stand beside id");
}

TEST_CASE("a word of another program is told with ours") {
  for (const auto& one : words)
    check_told(one, false);
}

TEST_CASE("a pattern of another program is told with ours") {
  check_told({"permission:\n  bash: {'git:*': allow}",
              "line 2: permission.bash.git:*: ", "did you mean 'git *'?"},
             true);
  CHECK(tell_of("permission: {bash: {'*': ask, 'curl http://*': deny}}").lines.empty());
}
