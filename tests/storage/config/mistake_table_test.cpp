// Mistakes that people make in configurations: each is told once, with its line, its key and what
// helps, and none is taken in silence.
#include "tests/storage/config/told.hpp"

#include <doctest/doctest.h>

using namespace kodad::tests;

namespace {

struct mistake {
  const char* text;
  const char* place; ///< "line 2: server.port: "
  const char* part;  ///< Of the rest.
};

/// Refused.
constexpr mistake wrong[] = {
    // Numbers.
    {"server:\n  port: http", "line 2: server.port: ", "from 0 to 65535, not http"},
    {"server:\n  port: 65536", "line 2: server.port: ", "not 65536"},
    {"server:\n  port: -1", "line 2: server.port: ", "not -1"},
    {"server:\n  port: 4100.0", "line 2: server.port: ", "a whole number"},
    {"server:\n  port: 4.1e3", "line 2: server.port: ", "a whole number"},
    {"server:\n  port: 0x1004", "line 2: server.port: ", "not 0x1004"},
    {"server:\n  port: 04100", "line 2: server.port: ", "not 04100"},
    {"server:\n  port: 4_100", "line 2: server.port: ", "not 4_100"},
    {"server:\n  port: 99999999999999999999", "line 2: server.port: ", "a whole number"},
    {"server:\n  port: true", "line 2: server.port: ", "not true"},
    {"server:\n  port: [4100]", "line 2: server.port: ", "not a list"},
    {"server:\n  port: {tcp: 4100}", "line 2: server.port: ", "not a map"},
    {"server:\n  port: ${PORT}", "line 2: server.port: ", "not ${PORT}"},
    {"session:\n  budget: -1", "line 2: session.budget: ", "of US dollars from 0 to 1000000, not"},
    {"session:\n  budget: 5$", "line 2: session.budget: ", "not 5$"},
    {"session:\n  budget: 1,5", "line 2: session.budget: ", "not 1,5"},
    {"session:\n  budget: .nan", "line 2: session.budget: ", "not .nan"},
    {"session:\n  budget: .inf", "line 2: session.budget: ", "not .inf"},
    {"session:\n  budget: 1e999", "line 2: session.budget: ", "not 1e999"},
    {"session:\n  budget_warn: 80", "line 2: session.budget_warn: ", "a number from 0 to 1, not"},
    {"session:\n  max_retries: many", "line 2: session.max_retries: ", "from 0 to 100, not many"},
    {"session:\n  queue_length: 1e3", "line 2: session.queue_length: ", "a whole number"},
    {"sim:\n  load_rate: fast", "line 2: sim.load_rate: ", "tokens a second"},
    {"model_refresh_interval: weekly", "line 1: model_refresh_interval: ", "of days from 0"},
    // Durations and sizes.
    {"sandbox:\n  limits:\n    time: 2m",
     "line 3: sandbox.limits.time: ", "a whole number of seconds from 1 to 86400, not 2m"},
    {"sandbox:\n  limits:\n    time: 120s", "line 3: sandbox.limits.time: ", "not 120s"},
    {"sandbox:\n  limits:\n    time: 0", "line 3: sandbox.limits.time: ", "not 0"},
    {"sandbox:\n  limits: {time: 60,\n    time_max: 59}",
     "line 3: sandbox.limits.time_max: ", "at least the value of time"},
    {"sandbox:\n  limits:\n    memory: 4 GB", "line 3: sandbox.limits.memory: ", "not 4 GB"},
    {"sandbox:\n  limits:\n    memory: 4gb", "line 3: sandbox.limits.memory: ", "512MiB or 4GiB"},
    {"sandbox:\n  limits:\n    memory: -1", "line 3: sandbox.limits.memory: ", "from 16MiB"},
    {"sandbox:\n  limits:\n    memory: 1.5GiB", "line 3: sandbox.limits.memory: ", "1.5GiB"},
    {"sandbox:\n  limits:\n    memory: unlimited", "line 3: sandbox.limits.memory: ", "not unl"},
    {"sandbox:\n  limits:\n    disk: 99999999999T", "line 3: sandbox.limits.disk: ", "to 1024TiB"},
    {"sandbox:\n  limits: none", "line 2: sandbox.limits: ", "expected a map of keys, not none"},
    {"providers:\n- id: openai\n  idle_timeout: 30s",
     "line 3: providers[0].idle_timeout: ", "a number of seconds from 0.1 to 86400, not 30s"},
    {"providers:\n- id: openai\n  call_timeout: 0", "line 3: providers[0].call_timeout: ", "not 0"},
    {"providers:\n- id: openai\n  max_concurrent: 0",
     "line 3: providers[0].max_concurrent: ", "from 1"},
    // Flags.
    {"session:\n  resume_turns: yes", "line 2: session.resume_turns: ", "did you mean true?"},
    {"session:\n  resume_turns: off", "line 2: session.resume_turns: ", "did you mean false?"},
    {"session:\n  resume_turns: True", "line 2: session.resume_turns: ", "did you mean true?"},
    {"session:\n  resume_turns: 1", "line 2: session.resume_turns: ", "did you mean true?"},
    {"session:\n  resume_turns: perhaps", "line 2: session.resume_turns: ", "not perhaps"},
    {"session:\n  resume_turns: [true]", "line 2: session.resume_turns: ", "not a list"},
    // Words.
    {"sandbox:\n  mode: bubblewarp", "line 2: sandbox.mode: ", "did you mean bubblewrap?"},
    {"sandbox:\n  mode: ''", "line 2: sandbox.mode: ", "not an empty text"},
    {"sandbox:\n  mode: docker", "line 2: sandbox.mode: ", "auto, bubblewrap, landlock or off"},
    {"sandbox: off", "line 1: sandbox: ", "expected a map of keys, not off"},
    {"sandbox:\n  network: maybe", "line 2: sandbox.network: ", "true, false or names of agents"},
    {"sandbox:\n  network: yes", "line 2: sandbox.network: ", "did you mean true?"},
    {"sandbox:\n  network: no", "line 2: sandbox.network: ", "did you mean false?"},
    {"sandbox:\n  network: true", "line 2: sandbox.network: ", "expects server.tokens"},
    {"server: {tokens: []}\nsandbox:\n  network: true",
     "line 3: sandbox.network: ", "expects server.tokens"},
    {"permission:\n  bash: dney", "line 2: permission.bash: ", "did you mean deny?"},
    {"permission:\n  bash: Deny", "line 2: permission.bash: ", "did you mean deny?"},
    {"permission:\n  bash: maybe", "line 2: permission.bash: ", "did you mean ask?"},
    {"permission:\n  bash: false", "line 2: permission.bash: ", "did you mean deny?"},
    {"permission:\n  bash: never", "line 2: permission.bash: ", "did you mean deny?"},
    {"permission:\n  bash:\n    'rm *': forbid",
     "line 3: permission.bash.rm *: ", "did you mean deny?"},
    {"permission:\n  bash: [deny]", "line 2: permission.bash: ", "one word: allow, ask or deny"},
    {"permission:\n  bash:", "line 2: permission.bash: ", "not an empty value"},
    {"permission:\n  bash: {a: }", "line 2: permission.bash.a: ", "allow, ask or deny"},
    {"permission:\n  bash: {'': deny}", "line 2: permission.bash: ", "* stands for all"},
    {"permission: deny", "line 1: permission: ", "expected a map of keys, not deny"},
    {"permission: [bash]", "line 1: permission: ", "not a list"},
    // Models.
    {"default_model: gpt", "line 1: default_model: ", "expected provider/model, not gpt"},
    {"default_model: [a]", "line 1: default_model: ", "expected a text, not a list"},
    {"default_model: ''", "line 1: default_model: ", "not an empty text"},
    {"default_model: nope/x", "line 1: default_model: ", "of a configured provider (sim)"},
    {"default_model: sm/koda", "line 1: default_model: ", "did you mean sim/koda?"},
    {"providers: [{id: openai, models: [{id: gpt}]}]\ndefault_model: gpt",
     "line 2: default_model: ", "did you mean openai/gpt?"},
    {"providers: [{id: openai}]\nutility_model: opnai/gpt",
     "line 2: utility_model: ", "did you mean openai/gpt?"},
    {"fallback_models:\n- sim/koda\n- nope/x", "line 3: fallback_models: ", "not nope/x"},
    {"fallback_models:\n- sim/koda\n- ~", "line 3: fallback_models: ", "not an empty value"},
    {"fallback_models:\n- sim/koda\n- {id: x}", "line 3: fallback_models: ", "not a map"},
    // Providers.
    {"providers: {openai: {}}", "line 1: providers: ", "expected a list, not a map"},
    {"providers: openai", "line 1: providers: ", "expected a list, not openai"},
    {"providers:\n- mock2", "line 2: providers[0]: ", "expected a map of keys, not mock2"},
    {"providers:\n- ~", "line 2: providers[0]: ", "not an empty value"},
    {"providers:\n- id: openai\n-", "line 3: providers[1]: ", "not an empty value"},
    {"providers:\n- api_key: x", "line 2: providers[0].id: ", "there is no id"},
    {"providers:\n- id: OpenAI", "line 2: providers[0].id: ", "not OpenAI; did you mean openai?"},
    {"providers:\n- id: open ai", "line 2: providers[0].id: ", "not open ai; did you mean openai?"},
    {"providers:\n- id: sim", "line 2: providers[0].id: ", "the built-in provider's"},
    {"providers:\n- id: openai\n- id: openai", "line 3: providers[1].id: ", "openai stands twice"},
    {"providers:\n- id: antropic", "line 2: providers[0].base_url: ", "the id anthropic?"},
    {"providers:\n- id: openai\n  type: openai-caht",
     "line 3: providers[0].type: ", "did you mean openai-chat?"},
    {"providers:\n- id: openai\n  type: ''", "line 3: providers[0].type: ", "not an empty text"},
    {"providers:\n- id: openai\n  models: gpt", "line 3: providers[0].models: ", "a list, not gpt"},
    {"providers:\n- id: openai\n  models: [gpt]",
     "line 3: providers[0].models[0]: ", "expected a map of keys, not gpt"},
    {"providers:\n- id: openai\n  models:\n  - {name: x}",
     "line 4: providers[0].models[0].id: ", "expected the model's name"},
    {"providers:\n- id: openai\n  models:\n  - {id: m}\n  - {id: m}",
     "line 5: providers[0].models[1].id: ", "stands twice"},
    {"providers:\n- id: openai\n  models:\n  - id: m\n    context_size: 128k",
     "line 5: providers[0].models[0].context_size: ", "of tokens from 1 to 100000000, not 128k"},
    {"providers:\n- id: openai\n  models:\n  - id: m\n    context_size: 8\n    "
     "max_output_tokens: 9",
     "line 6: providers[0].models[0].max_output_tokens: ", "at most context_size, 8, not 9"},
    {"providers:\n- id: openai\n  models:\n  - id: m\n    vision: images",
     "line 5: providers[0].models[0].vision: ", "expected true or false, not images"},
    {"providers:\n- id: openai\n  models:\n  - id: m\n    cost_input: $3",
     "line 5: providers[0].models[0].cost_input: ", "not $3"},
    // Addresses.
    {"providers:\n- id: a\n  base_url: h/v1", "line 3: providers[0].base_url: ", "not h/v1"},
    {"providers:\n- id: a\n  base_url: htp://h",
     "line 3: providers[0].base_url: ", "http:// or https://"},
    {"providers:\n- id: a\n  base_url: http:///v1",
     "line 3: providers[0].base_url: ", "names a host"},
    {"providers:\n- id: a\n  base_url: http://:80", "line 3: providers[0].base_url: ", ":80"},
    {"providers:\n- id: a\n  base_url: http://h:99999",
     "line 3: providers[0].base_url: ", "a port from 1 to 65535"},
    {"providers:\n- id: a\n  base_url: http://h:x/v1", "line 3: providers[0].base_url: ", "port"},
    {"providers:\n- id: a\n  base_url: http://::1/v1", "line 3: providers[0].base_url: ", "::1"},
    {"providers:\n- id: a\n  base_url: http://u:secret@h/v1",
     "line 3: providers[0].base_url: ", "without user and password"},
    {"providers:\n- id: a\n  base_url: http://h/v1?x=1",
     "line 3: providers[0].base_url: ", "without ?"},
    {"providers:\n- id: a\n  base_url: 'http://h/v1#x'",
     "line 3: providers[0].base_url: ", "without #"},
    {"providers:\n- id: a\n  base_url: http://h/a b",
     "line 3: providers[0].base_url: ", "without blanks"},
    {"providers:\n- id: a\n  base_url: http://$HOST/v1",
     "line 3: providers[0].base_url: ", "$HOST"},
    {"providers:\n- id: a\n  base_url: http://${HOST}/v1",
     "line 3: providers[0].base_url: ", "variable HOST to be set"},
    {"providers:\n- id: a\n  base_url: ${EMPTY}",
     "line 3: providers[0].base_url: ", "EMPTY to hold something"},
    {"providers:\n- id: a\n  base_url: http://h/v1/models",
     "line 3: providers[0].base_url: ", "leave /models away"},
    {"providers:\n- id: a\n  base_url: http://h/v1/completions",
     "line 3: providers[0].base_url: ", "leave /completions away"},
    {"providers:\n- id: openai\n  base_url: http://api.openai.com/v1",
     "line 3: providers[0].base_url: ", "expected https://"},
    {"providers:\n- id: a\n  base_url: [http://h]",
     "line 3: providers[0].base_url: ", "not a list"},
    {"models_dev:\n  url: models.dev", "line 2: models_dev.url: ", "not models.dev; empty"},
    {"models_dev: https://models.dev", "line 1: models_dev: ", "expected a map of keys"},
    {"proxy: ftp://h:3128", "line 1: proxy: ", "none, environment or an address"},
    {"ca_file: own.pem", "line 1: ca_file: ", "absolute path, or ~/…, not own.pem"},
    {"ca_file: /no/such.pem", "line 1: ca_file: ", "No such file"},
    {"ca_file: /", "line 1: ca_file: ", "is a folder"},
    // Keys and variables.
    {"providers:\n- id: openai\n  api_key: ${NOT_SET}",
     "line 3: providers[0].api_key: ", "variable NOT_SET to be set"},
    {"providers:\n- id: openai\n  api_key: ${EMPTY}",
     "line 3: providers[0].api_key: ", "EMPTY to hold something"},
    {"providers:\n- id: openai\n  api_key: $KEY",
     "line 3: providers[0].api_key: ", "expected ${NAME}, not $NAME"},
    {"providers:\n- id: openai\n  api_key: ${KEY",
     "line 3: providers[0].api_key: ", "a } after ${"},
    {"providers:\n- id: openai\n  api_key: ${KEY:-x}",
     "line 3: providers[0].api_key: ", "letters, digits and _"},
    {"providers:\n- id: openai\n  api_key: ${env:KEY}",
     "line 3: providers[0].api_key: ", "letters, digits and _"},
    {"providers:\n- id: openai\n  api_key: '{env:KEY}'",
     "line 3: providers[0].api_key: ", "expected ${NAME}"},
    {"providers:\n- id: openai\n  api_key: os.environ/KEY",
     "line 3: providers[0].api_key: ", "expected ${NAME}"},
    {"providers:\n- id: openai\n  api_key: $(pass key)",
     "line 3: providers[0].api_key: ", "expected ${NAME}"},
    {"providers:\n- id: openai\n  api_key: !env KEY",
     "line 3: providers[0].api_key: ", "without the tag !env"},
    {"providers:\n- id: openai\n  api_key: ${BROKEN}",
     "line 3: providers[0].api_key: ", "without line breaks"},
    {"providers:\n- id: openai\n  api_key: ${QUOTED}",
     "line 3: providers[0].api_key: ", "typographic quotes"},
    {"providers:\n- id: openai\n  api_key: Bearer abc",
     "line 3: providers[0].api_key: ", "without the word Bearer"},
    {"providers:\n- id: openai\n  api_key: <your key>",
     "line 3: providers[0].api_key: ", "not a place for one"},
    {"providers:\n- id: openai\n  api_key: [a, b]", "line 3: providers[0].api_key: ", "not a list"},
    // The door.
    {"server:\n  host: ''", "line 2: server.host: ", "not an empty text"},
    {"server:\n  host: http://0.0.0.0", "line 2: server.host: ", "a name or an address"},
    {"server:\n  host: 127.0.0.1:4100", "line 2: server.host: ", "without its port"},
    {"server:\n  host: 4100", "line 2: server.host: ", "not 4100"},
    {"server:\n  host: 127.0.1", "line 2: server.host: ", "not 127.0.1"},
    {"server:\n  host: '*'", "line 2: server.host: ", "not *"},
    {"server:\n  hosts:\n  - x.example\n  - '*.x'", "line 4: server.hosts: ", "not *.x"},
    {"server:\n  hosts: [https://x.example]", "line 2: server.hosts: ", "without scheme"},
    {"server:\n  hosts: [x.example/y]", "line 2: server.hosts: ", "without scheme, path"},
    {"server:\n  hosts: ['x.example:http']", "line 2: server.hosts: ", "not x.example:http"},
    {"server:\n  hosts: ['::1']", "line 2: server.hosts: ", "in brackets"},
    {"server:\n  hosts: {x: y}", "line 2: server.hosts: ", "a list of texts, not a map"},
    {"server:\n  origins: ['*']", "line 2: server.origins: ", "not *"},
    {"server:\n  origins: [app.example]", "line 2: server.origins: ", "https://app.example"},
    {"server:\n  origins: [https://App.example]", "line 2: server.origins: ", "lower case"},
    {"server:\n  origins: [https://app.example/]", "line 2: server.origins: ", "without path"},
    {"server:\n  origins: ['https://app.example:443']",
     "line 2: server.origins: ", "leaves the usual port away"},
    {"server:\n  tokens:\n  - 0123456789abcdef\n  - short",
     "line 4: server.tokens: ", "at least 16 characters"},
    {"server:\n  tokens: ['']", "line 2: server.tokens: ", "at least 16 characters"},
    {"server:\n  tokens: [$TOKEN]", "line 2: server.tokens: ", "expected ${NAME}"},
    {"server:\n  tokens: ['${QUOTED}']", "line 2: server.tokens: ", "visible ASCII"},
    {"server:\n  tokens: 0123456789abcdef 01", "line 2: server.tokens: ", "without blanks"},
    {"server:\n  tokens: {a: 0123456789abcdef}", "line 2: server.tokens: ", "not a map"},
    // Paths and environment.
    {"allowed_paths:\n- data", "line 2: allowed_paths: ", "absolute paths, or ~/…, not data"},
    {"allowed_paths:\n- ''", "line 2: allowed_paths: ", "not an empty text"},
    {"allowed_paths:\n- /", "line 2: allowed_paths: ", "kodad's state"},
    {"allowed_paths:\n- /etc/passwd", "line 2: allowed_paths: ", "expected folders"},
    {"sandbox:\n  read: [$HOME/x]", "line 2: sandbox.read: ", "not $HOME/x"},
    {"sandbox:\n  read: [/]", "line 2: sandbox.read: ", "everything"},
    {"sandbox:\n  path: ['~/bin:/opt/bin']", "line 2: sandbox.path: ", "one folder each"},
    {"sandbox:\n  env: [A=1]", "line 2: sandbox.env: ", "a map of names to texts"},
    {"sandbox:\n  env:\n    A:", "line 3: sandbox.env.A: ", "not an empty value"},
    {"sandbox:\n  env:\n    A: [1]", "line 3: sandbox.env.A: ", "expected a text"},
    {"sandbox:\n  env:\n    A-B: c", "line 3: sandbox.env: ", "not A-B"},
    {"sandbox:\n  env:\n    LD_PRELOAD: /x", "line 3: sandbox.env: ", "not LD_PRELOAD"},
    // The file.
    {"- version: 1", "line 1: the file: ", "expected a map of keys, not a list"},
    {"port = 4100", "line 1: the file: ", "not port = 4100"},
    {"port:4100", "line 1: the file: ", "a blank belongs behind the colon"},
    {"server:\n  port:4100", "line 2: server: ", "a blank belongs behind the colon"},
    {"server:\n\tport: 1", "line 2: the file: ", "not a tab"},
    {"version: 1\n---\nversion: 1", "line 3: the file: ", "expected one document"},
    {"# caf\xe9", "line 1: the file: ", "expected text in UTF-8"},
    {"x: 1\nserver: {port: 1\n", "line 2: the file: ", "is not closed"},
    {"a: b: c", "line 1: the file: ", "needs quotes"},
    {"server: {origins: [*]}", "line 1: the file: ", "not YAML"},
    {"server: {hosts: [*.x]}", "line 1: the file: ", "needs quotes"},
    {"server: {port: 1, port: 2}", "line 1: server.port: ", "expected once"},
    {"version: 1\nversion: 1", "line 2: version: ", "expected once"},
    {"version: 2", "line 1: version: ", "expected 1"},
    {"version: '4.0'", "line 1: version: ", "not 4.0"},
    {"tui: {a: \"b\nc\"}", "line 1: tui.a: ", "closing quote"},
    {"? {a: b}\n: c", "line 1: the file: ", "words as keys"},
    {"tui: &x {a: 1}\nserver:\n  <<: *x", "line 3: server: ", "keys written out"},
};

/// Taken, but told.
constexpr mistake doubtful[] = {
    {"", "line 1: the file: ", "holds nothing"},
    {"# all is commented out\n", "line 1: the file: ", "holds nothing"},
    {"server:", "line 1: server: ", "has no value"},
    {"server:\n  port:", "line 2: server.port: ", "has no value"},
    {"server:\n  port: ~", "line 2: server.port: ", "has no value"},
    {"server:\n  port: '4100'", "line 2: server.port: ", "leave the quotes away"},
    {"session:\n  resume_turns: 'false'", "line 2: session.resume_turns: ", "leave the quotes"},
    {"providers:\n- id: openai\n  api_key:", "line 3: providers[0].api_key: ", "has no value"},
    {"providers:\n- id: openai", "line 2: providers[0].api_key: ", "answers nobody without one"},
    {"sesion: {}", "line 1: sesion: ", "did you mean session?"},
    {"default-model: sim/koda", "line 1: default-model: ", "did you mean default_model?"},
    {"defaultModel: sim/koda", "line 1: defaultModel: ", "did you mean default_model?"},
    {"DEFAULT_MODEL: sim/koda", "line 1: DEFAULT_MODEL: ", "did you mean default_model?"},
    {"model: sim/koda", "line 1: model: ", "did you mean default_model?"},
    {"port: 4100", "line 1: port: ", "did you mean server.port?"},
    {"server.port: 4100", "line 1: server.port: ", "did you mean server: {port: …}?"},
    {"tokens: [x]", "line 1: tokens: ", "did you mean server.tokens?"},
    {"server:\n  prot: 1", "line 2: server.prot: ", "did you mean server.port?"},
    {"server:\n  bind: x", "line 2: server.bind: ", "did you mean server.host?"},
    {"sandbox:\n  memory: 4GiB", "line 2: sandbox.memory: ", "did you mean sandbox.limits.memory?"},
    {"sandbox:\n  limits: {memry: 1GiB}",
     "line 2: sandbox.limits.memry: ", "did you mean sandbox.limits.memory?"},
    {"session:\n  compaction_treshold: 1",
     "line 2: session.compaction_treshold: ", "did you mean session.compaction_threshold?"},
    {"session:\n  compaction_threshold: high",
     "line 2: session.compaction_threshold: ", "expected a number, not high"},
    {"session:\n  snapshot: perhaps", "line 2: session.snapshot: ", "true or false, not perhaps"},
    {"ignore_patterns: a", "line 1: ignore_patterns: ", "expected a list, not a"},
    {"providers:\n- id: a\n  base_url: http://h\n  apikey: x",
     "line 4: providers[0].apikey: ", "did you mean providers[0].api_key?"},
    {"providers:\n- id: openai\n  api_key: k\n  url: http://h",
     "line 4: providers[0].url: ", "did you mean providers[0].base_url?"},
    {"providers:\n- id: openai\n  api_key: k\n  api_base: http://h",
     "line 4: providers[0].api_base: ", "did you mean providers[0].base_url?"},
    {"providers:\n- id: openai\n  api_key: k\n  models:\n  - {id: m, context_window: 9}",
     "line 5: providers[0].models[0].context_window: ",
     "did you mean providers[0].models[0].context_size?"},
    {"providers:\n- id: ollama\n  base_url: http://h:11434",
     "line 3: providers[0].base_url: ", "has no /v1 in its path"},
    {"5: x", "line 1: 5: ", "unknown key"},
    {"permission:\n  bash: {}", "line 2: permission.bash: ", "holds no rule"},
    {"permission:\n  bash:\n    'rm *': deny\n    '*': allow",
     "line 4: permission.bash.*: ", "rm * before it never counts"},
    {"permission:\n  bash: deny\n  '*': allow",
     "line 3: permission.*: ", "those of bash never count"},
    {"permission:\n  read:\n    ~/.ssh/**: deny",
     "line 3: permission.read.~/.ssh/**: ", "~ is no home folder"},
    {"fallback_models: [sim/koda, sim/koda]", "line 1: fallback_models: ", "stands twice"},
    {"server:\n  hosts: [a.b, a.b]", "line 2: server.hosts: ", "stands twice"},
    {"allowed_paths:\n- /no/such", "line 2: allowed_paths: ", "No such file"},
    {"sandbox:\n  read: [/no/such]", "line 2: sandbox.read: ", "No such file"},
    {"sandbox:\n  env:\n    A: $HOME/x", "line 3: sandbox.env.A: ", "only ${NAME} is replaced"},
    {"session:\n  total_budget: 5", "line 2: session.total_budget: ", "has no effect"},
};

void check_told(const mistake& one, bool is_taken) {
  auto told = tell_of(one.text);
  INFO((std::string(one.text) + "\n-> " + told.text()));
  CHECK(told.is_taken == is_taken);
  CHECK(told.lines.size() == 1);
  bool has_place = !told.lines.empty() && told.lines.back().find(one.place) != std::string::npos &&
                   told.lines.back().starts_with("config f ");
  CHECK(has_place);
  CHECK(told.text().find(one.part) != std::string::npos);
  CHECK(told.text().find("line 0") == std::string::npos);
  CHECK(told.text().find("secret") == std::string::npos);
}

} // namespace

TEST_CASE("what is wrong is refused with its line, its key and a way out, once") {
  for (const auto& one : wrong)
    check_told(one, false);
}

TEST_CASE("what is doubtful is taken, and told with its line and its key, once") {
  for (const auto& one : doubtful)
    check_told(one, true);
}

TEST_CASE("all of these in one file are told together") {
  auto told = tell_of("server:\n  port: x\n  host: '*'\n  hosts: ['*']\n  origins: ['*']\n"
                      "  tokens: [a]\nsession: {budget: x}\nproviders:\n- id: A\n- mock\n"
                      "sandbox: {mode: x, limits: {time: 1h}}\ndefault_model: a\n");
  CHECK_FALSE(told.is_taken);
  CHECK(told.lines.size() == 11);
}

TEST_CASE("a token's line break at its end is not part of it") {
  auto done = kodad::storage::read_config("server: {tokens: ['${TOKEN}']}", "f", test_variable);
  REQUIRE(done);
  CHECK(done->config.server.tokens == std::vector<std::string>{"0123456789abcdef"});
}

TEST_CASE("what is right is taken without a word") {
  for (const char* text :
       {"version: 1", "---\nversion: 1\n", "version: 1\r\nserver: {port: 0}\r\n",
        "server: {port: 4100, host: '::1', hosts: [a-b.example, 'x:8443', '[::1]:80', 10.0.0.1]}",
        "server: {host: localhost, origins: ['https://a.b', 'http://a.b:8080', 'vscode://x']}",
        "permission: {'*': ask, bash: {'*': ask, 'git *': allow}, read: allow}",
        "permission: {bash: {'git *': allow, '*': allow}}",
        "providers: [{id: a, base_url: 'http://127.0.0.1:1/v1/'}, {id: b, base_url: "
        "'https://[::1]:8/chat/completions?v=1'}, {id: c, base_url: HTTP://h}]",
        "session: {budget: .5, resume_turns: false}", "sandbox: {limits: {memory: 512M}}",
        "providers: [{id: ollama}, {id: github-copilot}, {id: openai, api_key: '${KEY}'}]",
        "x-common: &c 5\n"}) {
    CAPTURE(text);
    auto told = tell_of(text);
    INFO(told.text());
    CHECK(told.is_taken);
    bool is_extension = std::string(text).starts_with("x-");
    CHECK(told.lines.size() == (is_extension ? 1U : 0U));
  }
}
