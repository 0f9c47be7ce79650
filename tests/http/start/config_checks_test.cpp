#include "http/start/config_checks.hpp"

#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace kodad;
using namespace kodad::http;

namespace {

struct outcome {
  bool is_taken = false;
  std::vector<std::string> lines;
};

outcome check(const std::string& text, const options& given = {}, bool is_first = true) {
  storage::other_findings others;
  auto nothing = [](const std::string&) { return std::nullopt; };
  auto done = storage::read_config(text, "f", nothing, &others,
                                   [&](const proto::config& config, storage::findings& into) {
                                     check_config(config, {given, 100'000, is_first}, into);
                                   });
  if (done)
    return {true, done->warnings};
  others.push_back(done.failure().context);
  return {false, others};
}

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("a rule for a tool that there is not is told, with the nearest name") {
  auto got = check("permission:\n  bash: ask\n  raed: {'*': deny}\n  xyzzy: deny");
  CHECK(got.is_taken);
  REQUIRE(got.lines.size() == 2);
  CHECK(got.lines[0] ==
        "config f line 3: permission.raed: there is no tool raed; did you mean read?");
  CHECK(got.lines[1].starts_with("config f line 4: permission.xyzzy: there is no tool xyzzy; "
                                 "there are "));
  CHECK(check("permission: {'*': ask, 'w*': deny}").lines.empty());
  CHECK(check("permission: {'x*': deny}").lines.size() == 1);
}

TEST_CASE("a default agent that is nobody is refused before there is a state") {
  auto got = check("default_agent: enginer");
  CHECK_FALSE(got.is_taken);
  CHECK(got.lines ==
        lines{"config f line 1: default_agent: there is no agent enginer; did you mean "
              "engineer?"});
  CHECK(check("default_agent: mine", {}, false).is_taken);
  CHECK(check("default_agent: [a]").lines.size() == 1);
}

TEST_CASE("a configured host that lets others in needs tokens") {
  for (std::string host : {"0.0.0.0", "'::'", "'[::]'", "192.168.1.2"}) {
    CAPTURE(host);
    auto got = check("server:\n  host: " + host);
    CHECK_FALSE(got.is_taken);
    REQUIRE(got.lines.size() == 1);
    CHECK(got.lines[0].starts_with("config f line 2: server.host: "));
    CHECK(got.lines[0].find("configure server.tokens first") != std::string::npos);
    CHECK(check("server: {tokens: [0123456789abcdef], host: " + host + "}").is_taken);
  }
  for (std::string host : {"127.0.0.2", "'::1'", "'[::1]'", "localhost", "kodad.example"})
    CHECK(check("server: {host: " + host + "}").is_taken);
  options given;
  given.host = "127.0.0.1";
  CHECK(check("server: {host: 0.0.0.0}", given).is_taken);
}

TEST_CASE("a tool of another program is told with ours") {
  const std::pair<std::string, std::string> samples[] = {
      {"shell", "did you mean bash?"},
      {"Bash", "did you mean bash?"},
      {"apply_patch", "did you mean edit?"},
      {"'Bash(git *)'", "below their tool: bash: {\"git *\": …}"},
      {"external_directory", "allowed_paths"},
      {"all", "* stands for all"},
  };
  for (const auto& [tool, part] : samples) {
    auto got = check("permission: {" + tool + ": ask}");
    CHECK(got.is_taken);
    REQUIRE(got.lines.size() == 1);
    CHECK(got.lines[0].find(part) != std::string::npos);
  }
  CHECK(check("permission: {raed: maybe}").lines.size() == 1);
}

TEST_CASE("who names no model of a provider hears that the simulation answers") {
  auto got = check("version: 1\nproviders:\n- {id: a, base_url: 'http://h'}");
  CHECK(got.is_taken);
  REQUIRE(got.lines.size() == 1);
  CHECK(got.lines[0].starts_with("config f line 3: default_model: there is none"));
  CHECK(check("providers: [{id: a, base_url: 'http://h', models: [{id: m}]}]").lines.empty());
}

TEST_CASE("a key of kodad's own in the environment of commands is told") {
  constexpr const char* text = "server: {tokens: [0123456789abcdef]}\n"
                               "providers: [{id: a, base_url: 'http://h', api_key: k1,\n"
                               "  models: [{id: m}]}]\n"
                               "sandbox:\n  env:\n    A: k1\n    B: 0123456789abcdef\n    C: k\n";
  auto got = check(text);
  CHECK(got.is_taken);
  REQUIRE(got.lines.size() == 2);
  CHECK(got.lines[0].starts_with("config f line 6: sandbox.env.A: gives commands"));
  CHECK(got.lines[0].ends_with("the key of a"));
  CHECK(got.lines[1].starts_with("config f line 7: sandbox.env.B: gives commands"));
}

TEST_CASE("the state lies out of reach of what is configured") {
  tests::temp_dir at;
  auto root = std::filesystem::canonical(at.path()).string();
  std::filesystem::create_directories(root + "/state/deep");
  std::filesystem::create_directories(root + "/other");
  auto told_of = [&root](const std::string& text) {
    storage::other_findings others;
    auto nothing = [](const std::string&) { return std::nullopt; };
    auto done = storage::read_config(
        text, "f", nothing, &others, [&root](const proto::config& config, storage::findings& into) {
          check_config(config, {{}, 100'000, true, root + "/state"}, into);
        });
    others.push_back(done ? "taken" : done.failure().context);
    return others;
  };
  for (std::string key : {"allowed_paths", "sandbox: {read", "sandbox: {write", "sandbox: {path"}) {
    auto end = key.starts_with("sandbox") ? "]}" : "]";
    auto name = key.starts_with("sandbox") ? "sandbox." + key.substr(10) : key;
    for (const auto& path : {root, root + "/state", root + "/state/deep"}) {
      auto told = told_of("version: 1\n" + key + ": [" + root + "/other,\n " + path + end);
      INFO(told.back());
      REQUIRE(told.size() == 1);
      CHECK(told[0].starts_with("config f line 3: " + name + "[1]: the state folder "));
      CHECK(told[0].find("--state-dir DIR") != std::string::npos);
    }
    CHECK(told_of(key + ": [" + root + "/other" + end) == lines{"taken"});
  }
}

TEST_CASE("what only the program can tell is told with all else") {
  auto got = check("server:\n  host: 0.0.0.0\n  port: x\ndefault_agent: nobody\n"
                   "default_model: sim/x\npermission: {raed: ask}");
  CHECK_FALSE(got.is_taken);
  CHECK(got.lines.size() == 5);
}
