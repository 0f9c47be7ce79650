#include "storage/config/config_loader.hpp"
#include "storage/config/locations.hpp"
#include "storage/host/durable_file.hpp"
#include "tests/storage/config/certificate.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

using namespace kodad;
using namespace kodad::storage;

namespace {

host::environment world(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) {
    auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

proto::result<loaded_config> read(std::string_view text) {
  return read_config(text, "test.yaml", world({{"HOME", "/home/me"}, {"KEY", "sk-1"}}));
}

std::string failure_of(std::string_view text) {
  auto done = read(text);
  return done ? "" : done.failure().context;
}

} // namespace

TEST_CASE("an empty file means the defaults") {
  auto done = read("");
  REQUIRE(done);
  CHECK(done->warnings ==
        std::vector<std::string>{
            "config test.yaml line 1: the file: holds nothing: all defaults hold"});
  CHECK(done->config.default_agent.text == "engineer");
  CHECK(done->config.server.port == 0);
  CHECK(done->config.session.max_retries == 5);
  CHECK(done->config.sandbox.mode == proto::sandbox_wish::automatic);
}

TEST_CASE("every key reaches its value") {
  auto done = read(R"(
version: 1
providers:
  - id: local
    name: Local models
    base_url: http://127.0.0.1:8080/v1
    api_key: ${KEY}
    max_concurrent: 4
    models:
      - {id: a/b, context_size: 32768, max_output_tokens: 4096, cost_input: 0.5, vision: true}
  - id: openai
default_agent: planner
default_model: local/a/b
utility_model: local/a/b
fallback_models: [openai/gpt]
permission:
  bash: {"*": ask, "git *": allow, "git push *": deny}
  write: deny
allowed_paths: [/opt/data, ~/notes]
session: {max_retries: 2, primary_max_steps: 9, resume_turns: false, budget: 1.5}
server:
  port: 4100
  host: 0.0.0.0
  hosts: [kodad.example]
  origins: https://app.example
  tokens: ["${KEY}-0123456789abcdef"]
  max_body_bytes: 2048
  event_retention_turns: 3
  subscriber_buffer_bytes: 65536
sandbox: {mode: off}
sim: {load_tokens: 7, load_rate: 2.5}
)");
  REQUIRE_MESSAGE(done, done.failure().context);
  // Both allowed paths and openai's key are missing here.
  CHECK(done->warnings.size() == 3);
  const auto& config = done->config;
  REQUIRE(config.providers.size() == 2);
  CHECK(config.providers[0].api_key == "sk-1");
  CHECK(config.providers[0].max_concurrent == 4);
  REQUIRE(config.providers[0].models.size() == 1);
  CHECK(config.providers[0].models[0].id.text == "local/a/b");
  CHECK(config.providers[0].models[0].max_output_tokens == 4096);
  CHECK(config.providers[0].models[0].cost_input == 0.5);
  CHECK(config.providers[1].base_url == "https://api.openai.com/v1");
  REQUIRE(config.permission.tools.size() == 2);
  REQUIRE(config.permission.tools[0].rules.size() == 3);
  CHECK(config.permission.tools[0].rules[2].pattern == "git push *");
  CHECK(config.permission.tools[0].rules[2].then == proto::action::deny);
  CHECK(config.permission.tools[1].is_word);
  CHECK(config.allowed_paths == std::vector<std::string>{"/opt/data", "/home/me/notes"});
  CHECK(config.session.max_retries == 2);
  CHECK_FALSE(config.session.resume_turns);
  CHECK(config.server.port == 4100);
  CHECK(config.server.origins == std::vector<std::string>{"https://app.example"});
  CHECK(config.server.tokens == std::vector<std::string>{"sk-1-0123456789abcdef"});
  CHECK(config.server.subscriber_buffer_bytes == 65536);
  CHECK(config.sandbox.mode == proto::sandbox_wish::off);
  CHECK(config.sim.load_tokens == 7);
}

TEST_CASE("a wrong value is an error with file, line and key") {
  constexpr std::pair<const char*, const char*> samples[] = {
      {"server:\n  port: 70000", "config test.yaml line 2: server.port: expected a whole number "
                                 "from 0 to 65535"},
      {"server: {port: x}", "line 1: server.port: expected a whole number"},
      {"server: 5", "line 1: server: expected a map"},
      {"server: {tokens: [short]}", "server.tokens: expected tokens of at least 16"},
      {"session: {resume_turns: yes}", "session.resume_turns: expected true or false"},
      {"session: {budget: -1}", "session.budget: expected a number of US dollars from 0"},
      {"session: {budget: nan}", "session.budget: expected a number of US dollars from 0"},
      {"sandbox: {mode: on}", "sandbox.mode: expected auto, bubblewrap, landlock or off"},
      {"permission: {bash: maybe}", "permission.bash: expected allow, ask or deny"},
      {"permission: {bash: [a]}", "permission.bash: expected a map of patterns, or one word"},
      {"permission: {bash: {a: ask, a: deny}}", "permission.bash.a: expected once"},
      {"default_agent: a\ndefault_agent: b", "line 2: default_agent: expected once"},
      {"default_model: gpt", "default_model: expected provider/model"},
      {"providers: {id: a}", "providers: expected a list"},
      {"providers: [{id: a}]", "providers[0].base_url: expected an address"},
      {"providers: [{id: A B}]", "providers[0].id: expected 1 to 64"},
      {"providers: [{id: openai}, {id: openai}]", "providers[1].id: expected a provider once"},
      {"providers: [{id: openai, models: [{id: m}, {id: m}]}]", "models[1].id: expected a model"},
      {"providers:\n- id: openai\n  api_key: ${NOT_SET}",
       "line 3: providers[0].api_key: expected the environment variable NOT_SET to be set"},
      {"providers: [{id: openai, api_key: '${KEY'}]", "expected a } after ${"},
      {"providers: [{id: openai, api_key: \"a\\nb\"}]",
       "providers[0].api_key: expected a key without line breaks"},
      {"providers: [{id: a, type: openai-chat, base_url: 'http://h/v1/messages'}]",
       "providers[0].base_url: expected no address that ends in the endpoint of another type"},
      {"allowed_paths: [data]", "allowed_paths: expected absolute paths"},
      {"a: [", "config test.yaml line 1: the file: not YAML"},
      {"- a", "the file: expected a map"},
  };
  for (const auto& [text, expected] : samples) {
    CAPTURE(text);
    auto failure = failure_of(text);
    CHECK_MESSAGE(failure.find(expected) != std::string::npos, failure);
  }
}

TEST_CASE("blanks and line breaks around a key are not part of it") {
  auto done = read("providers: [{id: a, base_url: 'http://h', api_key: \" \\tk y\\r\\n\"}]");
  REQUIRE(done);
  CHECK(done->config.providers[0].api_key == "k y");
}

TEST_CASE("an address that ends in an endpoint says the format") {
  using proto::provider::wire_format;
  auto format = [](const std::string& id, const std::string& url) {
    auto done = read("providers: [{id: " + id + ", base_url: '" + url + "'}]");
    REQUIRE(done);
    CHECK(done->config.providers[0].base_url == url);
    return done->config.providers[0].format;
  };

  CHECK(format("a", "http://h/v1/messages") == wire_format::anthropic);
  CHECK(format("a", "http://h/v1/responses/") == wire_format::openai_responses);
  CHECK(format("a", "http://h/chat/completions?v=1") == wire_format::openai_chat);
  CHECK(format("openai", "http://h/v1/chat/completions") == wire_format::openai_chat);
  CHECK(format("github-copilot", "http://h/chat/completions") == wire_format::copilot);
  CHECK(format("a", "http://h/v1") == wire_format::openai_chat);
}

TEST_CASE("the proxy's variables count where the configuration says so") {
  tests::temp_dir folder;
  auto own = folder.path() + "/own.pem";
  std::ofstream(own) << tests::certificate;
  auto from = [](const std::string& text) {
    auto variables = [](const std::string& name) -> std::optional<std::string> {
      if (name == "HTTPS_PROXY")
        return "http://u:secret@proxy:1";
      if (name == "all_proxy")
        return "socks5://all:2";
      if (name == "NO_PROXY")
        return "a.b,.c";
      if (name == "SSL_CERT_FILE")
        return "/env.pem";
      return std::nullopt;
    };
    auto done = storage::read_config(text, "test.yaml", variables);
    REQUIRE(done);
    return done->config;
  };

  CHECK(from("version: 1").network == proto::network_config{});
  auto all = from("proxy: environment\nproviders:\n- {id: openai}\n- {id: xai, proxy: none}\n"
                  "- {id: groq, proxy: 'http://own:3', ca_file: " +
                  own + "}");
  CHECK(all.network == proto::network_config{
                           "socks5://all:2", "http://u:secret@proxy:1", {"a.b", ".c"}, "/env.pem"});
  CHECK(all.providers[0].network == all.network);
  CHECK(all.providers[1].network.https_proxy == "");
  CHECK(all.providers[2].network == proto::network_config{"http://own:3", "http://own:3", {}, own});
  for (auto text : {"proxy: 'ftp://u:secret@h'", "providers: [{id: openai, proxy: 'secret h'}]"}) {
    auto failure = failure_of(text);
    CHECK(failure.find("proxy: expected none, environment or an address") != std::string::npos);
    CHECK(failure.find("secret") == std::string::npos);
  }
  CHECK(failure_of("ca_file: own.pem").find("ca_file: expected an absolute path") !=
        std::string::npos);
}

TEST_CASE("a secret is in no message") {
  auto done = read("server: {tokens: ['${KEY}']}");
  REQUIRE_FALSE(done);
  CHECK(done.failure().context.find("sk-1") == std::string::npos);
}

TEST_CASE("an unknown key is a warning that names the nearest known one") {
  auto done = read("sesion: {}\nserver:\n  prot: 1\n  zzzzzzzz: 2\ntui: {theme: dark}\n");
  REQUIRE(done);
  CHECK(done->warnings == std::vector<std::string>{
                              "config test.yaml line 1: sesion: unknown key, ignored; did you mean "
                              "session?",
                              "config test.yaml line 3: server.prot: unknown key, ignored; did you "
                              "mean server.port?",
                              "config test.yaml line 4: server.zzzzzzzz: unknown key, ignored; "
                              "known here: port, host, hosts, origins, tokens, max_body_bytes, "
                              "event_retention_turns or subscriber_buffer_bytes",
                              "config test.yaml line 5: tui: a key of KodaCode that has no effect "
                              "here",
                          });
}

TEST_CASE("a hostile file is refused in time") {
  CHECK_FALSE(failure_of(std::string(100'000, '[')).empty());
  CHECK_FALSE(failure_of(std::string(2'000'000, ' ')).empty());
  std::string aliases = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'j'; ++c)
    aliases +=
        std::string(1, c) + ": &" + c + " [" + "*" + char(c - 1) + ",*" + char(c - 1) + "]\n";
  CHECK(failure_of(aliases) == "");
}

TEST_CASE("files are looked for where the XDG rules say") {
  CHECK(default_config_file(world({{"XDG_CONFIG_HOME", "/c"}})) == "/c/kodad/config.yaml");
  CHECK(default_config_file(world({{"XDG_CONFIG_HOME", "rel"}, {"HOME", "/h"}})) ==
        "/h/.config/kodad/config.yaml");
  CHECK_FALSE(default_config_file(world({})).has_value());
  CHECK(*default_state_folder(world({{"HOME", "/h"}})) == "/h/.local/state/kodad");
  CHECK_FALSE(default_state_folder(world({})).ok());
  CHECK(url_file(world({{"XDG_RUNTIME_DIR", "/run/me"}})) == "/run/me/kodad/url");
}

TEST_CASE("only a chosen file must exist") {
  char folder[] = "/tmp/kodad-config-XXXXXX";
  REQUIRE(mkdtemp(folder));
  std::string root = folder;
  auto variables = world({{"XDG_CONFIG_HOME", root}});

  auto none = load_config(std::nullopt, variables);
  REQUIRE(none);
  CHECK(none->file.empty());
  CHECK_FALSE(load_config(root + "/none.yaml", variables));
  CHECK_FALSE(load_config(root, variables));

  REQUIRE(host::make_folders(root + "/kodad"));
  REQUIRE(host::write_durably(root + "/kodad/config.yaml", "default_agent: planner\n"));
  auto found = load_config(std::nullopt, variables);
  REQUIRE(found);
  CHECK(found->config.default_agent.text == "planner");
  CHECK(found->file == root + "/kodad/config.yaml");
  std::filesystem::remove_all(root);
}

TEST_CASE("when and where to ask for what is known of models can be chosen") {
  auto usual = read("");
  CHECK(usual->config.metadata.url == "https://models.dev/api.json");
  CHECK(usual->config.metadata.refresh_days == 7);

  auto chosen = read("model_refresh_interval: 0\nmodels_dev: {url: 'http://mirror/api.json'}");
  REQUIRE(chosen);
  CHECK(chosen->warnings.empty());
  CHECK(chosen->config.metadata.refresh_days == 0);
  CHECK(chosen->config.metadata.url == "http://mirror/api.json");
  CHECK(read("models_dev: {url: ''}")->config.metadata.url.empty());
  CHECK(failure_of("models_dev: {url: models.dev}").find("models_dev.url") != std::string::npos);
  CHECK(failure_of("model_refresh_interval: -1").find("0 to 3650") != std::string::npos);
  CHECK(failure_of("models_dev: https://models.dev").find("a map") != std::string::npos);
}

TEST_CASE("what is said of a model is told from what is not") {
  auto done = read(R"(
providers:
  - id: p
    base_url: http://p
    models:
      - {id: silent}
      - {id: said, reasoning: false, tool_call: true, vision: false, pdf: true, cost_input: 0,
         cost_output: 0, cost_reasoning: 2}
)");
  REQUIRE(done);
  const auto& silent = done->config.providers[0].models[0].stated;
  CHECK_FALSE((silent.reasoning || silent.tool_call || silent.vision || silent.pdf ||
               silent.cost_input || silent.cost_output));
  const auto& model = done->config.providers[0].models[1];
  const auto& said = model.stated;
  CHECK((said.reasoning && said.tool_call && said.vision && said.pdf && said.cost_input &&
         said.cost_output));
  CHECK(model.pdf);
  CHECK(model.cost_reasoning == 2);
}
