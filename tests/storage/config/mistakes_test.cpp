#include "storage/config/config_loader.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::storage;

namespace {

std::optional<std::string> variable(const std::string& name) {
  if (name == "EMPTY")
    return "";
  return name == "KEY" ? std::optional<std::string>("sk-0123456789abcdef") : std::nullopt;
}

/// All that is told of a text, mistakes or not.
std::vector<std::string> told_of(const std::string& text) {
  other_findings others;
  auto done = read_config(text, "f", variable, &others);
  if (done)
    return done->warnings;
  others.push_back(done.failure().context);
  return others;
}

bool is_refused(const std::string& text) {
  return !read_config(text, "f", variable).ok();
}

bool tells(const std::string& text, const std::string& part) {
  std::string all;
  for (const auto& line : told_of(text))
    all += line + "\n";
  INFO(all);
  bool found = all.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

} // namespace

TEST_CASE("all mistakes of a file are told at once, each with its place") {
  CHECK(told_of("server:\n  port: 70000\n  prot: 1\nsession:\n  resume_turns: perhaps\n"
                "default_model: nope/x\n") ==
        std::vector<std::string>{
            "config f line 2: server.port: expected a whole number from 0 to 65535, not 70000",
            "config f line 3: server.prot: unknown key, ignored; did you mean server.port?",
            "config f line 5: session.resume_turns: expected true or false, not perhaps",
            "config f line 6: default_model: expected a model of a configured provider (sim), not "
            "nope/x"});
}

TEST_CASE("more mistakes than anybody reads are counted") {
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += "zzzzzzzzzz" + std::to_string(i) + ": 1\n";
  text += "server: 5\n";
  auto told = told_of(text);
  CHECK(told.size() == 41);
  CHECK(told[told.size() - 2] == "config f: 161 more of this kind");
  CHECK(told.back() ==
        "config f line 201: server: expected a map of keys, not 5; did you mean server: "
        "{port: 5}?");
}

TEST_CASE("a model whose provider nobody configured is refused") {
  constexpr const char* providers = "providers: [{id: openai}, {id: groq}]\n";
  for (std::string key : {"default_model", "utility_model"}) {
    CHECK(is_refused(providers + key + ": opnai/gpt"));
    tells(providers + key + ": opnai/gpt", key + ": expected a model of a configured provider "
                                                 "(sim, openai or groq), not opnai/gpt; did you "
                                                 "mean openai/gpt?");
    CHECK(is_refused(providers + key + ": ''"));
    CHECK(is_refused(providers + key + ": /x"));
    CHECK_FALSE(is_refused(providers + key + ": openai/gpt"));
    CHECK_FALSE(is_refused(providers + key + ": sim/koda"));
  }
  CHECK(is_refused(providers + std::string("fallback_models: [openai/a, nope/b]")));
  tells(providers + std::string("fallback_models:\n- openai/a\n- nope/b"), "line 4: fallback_");
  tells(providers + std::string("fallback_models: [openai/a, openai/a]"), "stands twice");
}

TEST_CASE("a misspelt key of KodaCode's is told as well as one of our own") {
  tells("session: {compaction_treshold: 0.5}", "did you mean session.compaction_threshold?");
  tells("ignore_paterns: [a]", "did you mean ignore_patterns?");
  tells("session: {compaction_threshold: high}",
        "session.compaction_threshold: expected a number, not high");
  tells("session: {snapshot: perhaps}", "session.snapshot: expected true or false, not perhaps");
  tells("ignore_patterns: a", "ignore_patterns: expected a list, not a");
  tells("tui: dark", "tui: expected a map of keys, not dark");
  tells("session: {snapshot: true}", "a key of KodaCode that has no effect here");
}

TEST_CASE("a key that stands twice is refused wherever it stands") {
  tells("sandbox:\n  env:\n    A: 1\n    A: 2\n", "line 4: sandbox.env.A: expected once");
  tells("tui:\n  a: 1\n  a: 2", "line 3: tui.a: expected once, stands twice");
  tells("permission: {bash: {'a b': ask, 'a b': deny}}", "permission.bash.a b: expected once");
  tells("providers:\n- id: openai\n- {id: groq, id: x}", "providers[1].id: expected once");
  tells("? {a: b}\n: c", "expected words as keys");
}

TEST_CASE("a second document is refused, an empty one is none") {
  tells("version: 1\n---\nserver: {port: 1}", "line 3: the file: expected one document");
  CHECK_FALSE(is_refused("---\nversion: 1\n---\n"));
  CHECK_FALSE(is_refused("version: 1\n...\n"));
}

TEST_CASE("what is no text is refused with its line") {
  tells("version: 1\n# caf\xe9\n", "line 2: the file: expected text in UTF-8");
  tells(std::string("version: 1\n#\0\n", 14), "line 2: the file: expected text, without control");
  tells("\xff\xfe"
        "a",
        "line 1: the file: expected text in UTF-8");
}

TEST_CASE("origins and hosts are what a browser would send") {
  for (std::string origin : {"'*'", "https://*.example", "app.example", "https://app.example/",
                             "https://App.example", "''", "'null'", "https://"}) {
    CAPTURE(origin);
    CHECK(is_refused("server: {origins: [" + origin + "]}"));
    tells("server: {origins: [" + origin + "]}",
          "line 1: server.origins: expected origins such as");
  }
  for (std::string host : {"'*'", "'*.x'", "https://x.example", "x.example/y", "''", "a b"}) {
    CAPTURE(host);
    tells("server: {hosts: [" + host + "]}", "line 1: server.hosts: expected names such as");
  }
  tells("server: {host: 'http://0.0.0.0'}", "server.host: expected a name or an address");
  CHECK(told_of("server: {hosts: [x.example, 'x:81', '[::1]:1'], "
                "origins: ['https://x', 'http://[::1]:81', 'vscode-webview://a-b']}")
            .empty());
}

TEST_CASE("an empty or bare variable is no key") {
  auto provider = [](const std::string& key) {
    return "providers: [{id: openai, api_key: '" + key + "'}]";
  };
  tells(provider("${EMPTY}"),
        "providers[0].api_key: expected the environment variable EMPTY to hold");
  tells(provider("$KEY"), "expected ${NAME}, not $NAME");
  tells(provider("${}"), "expected a name between ${ and }");
  tells("server: {tokens: ['$KEY']}", "expected ${NAME}, not $NAME");
  CHECK_FALSE(is_refused(provider("${KEY}")));
  CHECK_FALSE(is_refused(provider("a$KEY")));
  CHECK_FALSE(is_refused("sandbox: {env: {A: '${EMPTY}'}}"));
}

TEST_CASE("names that would change how commands are started are refused") {
  for (std::string name :
       {"LD_PRELOAD", "LD_LIBRARY_PATH", "BASH_ENV", "ENV", "IFS", "TMPDIR", "HOME", "PATH",
        "GIT_DIR", "GIT_CONFIG_COUNT", "GLIBC_TUNABLES", "SHELLOPTS", "BASH_FUNC_ls"}) {
    CAPTURE(name);
    CHECK(is_refused("sandbox:\n  env:\n    " + name + ": x"));
    tells("sandbox:\n  env:\n    " + name + ": x",
          "line 3: sandbox.env: expected other names" +
              std::string(name == "HOME" || name == "PATH" ? "" : ", not " + name));
  }
  CHECK(told_of("sandbox: {env: {GIT_AUTHOR_NAME: me, CC: clang, LANG: C}}").empty());
}

TEST_CASE("a word that is none of the few is told with those there are") {
  tells("sandbox: {mode: bubblewarp}",
        "expected auto, bubblewrap, landlock or off, not bubblewarp; did you mean bubblewrap?");
  tells("permission: {bash: dney}", "expected allow, ask or deny, not dney; did you mean deny?");
  tells("permission: {bash: {'*': dney, x: also}}", "permission.bash.x: expected allow");
  tells("providers: [{id: x, base_url: 'http://x', type: opnai}]", "did you mean openai?");
  tells("version: 2", "version: expected 1");
  tells("providers: [{id: antropic}]", "or did you mean the id anthropic?");
}
