#include "http/start/options.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::http;

namespace {

using arguments = std::vector<std::string>;

options good(const arguments& given) {
  auto parsed = parse_options(given);
  if (auto* exit = std::get_if<early_exit>(&parsed))
    FAIL(exit->text);
  return std::get<options>(parsed);
}

early_exit leaves(const arguments& given) {
  auto parsed = parse_options(given);
  REQUIRE(std::holds_alternative<early_exit>(parsed));
  return std::get<early_exit>(parsed);
}

} // namespace

TEST_CASE("no arguments leave everything to the configuration") {
  auto given = good({});
  CHECK_FALSE(given.port.has_value());
  CHECK_FALSE(given.host.has_value());
  CHECK(given.workspaces.empty());
}

TEST_CASE("all options are read") {
  auto given = good({"--port", "4100", "--host=::1", "--config", "c.yaml", "--state-dir", "/s/../t",
                     "--workspace", "/one", "--workspace", "two"});
  CHECK(given.port == 4100);
  CHECK(given.host == "::1");
  CHECK(given.config_file == "c.yaml");
  CHECK(given.state_folder == "/s/../t");
  CHECK(given.workspaces == std::vector<std::string>{"/one", "two"});
}

TEST_CASE("a value may stand behind = or by itself") {
  CHECK(good({"--port=4100"}).port == 4100);
  CHECK(good({"--port", "4100"}).port == 4100);
  CHECK(good({"--default-port", "4100"}).default_port == 4100);
  CHECK_FALSE(good({"--default-port", "4100"}).port.has_value());
}

TEST_CASE("help and version are answers") {
  CHECK(leaves({"--help"}).text.find("Examples:") != std::string::npos);
  CHECK(leaves({"--help-config"}).code == 0);
  CHECK(leaves({"--help-config"}).text.find("| `server.port` |") != std::string::npos);
  CHECK(leaves({"--help"}).code == 0);
  for (const char* option : {"--port", "--host", "--config", "--state-dir", "--workspace"})
    CHECK(leaves({"--help"}).text.find(option) != std::string::npos);
  for (const char* code : {"0 ", "1 ", "2 ", "70 "})
    CHECK(leaves({"--help"}).text.find("\n  " + std::string(code)) != std::string::npos);
  CHECK(leaves({"--version"}).text.starts_with("kodad "));
  CHECK_FALSE(leaves({"--version"}).text.ends_with('\n'));
  CHECK(leaves({"--version"}).code == 0);
}

TEST_CASE("a mistake is one line and exit code 2") {
  const std::pair<arguments, const char*> samples[] = {
      {{"--prot", "1"}, "unknown option --prot, did you mean --port?"},
      {{"--workspaces=/x"}, "unknown option --workspaces=/x, did you mean --workspace?"},
      {{"-port", "1"}, "unknown option -port, did you mean --port?"},
      {{"--state", "x"}, "unknown option --state, did you mean --state-dir?"},
      {{"--zzz"}, "unknown option --zzz ("},
      {{"-p", "1"}, "-p"},
      {{"--port", "70000"}, "--port wants a number from 0 to 65535, not 70000"},
      {{"--port", "-1"}, "--port wants a number from 0 to 65535"},
      {{"--port", ""}, "--port wants a number from 0 to 65535"},
      {{"--port="}, "--port wants a number from 0 to 65535"},
      {{"--port", "1", "--port", "2"}, "--port stands twice"},
      {{"--port=1", "--port=2"}, "--port stands twice"},
      {{"--host", "a", "--host", "b"}, "--host stands twice"},
      {{"--port", "0x"}, "--port wants a number from 0 to 65535, not 0x"},
      {{"--port", "abc"}, "--port wants a number from 0 to 65535, not abc"},
      {{"--port"}, "--port wants a number from 0 to 65535"},
      {{"--default-port", "abc"}, "--default-port wants a number from 0 to 65535, not abc"},
      {{"--host", "--port", "1"}, "--host wants an address, not --port"},
      {{"--config", "--help"}, "--config wants a file, not --help"},
      {{"--config"}, "--config wants a file"},
      {{"serve"}, "unexpected argument serve"},
      {{"--workspace", "/x", "/y"}, "unexpected argument /y"},
      {{"--workspace"}, "--workspace wants a folder"},
      {{"--help=all"}, "--help wants no value"},
      {{"--version=1"}, "--version wants no value"},
      {{"--port", "sk-ant-api03-abcdef"}, "not ***"},
      {{"sk-ant-api03-abcdef"}, "unexpected argument ***"},
  };
  for (const auto& [given, named] : samples) {
    auto exit = leaves(given);
    CAPTURE(exit.text);
    CHECK(exit.code == 2);
    CHECK(exit.text.find(named) != std::string::npos);
    CHECK(exit.text.find('\n') == std::string::npos);
  }
}

TEST_CASE("nobody else gets in without a token") {
  options given;
  proto::config config;
  CHECK(*choose_host(given, config) == "127.0.0.1");
  for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "localhost"}) {
    given.host = host;
    CAPTURE(host);
    CHECK(choose_host(given, config));
  }
  given.host = "[::1]";
  CHECK(*choose_host(given, config) == "::1");
  for (const char* host : {"0.0.0.0", "::", "192.168.1.2", "127.999.0.1", "[::2]", "4100", ""}) {
    given.host = host;
    CAPTURE(host);
    CHECK_FALSE(choose_host(given, config));
  }
  const std::pair<const char*, const char*> faults[] = {
      {"4100", "--host: expected a name or an address, such as 127.0.0.1, not 4100"},
      {"http://0.0.0.0", "without http://"},
      {"127.0.0.1:80", "without its port, which is --port's"},
      {"*", "not *"},
      {"0", "not 0"},
      {"a b", "not a b"},
      {"0.0.0.0", "--host 0.0.0.0 lets others in"},
  };
  for (const auto& [host, part] : faults) {
    given.host = host;
    auto chosen = choose_host(given, config);
    REQUIRE_FALSE(chosen);
    CHECK(chosen.failure().context.find(part) != std::string::npos);
  }
  for (const char* host : {"kodad.example", "fe80::1%eth0"}) {
    given.host = host; // What it stands for shows when it is looked up.
    CHECK(choose_host(given, config));
  }
  config.server.tokens = {"0123456789abcdef"};
  given.host = "0.0.0.0";
  CHECK(*choose_host(given, config) == "0.0.0.0");
}
