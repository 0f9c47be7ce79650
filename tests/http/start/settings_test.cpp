#include "http/start/settings.hpp"

#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>

using namespace kodad::http;
using kodad::tests::temp_dir;

namespace {

namespace fs = std::filesystem;

/// A home with a configuration, a workspace beside it, and the environment that says so.
struct world {
  world() {
    fs::create_directories(home + "/.config/kodad");
    fs::create_directories(workspace);
    variables = {{"HOME", home}};
    given.workspaces = {workspace};
  }

  kodad::proto::result<start_settings> settle() const {
    return kodad::http::settle(given, [this](const std::string& name) {
      auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
  }

  void configure(const std::string& text) const { std::ofstream(config_file) << text; }

  temp_dir folder;
  std::string home = folder.path() + "/home";
  std::string workspace = folder.path() + "/workspace";
  std::string config_file = home + "/.config/kodad/config.yaml";
  std::map<std::string, std::string> variables;
  options given;
};

bool says(const auto& got, const std::string& text) {
  INFO((got ? "settled" : got.failure().context));
  bool fits = !got && got.failure().context.find(text) != std::string::npos;
  CHECK(fits);
  return fits;
}

} // namespace

TEST_CASE("the command line wins over the configuration") {
  world at;
  at.configure("version: 1\nserver: {port: 4200, host: '::1'}\n");
  auto configured = at.settle();
  REQUIRE(configured);
  CHECK(configured->port == 4200);
  CHECK(configured->host == "::1");
  CHECK(configured->state_folder == at.home + "/.local/state/kodad");
  at.given.port = 0;
  at.given.host = "127.0.0.1";
  at.given.state_folder = at.folder.path() + "/x/../state";
  auto chosen = at.settle();
  REQUIRE(chosen);
  CHECK(chosen->port == 0);
  CHECK(chosen->host == "127.0.0.1");
  CHECK(chosen->state_folder == at.folder.path() + "/state");
}

TEST_CASE("no configuration is fine, one out of reach is not") {
  world at;
  CHECK(at.settle());
  at.variables.erase("HOME");
  CHECK(says(at.settle(), "neither XDG_STATE_HOME nor HOME is set"));
  at.variables["HOME"] = at.home;
  fs::create_symlink("/no/such", at.config_file);
  CHECK(says(at.settle(), at.config_file));
  at.given.config_file = "";
  CHECK(says(at.settle(), "--config wants a path"));
  at.given.config_file = at.folder.path() + "/missing";
  CHECK(says(at.settle(), "missing"));
  at.given.config_file = at.home;
  CHECK(says(at.settle(), at.home));
}

TEST_CASE("allowed paths are followed, checked, and missed aloud") {
  world at;
  fs::create_directories(at.folder.path() + "/more");
  at.configure("version: 1\nallowed_paths: [" + at.folder.path() + "/more, /no/such]\n");
  auto settled = at.settle();
  REQUIRE(settled);
  CHECK(settled->allowed_paths.size() == 1);
  REQUIRE(settled->warnings.size() == 1);
  CHECK(settled->warnings[0].find("/no/such") != std::string::npos);
  at.configure("version: 1\nallowed_paths: [" + at.home + "]\n");
  CHECK(says(at.settle(), "inside the allowed path"));
}

TEST_CASE("a workspace that holds the default state and configuration is warned of") {
  world at;
  at.given.workspaces = {at.home};
  auto settled = at.settle();
  REQUIRE(settled);
  REQUIRE(settled->warnings.size() == 2);
  CHECK(settled->warnings[0].find("lies inside the workspace") != std::string::npos);
  CHECK(settled->warnings[1].find("config.yaml so far: ") != std::string::npos);
  at.given.state_folder = at.home + "/state";
  CHECK(says(at.settle(), "lies inside the workspace"));
}
