#include "storage/config/key_table.hpp"

#include <algorithm>
#include <array>

namespace kodad::storage {

namespace {

struct meaning {
  std::string_view key;
  std::string_view text;
};

constexpr std::array meanings{
    meaning{"proxy", "Of all outgoing calls; `environment` takes HTTPS_PROXY, HTTP_PROXY, "
                     "ALL_PROXY, NO_PROXY and SSL_CERT_FILE. Loopback is never proxied."},
    meaning{"ca_file", "The certificates (PEM) that servers are held against, not the system's."},
    meaning{"providers[].id", "Names the provider; known ids bring their format and address."},
    meaning{"providers[].name", "For display; the id unless given."},
    meaning{"providers[].type", "The wire format, for an id that does not say it."},
    meaning{"providers[].base_url", "The address that the endpoints stand below, or one of them."},
    meaning{"providers[].api_key", "Secret. Blanks around it do not count."},
    meaning{"providers[].token_url", "Of GitHub Copilot: where a GitHub token buys one."},
    meaning{"providers[].proxy", "As above, for this provider alone."},
    meaning{"providers[].ca_file", "As above, for this provider alone."},
    meaning{"providers[].max_concurrent", "Calls at once."},
    meaning{"providers[].connect_timeout", "Until the connection stands."},
    meaning{"providers[].first_byte_timeout", "Until the answer begins."},
    meaning{"providers[].idle_timeout", "Between two pieces of an answer."},
    meaning{"providers[].call_timeout", "Of a whole call."},
    meaning{"providers[].thinking_budget", "How much its models may reason, unless they say."},
    meaning{"providers[].models[].id", "As the provider calls it."},
    meaning{"providers[].models[].context_size", "Of the conversation and the answer together."},
    meaning{"providers[].models[].max_input_tokens", "Of the conversation alone."},
    meaning{"providers[].models[].max_output_tokens", "Of the answer alone."},
    meaning{"providers[].models[].reasoning", "Can it reason?"},
    meaning{"providers[].models[].tool_call", "Can it call tools?"},
    meaning{"providers[].models[].vision", "Does it take images?"},
    meaning{"providers[].models[].pdf", "Does it take PDF?"},
    meaning{"providers[].models[].cost_input", "Price of a million tokens, as the others below."},
    meaning{"providers[].models[].cost_output", "Of the answer."},
    meaning{"providers[].models[].cost_cache_read", "Of what is read from the provider's cache."},
    meaning{"providers[].models[].cost_cache_write", "Of what is written to it."},
    meaning{"providers[].models[].cost_reasoning", "Of reasoning; as the answer unless given."},
    meaning{"providers[].models[].thinking_budget", "How much it may reason."},
    meaning{"default_agent", "Of sessions that name none."},
    meaning{"default_model", "`provider/name`, of sessions that name none; else the first model "
                             "configured."},
    meaning{"utility_model", "Names sessions; without it their first words do."},
    meaning{"fallback_models", "For a turn whose model fails for good, in this order."},
    meaning{"permission", "Per tool (or pattern of tools) a word, or patterns of what the call is "
                          "about; the last that matches wins."},
    meaning{"allowed_paths",
            "Folders that sessions may work in, beside the workspaces; none of the system's "
            "as a whole."},
    meaning{"session.max_retries", "Of failed model calls in a turn."},
    meaning{"session.primary_max_steps", "Model calls of a turn."},
    meaning{"session.subagent_max_steps", "The same for a subagent."},
    meaning{"session.resume_turns", "Go on with the turns that a stop or crash cut off?"},
    meaning{"session.budget", "What a session may cost; 0 is no bound."},
    meaning{"session.budget_warn", "The share of the budget at which to warn."},
    meaning{"session.total_budget", "Has no effect; `session.budget` bounds each session."},
    meaning{"session.queue_length", "Messages that wait for a running turn."},
    meaning{"server.port", "To listen on; 0 takes a free one."},
    meaning{"server.host", "The address to listen on; beyond loopback only with `server.tokens`."},
    meaning{"server.hosts", "Further names that clients, or a proxy, may call the server by."},
    meaning{"server.origins", "Web pages of these origins may call."},
    meaning{"server.tokens", "Secret, of 16 characters or more; with any, each request needs one."},
    meaning{"server.max_body_bytes", "Of a request's body."},
    meaning{"server.event_retention_turns", "Turns whose events can be streamed again."},
    meaning{"server.subscriber_buffer_bytes", "What waits for a slow reader before it is cut "
                                              "off."},
    meaning{"sandbox.mode", "What commands run in; `auto` is bubblewrap, else landlock, else "
                            "commands are refused. `off` is no boundary."},
    meaning{"sandbox.path", "Folders put before PATH, shown read-only."},
    meaning{"sandbox.read", "Files and folders that commands read."},
    meaning{"sandbox.write", "Files and folders that commands write; all sessions share them."},
    meaning{"sandbox.env", "Added to the environment of commands; `${NAME}` replaced."},
    meaning{"sandbox.network", "Whose commands have the host's network. Needs `server.tokens`."},
    meaning{"sandbox.limits.memory", "Of a command with all that it starts, as the others here."},
    meaning{"sandbox.limits.processes", "At once."},
    meaning{"sandbox.limits.file_size", "Of each file."},
    meaning{"sandbox.limits.disk", "How much fuller the workspace's disk may get."},
    meaning{"sandbox.limits.tmp", "Of its /tmp."},
    meaning{"sandbox.limits.shm", "Of its /dev/shm, and again of System V memory."},
    meaning{"sandbox.limits.time", "Unless the call asks for another."},
    meaning{"sandbox.limits.time_max",
            "The most that a call may ask for; never less than `time`, which raises it."},
    meaning{"sim.load_tokens", "Of an answer of sim/load."},
    meaning{"sim.load_rate", "Tokens a second of sim/load; 0 is as fast as possible."},
    meaning{"sim.koda_rate", "The same of sim/koda."},
    meaning{"model_refresh_interval", "How often models.dev is asked; 0 is at every start."},
    meaning{"models_dev.url", "Where; empty, it is never asked."},
    meaning{"version", "Of the file's own grammar."},
};

} // namespace

std::string_view meaning_of(std::string_view key) {
  auto found = std::ranges::find(meanings, key, &meaning::key);
  return found == meanings.end() ? "" : found->text;
}

std::vector<std::string_view> keys_with_meaning() {
  std::vector<std::string_view> out;
  for (const auto& one : meanings)
    out.push_back(one.key);
  return out;
}

} // namespace kodad::storage
