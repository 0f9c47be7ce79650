#include "storage/host/sandbox/tool_chains.hpp"

#include "tests/storage/host/sandbox/fixture.hpp"

#include <algorithm>

using namespace kodad::storage::host;

namespace {

/// A home folder with tools, and with what lies beside them.
struct home_place {
  home_place() {
    for (const auto* each : {".cargo/bin", ".cargo/registry", ".local/bin", ".nvm", "bin", ".ssh"})
      std::filesystem::create_directories(folder.path(each));
    write_text(folder.path(".cargo/credentials.toml"), "SECRET");
    write_text(folder.path(".npmrc"), "SECRET");
    write_text(folder.path(".local/bin/tool"), "#!/bin/sh\necho a tool\n");
    std::filesystem::permissions(folder.path(".local/bin/tool"), std::filesystem::perms(0755));
  }

  temporary_folder folder;
  scoped_variable home{"HOME", folder.path()};
  scoped_variable path{"PATH", folder.path("bin") + ":" + folder.path(".local/bin") +
                                   ":relative::/usr/bin:/bin:" + folder.path(".local/bin")};
};

bool holds(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

std::string value_of(const tool_chains& chains, const std::string& name) {
  for (const auto& each : chains.environment)
    if (each.starts_with(name + "="))
      return each.substr(name.size() + 1);
  return "";
}

} // namespace

TEST_CASE("tools of the home folder are shown, what lies beside them is not") {
  home_place at;
  auto found = find_tool_chains({});
  std::vector<std::string> expected;
  for (const auto* each : {".cargo/bin", ".cargo/registry", ".local/bin", ".nvm"})
    expected.push_back(at.folder.path(each));
  CHECK(found.shown == expected);
  CHECK(value_of(found, "CARGO_HOME") == at.folder.path(".cargo"));
  CHECK(value_of(found, "NVM_DIR") == at.folder.path(".nvm"));
  CHECK(value_of(found, "RUSTUP_HOME").empty());
}

TEST_CASE("PATH has the configured folders first, each once, and none that cannot be seen") {
  home_place at;
  std::filesystem::create_directory(at.folder.path("first"));
  auto path = value_of(find_tool_chains({at.folder.path("first")}), "PATH");
  auto tools = at.folder.path(".local/bin");
  CHECK(path.starts_with(at.folder.path("first") + ":" + tools + ":/usr/bin:"));
  CHECK((":" + path + ":").find(":" + at.folder.path("bin") + ":") == std::string::npos);
  CHECK(path.find("relative") == std::string::npos);
  CHECK(path.find(tools) == path.rfind(tools));
  CHECK(path.find(at.folder.path(".cargo/bin")) != std::string::npos);
  CHECK(path.find("/usr/sbin") != std::string::npos);
}

TEST_CASE("without a home there are the system's programs") {
  scoped_variable home("HOME", "");
  scoped_variable path("PATH", "");
  auto found = find_tool_chains({});
  CHECK(found.shown.empty());
  CHECK(value_of(found, "PATH").find("/usr/bin") != std::string::npos);
  CHECK(found.environment.size() == 1);
}

TEST_CASE("a tool chain that is a link is shown where it really is") {
  home_place at;
  temporary_folder elsewhere;
  std::filesystem::create_directory_symlink(elsewhere.path(), at.folder.path(".pyenv"));
  auto found = find_tool_chains({});
  CHECK(holds(found.shown, elsewhere.path()));
  CHECK_FALSE(holds(found.shown, at.folder.path(".pyenv")));
}

TEST_CASE("in the sandbox a tool of the home folder runs, and passwords beside it are hidden") {
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    home_place home;
    sandbox_place at(wish);
    if (!at.works)
      continue;
    auto done =
        at.run("tool; cat $CARGO_HOME/credentials.toml " + home.folder.path(".npmrc") +
               "; (echo EVIL > " + home.folder.path(".local/bin/tool") + ") || echo refused");
    CHECK(done.output == "a tool\nrefused\n");
  }
}
