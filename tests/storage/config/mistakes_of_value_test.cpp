// Values of the right type that can only be wrong, or hardly right: secrets that are none, folders
// of the system, lists that are one text.
#include "tests/storage/config/certificate.hpp"
#include "tests/storage/config/mistake.hpp"
#include "tests/support/temp_dir.hpp"

#include <fstream>

using namespace kodad::tests;

namespace {

/// Refused.
constexpr mistake wrong[] = {
    {"proxy: off", "line 1: proxy: ", "not off; did you mean none?"},
    {"proxy: false", "line 1: proxy: ", "did you mean none?"},
    {"proxy: no", "line 1: proxy: ", "did you mean none?"},
    {"proxy: direct", "line 1: proxy: ", "did you mean none?"},
    {"proxy: None", "line 1: proxy: ", "did you mean none?"},
    {"proxy: env", "line 1: proxy: ", "did you mean environment?"},
    {"proxy: true", "line 1: proxy: ", "did you mean environment?"},
    {"proxy: system", "line 1: proxy: ", "did you mean environment?"},
    {"proxy: HTTPS_PROXY", "line 1: proxy: ", "did you mean environment?"},
    {"proxy: enviroment", "line 1: proxy: ", "did you mean environment?"},
    {"proxy: corporate", "line 1: proxy: ", "such as http://host:3128"},
    {"proxy: http://h:99999", "line 1: proxy: ", "a port from 1 to 65535"},
    {"proxy: h:0", "line 1: proxy: ", "a port from 1 to 65535"},
    {"providers:\n- id: ollama\n  proxy: off",
     "line 3: providers[0].proxy: ", "did you mean none?"},
    {"ca_file: /etc/passwd", "line 1: ca_file: ", "/etc/passwd has none"},
    {"ca_file: /dev/null", "line 1: ca_file: ", "/dev/null is none"},
    {"server:\n  origins: [htps://x.example]",
     "line 2: server.origins: ", "did you mean https://?"},
    {"server:\n  origins: [htp://x.example]", "line 2: server.origins: ", "did you mean http://?"},
    {"server:\n  origins: [ws://x.example]", "line 2: server.origins: ", "no page has an origin"},
    {"server:\n  origins: [wss://x.example]", "line 2: server.origins: ", "no page has an origin"},
    {"server:\n  origins: [ftp://x.example]", "line 2: server.origins: ", "no page has an origin"},
    {"server:\n  tokens: Bearer 0123456789abcdef",
     "line 2: server.tokens: ", "without the word Bearer"},
    {"server: 4100", "line 1: server: ", "did you mean server: {port: 4100}?"},
    {"sandbox: false", "line 1: sandbox: ", "did you mean sandbox: {mode: off}?"},
    {"sandbox: bubblewrap", "line 1: sandbox: ", "did you mean sandbox: {mode: bubblewrap}?"},
    {"permission: allow", "line 1: permission: ", "did you mean permission: {\"*\": allow}?"},
    {"models_dev: false", "line 1: models_dev: ", "did you mean models_dev: {url: \"\"}?"},
    {"ca_file: none", "line 1: ca_file: ", "without ca_file"},
    {"proxy: socks4://h:1", "line 1: proxy: ", "socks5://"},
    {"proxy: http://h:3128/path", "line 1: proxy: ", "without a path"},
    {"fallback_models: sim/koda sim/load", "line 1: fallback_models: ", "expected one model"},
    {"default_model: sim/koda; sim/load", "line 1: default_model: ", "expected one model"},
    {"providers:\n- id: claude", "line 2: providers[0].base_url: ", "the id anthropic?"},
    {"providers:\n- id: grok", "line 2: providers[0].base_url: ", "the id xai?"},
    {"providers:\n- id: copilot", "line 2: providers[0].base_url: ", "the id github-copilot?"},
    {"providers:\n- id: azure", "line 2: providers[0].base_url: ", "those are anthropic, cerebras"},
    {"providers:\n- id: a\n  base_url: http://h:11434/api/chat",
     "line 3: providers[0].base_url: ", "leave /api/chat away"},
    {"providers:\n- id: a\n  base_url: https://h/v1/chat",
     "line 3: providers[0].base_url: ", "leave /chat away"},
    {"providers:\n- id: openai\n  api_key: ' $KEY '",
     "line 3: providers[0].api_key: ", "expected ${NAME}, not $NAME"},
    {"port = 4100", "line 1: the file: ", "not ="},
    {"!include other.yaml", "line 1: the file: ", "without the tag !include"},
    {"server: |\n  port: 1", "line 1: server: ", "leave those away"},
    {"permission: {'': ask}", "line 1: permission: ", "* stands for all"},
    {"allowed_paths: /no/such:/no/other", "line 1: allowed_paths: ", "one path each"},
    {"utility_model: none", "line 1: utility_model: ", "leave the key out"},
    {"default_model: openai/gpt-5", "line 1: default_model: ", "providers: [{id: openai}]"},
    {"sandbox:\n  limits: {time_max: 60}",
     "line 2: sandbox.limits.time_max: ", "120 unless configured, not 60"},
    {"server: {tokens: [0123456789abcdef]}\nsandbox:\n  network: [scout, true]",
     "line 3: sandbox.network: ", "it stands alone"},
    {"server:\n  origins: [ssh://a.b]", "line 2: server.origins: ", "no page has an origin"},
    {"# kodad\n[server]\nport = 4100\n", "line 2: the file: ", "looks like TOML"},
    {"sandbox:\n  write: [/var]", "line 2: sandbox.write: ", "holds the system"},
    {"server:\n  host: http://127.0.0.1", "line 2: server.host: ", "without http://"},
    {"default_agent: ''", "line 1: default_agent: ", "not an empty text"},
    {"fallback_models: sim/koda, sim/load", "line 1: fallback_models: ", "stands in [ ]"},
    {"fallback_models: 'sim/koda,sim/load'", "line 1: fallback_models: ", "stands in [ ]"},
    {"fallback_models: ['sim/koda, sim/load']", "line 1: fallback_models: ", "expected one model"},
    {"default_model: sim/koda, sim/load", "line 1: default_model: ", "expected one model"},
    {"server:\n  hosts: a.example, b.example", "line 2: server.hosts: ", "stands in [ ]"},
    {"server:\n  origins: https://a.b, https://c.d", "line 2: server.origins: ", "stands in [ ]"},
    {"server:\n  tokens: ${KEY},${KEY}", "line 2: server.tokens: ", "stands in [ ]"},
    {"sandbox:\n  read: /srv/a, /srv/b", "line 2: sandbox.read: ", "stands in [ ]"},
    {"allowed_paths: ~/a,~/b", "line 1: allowed_paths: ", "stands in [ ]"},
    {"providers:\n- id: a\n  base_url: http://${HOST}:${PORT}/v1",
     "line 3: providers[0].base_url: ", "variables HOST and PORT to be set"},
    {"providers:\n- id: a\n  base_url: http://${HOST}/${EMPTY}", "line 3: providers[0].base_url: ",
     "HOST to be set, and the environment variable EMPTY to hold something"},
    {"server:\n\xc2\xa0 port: 4100", "line 2: the file: ", "U+00A0"},
    {"server:\n  port:\xc2\xa0"
     "4100",
     "line 2: the file: ", "U+00A0"},
    {"version: 1\n\xe2\x80\x8bproxy: none", "line 2: the file: ", "U+200B"},
};

/// At the address of their vendor, or as a token.
constexpr const char* no_secrets[] = {"OPENAI_API_KEY",
                                      "ANTHROPIC_API_KEY",
                                      "MY_TOKEN_2",
                                      "GITHUB_PAT",
                                      "OPENAI_AUTH",
                                      "sk-xxx",
                                      "sk-XXXXXXXX",
                                      "sk-ant-xxxx",
                                      "sk-...",
                                      "sk-proj-***",
                                      "changeme",
                                      "change-me",
                                      "CHANGEME123",
                                      "YOUR_API_KEY",
                                      "your-api-key",
                                      "your-openai-api-key-here",
                                      "'<your key>'",
                                      "'[your key]'",
                                      "'{API_KEY}'",
                                      "my-api-key",
                                      "insert-key-here",
                                      "api_key",
                                      "secret-key",
                                      "placeholder",
                                      "REDACTED",
                                      "todo",
                                      "dummy",
                                      "none",
                                      "EMPTY",
                                      "'null'",
                                      "sk-no-key-required",
                                      "xxxxxxxx",
                                      "'********'",
                                      "env.OPENAI_API_KEY",
                                      "process.env.OPENAI_API_KEY",
                                      "op://vault/item",
                                      "~/.keys/openai",
                                      "file:///run/secrets/key",
                                      "https://api.openai.com/v1",
                                      "OPENAI_API_KEY=sk-1a2b3c4d",
                                      "'\"sk-1a2b3c4d\"'",
                                      "true",
                                      "12345",
                                      "k e y"};

constexpr mistake doubtful[] = {
    {"providers:\n- {id: openai, api_key: k, base_url: 'https://api.anthropic.com'}",
     "line 2: providers[0].base_url: ", "did you mean the id anthropic?"},
    {"providers:\n- {id: mine, api_key: k, base_url: 'https://generativelanguage.googleapis.com'}",
     "line 2: providers[0].base_url: ", "type: google?"},
    {"providers:\n- {id: a, base_url: 'https://api.example.com/v1'}",
     "line 2: providers[0].base_url: ", "only holds the place of a host"},
    {"providers:\n- {id: a, base_url: 'https://your-host/v1'}",
     "line 2: providers[0].base_url: ", "only holds the place of a host"},
    {"providers:\n- {id: a, base_url: 'https://h/v1/v1'}",
     "line 2: providers[0].base_url: ", "twice"},
    {"providers:\n- {id: a, base_url: 'https://h//v1'}",
     "line 2: providers[0].base_url: ", "twice"},
    {"providers:\n- id: ollama\n  models: [{id: ollama/qwen}]",
     "line 3: providers[0].models[0].id: ", "unless its provider calls it qwen"},
    {"providers:\n- id: ollama\n  thinking_budget: 9000\n  models: [{id: m, max_output_tokens: "
     "8000}]",
     "line 4: providers[0].models[0].max_output_tokens: ", "leave nothing for an answer"},
    {"models_dev:\n  url: https://models.dev", "line 2: models_dev.url: ", "api.json?"},
    {"server:\n  hosts: ['x.example:443']", "line 2: server.hosts: ", "it holds for both"},
    {"server:\n  hosts: [0.0.0.0]", "line 2: server.hosts: ", "nobody's name"},
    {"permission:\n  bash: {rm: deny}", "line 2: permission.bash.rm: ", "'rm *' matches it"},
    {"permission:\n  bash: {'git push *': deny, 'git *': allow}",
     "line 2: permission.bash.git *: ", "git push * before it never counts; put git * first"},
    {"permission:\n  read: {'keys/one.pem': deny, 'keys/*': allow}",
     "line 2: permission.read.keys/*: ", "never counts"},
    {"permission:\n  read: {'**/*.pem': deny, '**': allow}",
     "line 2: permission.read.**: ", "never counts"},
    {"permission:\n  read: {/src/*: deny}",
     "line 2: permission.read./src/*: ", "without a / before them"},
    {"permission:\n  write: {src/: deny}", "line 2: permission.write.src/: ", "write src/**"},
    {"permission:\n  bash: {'[el]* *': deny}",
     "line 2: permission.bash.[el]* *: ", "no character classes"},
    {"permission:\n  bash: {'echo *|ls *': deny}",
     "line 2: permission.bash.echo *|ls *: ", "each command of a line"},
    {"permission:\n  bash: {' ls *': deny}", "line 2: permission.bash. ls *: ", "no blanks"},
    {"permission:\n  bash: {git push: ask}", "line 2: permission.bash.git push: ", "'git push *'"},
    {"permission:\n  bash: {'^rm': deny}",
     "line 2: permission.bash.^rm: ", "no regular expression"},
    {"permission:\n  edit: {'src\\main': deny}", "line 2: permission.edit.src\\main: ", "/ stands"},
    {"providers:\n- id: openai\n  api_key: ''",
     "line 3: providers[0].api_key: ", "openai answers nobody without one"},
    {"proxy: environment", "line 1: proxy: ", "there is no proxy"},
    {"proxy: http://proxy.example", "line 1: proxy: ", "has no port"},
    {"proxy: proxy.example", "line 1: proxy: ", "has no port"},
    {"sandbox:\n  limits:\n    time: 4000",
     "line 3: sandbox.limits.time: ", "more than time_max, 600 unless configured"},
    {"server:\n  tokens: []", "line 2: server.tokens: ", "requests need no token"},
    {"providers:\n- id: github-copilot",
     "line 2: providers[0].api_key: ", "github-copilot answers nobody without one"},
    {"providers:\n- id: openai\n  api_key: k\n  type: anthropic",
     "line 4: providers[0].type: ", "the usual address of openai speaks openai"},
    {"providers:\n- id: deepseek\n  api_key: k\n  type: openai",
     "line 4: providers[0].type: ", "speaks openai-chat"},
    {"providers:\n- id: google\n  api_key: k\n  type: openai-chat",
     "line 4: providers[0].type: ", "speaks google"},
    {"providers:\n- id: openai\n  api_key: sk-ant-api03-secret",
     "line 3: providers[0].api_key: ", "looks like one of anthropic's"},
    {"providers:\n- id: anthropic\n  api_key: gsk_secret",
     "line 3: providers[0].api_key: ", "looks like one of groq's"},
    {"providers:\n- {id: a, base_url: 'http://h/v1', api_key: MY_API_KEY}",
     "line 2: providers[0].api_key: ", "the name of a variable: in ${ and }"},
    {"providers:\n- {id: a, base_url: 'http://h/v1', api_key: your-key}",
     "line 2: providers[0].api_key: ", "needs no api_key"},
    {"providers:\n- {id: a, base_url: 'http://llm.acme.com/v1', api_key: k}",
     "line 2: providers[0].base_url: ", "all on the way can read the key"},
    {"providers:\n- {id: a, base_url: 'http://8.8.8.8/v1', api_key: k}",
     "line 2: providers[0].base_url: ", "all on the way can read the key"},
    {"providers:\n- {id: ollama, connect_timeout: 5000}",
     "line 2: providers[0].connect_timeout: ", "5000 seconds never pass"},
    {"providers:\n- {id: ollama, idle_timeout: 90, call_timeout: 60}",
     "line 2: providers[0].idle_timeout: ", "call_timeout, 60, ends the call before"},
    {"providers:\n- id: ollama\n  models: [{id: m, context_size: 128}]",
     "line 3: providers[0].models[0].context_size: ", "did you mean 128000?"},
    {"providers:\n- id: ollama\n  models: [{id: m, cost_input: 0.000003}]",
     "line 3: providers[0].models[0].cost_input: ", "for a million tokens"},
    {"allowed_paths: /tmp", "line 1: allowed_paths: ", "of several people"},
    {"allowed_paths: [/srv]", "line 1: allowed_paths: ", "of several people"},
};

} // namespace

TEST_CASE("a value that can only be wrong is refused") {
  for (const auto& one : wrong)
    check_told(one, false);
}

TEST_CASE("a value that is hardly right is told") {
  for (const auto& one : doubtful)
    check_told(one, true);
}

TEST_CASE("what is no key is not taken for one") {
  for (std::string key : no_secrets) {
    auto told = tell_of("version: 1\nproviders:\n- id: openai\n  api_key: " + key);
    INFO((key + "\n-> " + told.text()));
    CHECK_FALSE(told.is_taken);
    REQUIRE(told.lines.size() == 1);
    CHECK(told.lines[0].starts_with("config f line 4: providers[0].api_key: expected a key"));
    CHECK(told.text().find("OPENAI") == std::string::npos);
    CHECK(told.text().find("1a2b3c4d") == std::string::npos);
  }
  for (std::string token : {"KODAD_SERVER_TOKEN", "your-token-here-please", "changeme-changeme-1",
                            "xxxxxxxxxxxxxxxxxxxx", "my-secret-token-here", "aaaaaaaaaaaaaaaaaaaa"})
    check_told({("server:\n  tokens: [" + token + "]").c_str(),
                "line 2: server.tokens: ", "that nobody can guess"},
               false);
}

TEST_CASE("what may be a key is taken without a word") {
  for (std::string key : {"k", "sk-1a2b3c4d", "sk-proj-aXxx9bYYk_here-0", "key-5f2c9a",
                          "AKIAIOSFODNN7", "0123456789abcdef", "our-gateway-key-7f3a"})
    CHECK(tell_of("providers: [{id: openai, api_key: " + key + "}]").text() == "");
  // A server of one's own may look at no key.
  for (std::string key :
       {"EMPTY", "none", "ollama", "dummy", "not-needed", "sk-no-key-required", "x"})
    CHECK(tell_of("providers: [{id: a, base_url: 'http://h/v1', api_key: " + key + "}]").text() ==
          "");
  for (std::string host :
       {"h", "10.1.2.3:8000", "192.168.0.2", "llm.local", "[fd00::1]:1", "127.0.0.1"})
    CHECK(tell_of("providers: [{id: a, base_url: 'http://" + host + "/v1', api_key: k}]").text() ==
          "");
  for (std::string token :
       {"guard-your-door-9182", "COLD_TEA_FOR_ALL", "open-sesame-123456", "0123456789abcdef"})
    CHECK(tell_of("server: {tokens: [" + token + "]}").text() == "");
}

TEST_CASE("a folder of the system is no place to work in") {
  for (std::string path : {"/etc", "/usr", "/boot", "/usr/bin", "/bin", "/var", "/var/lib", "/run"})
    check_told(
        {("allowed_paths:\n- " + path).c_str(), "line 2: allowed_paths: ", "holds the system"},
        false);
  for (std::string path : {"/proc", "/sys", "/dev", "/proc/self"})
    check_told({("allowed_paths:\n- " + path).c_str(), "line 2: allowed_paths: ", "by the kernel"},
               false);
  temp_dir here;
  for (std::string path : {here.path(), std::string("/usr/src")}) {
    auto told = tell_of("allowed_paths: [" + path + "]");
    INFO(told.text());
    CHECK(told.is_taken);
    CHECK(told.lines.size() == (path == "/usr/src" ? 1U : 0U));
  }
}

TEST_CASE("a file of certificates holds some") {
  temp_dir at;
  auto file = at.path() + "/x.pem";
  std::string good = certificate;
  auto broken = good;
  broken.replace(100, 20, "....................");
  const std::pair<std::string, const char*> samples[] = {
      {"", "it is empty"},
      {"hello", "has none"},
      {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "a private key"},
      {"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
       "a request for one"},
      {"\x30\x82\x01\x87", "in DER"},
      {broken, "number 1 in"},
      {good + broken, "number 2 in"},
      {"-----BEGIN CERTIFICATE-----\n", "number 1 in"},
  };
  for (const auto& [content, part] : samples) {
    std::ofstream(file, std::ios::trunc) << content;
    check_told({("version: 1\nca_file: " + file).c_str(), "line 2: ca_file: ", part}, false);
  }
  std::ofstream(file, std::ios::trunc) << "# a comment before\n" << good << "\n# and\n" << good;
  CHECK(tell_of("ca_file: " + file).text() == "");
}
