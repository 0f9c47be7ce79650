#include "http/options.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

using namespace kodad;
using namespace kodad::http;

namespace {

namespace fs = std::filesystem;

using arguments = std::vector<std::string>;

struct temporary_folder {
  temporary_folder() {
    char name[] = "/tmp/kodad-options-XXXXXX";
    path = fs::canonical(mkdtemp(name)).string();
  }
  ~temporary_folder() { fs::remove_all(path); }

  std::string path;
};

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
  temporary_folder one;
  temporary_folder two;
  auto given =
      good({"--port", "4100", "--host=::1", "--config", "/c.yaml", "--state-dir", "/s/../t",
            "--workspace", one.path, "--workspace", two.path, "--workspace", one.path + "/."});
  CHECK(given.port == 4100);
  CHECK(given.host == "::1");
  CHECK(given.config_file == "/c.yaml");
  CHECK(given.state_folder == "/t");
  CHECK(given.workspaces == std::vector<std::string>{one.path, two.path});
}

TEST_CASE("help and version are answers") {
  CHECK(leaves({"--help"}).code == 0);
  for (const char* option : {"--port", "--host", "--config", "--state-dir", "--workspace"})
    CHECK(leaves({"--help"}).text.find(option) != std::string::npos);
  CHECK(leaves({"--version"}).text.starts_with("kodad "));
  CHECK(leaves({"--version"}).code == 0);
}

TEST_CASE("a mistake is one line and exit code 2") {
  const std::pair<arguments, const char*> samples[] = {
      {{"--prot", "1"}, "--prot"},
      {{"--port", "70000"}, "--port"},
      {{"--port", "x"}, "--port"},
      {{"--port"}, "--port"},
      {{"serve"}, "serve"},
      {{"--workspace", "/no/such"}, "/no/such"},
      {{"--workspace", "/etc/passwd"}, "/etc/passwd"},
      {{"--state-dir", ""}, "--state-dir"},
  };
  for (const auto& [given, named] : samples) {
    auto exit = leaves(given);
    CAPTURE(exit.text);
    CHECK(exit.code == 2);
    CHECK(exit.text.find(named) != std::string::npos);
    CHECK(std::count(exit.text.begin(), exit.text.end(), '\n') == 1);
  }
}

TEST_CASE("nobody else gets in without a token") {
  options given;
  proto::config config;
  CHECK(*choose_host(given, config) == "127.0.0.1");
  for (const char* host : {"0.0.0.0", "::", "192.168.1.2", "example.com", "127.evil.com", ""}) {
    given.host = host;
    CAPTURE(host);
    CHECK_FALSE(choose_host(given, config));
  }
  config.server.tokens = {"0123456789abcdef"};
  given.host = "0.0.0.0";
  CHECK(*choose_host(given, config) == "0.0.0.0");
}

TEST_CASE("the state lies outside of every workspace") {
  temporary_folder workspace;
  options given;
  const auto inside = workspace.path + "/state/not/there/yet";
  CHECK(check_state_folder(given, inside, {workspace.path})->find("lies inside") !=
        std::string::npos);
  given.state_folder = inside;
  CHECK_FALSE(check_state_folder(given, inside, {"/else", workspace.path}));
  CHECK_FALSE(check_state_folder(given, workspace.path, {workspace.path}));
  CHECK(check_state_folder(given, workspace.path + "-state", {workspace.path})->empty());

  temporary_folder elsewhere;
  fs::create_directory_symlink(workspace.path, elsewhere.path + "/link");
  CHECK_FALSE(check_state_folder(given, elsewhere.path + "/link/state", {workspace.path}));
}
