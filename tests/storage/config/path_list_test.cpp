#include "storage/config/config_loader.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace kodad;
using namespace kodad::storage;

namespace {

namespace fs = std::filesystem;

/// A home folder with a file, a folder and a pipe in it.
struct world {
  world() {
    fs::create_directories(home + "/folder");
    std::ofstream(home + "/file") << "x";
    ::mkfifo((home + "/pipe").c_str(), 0600);
  }

  proto::result<loaded_config> read(const std::string& text) const {
    return read_config("sandbox: {" + text + "}", config_file, [this](const std::string& name) {
      return name == "HOME" ? std::optional(home) : std::nullopt;
    });
  }

  std::string failure_of(const std::string& text) const {
    auto done = read(text);
    return done ? "" : done.failure().context;
  }

  /// What is told of a text that is taken.
  std::string told_of(const std::string& text) const {
    auto done = read(text);
    REQUIRE_MESSAGE(done, done.failure().context);
    std::string out;
    for (const auto& line : done->warnings)
      out += line + "\n";
    return out;
  }

  tests::temp_dir root;
  std::string home = fs::canonical(root.path()).string() + "/home";
  std::string config_file = home + "/config.yaml";
};

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  bool found = text.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

} // namespace

TEST_CASE("what is there is taken without a word") {
  world at;
  CHECK(at.told_of("read: [~/folder, ~/file], write: ~/folder/, path: [~/folder]") == "");
}

TEST_CASE("what is not there is a warning with its line and a way out") {
  world at;
  for (std::string key : {"read", "write", "path"}) {
    auto told = at.told_of("\n  " + key + ": [/no/such/place]");
    has(told, "line 2: sandbox." + key + ": /no/such/place: No such file or directory");
    has(told, "or take it out");
  }
}

TEST_CASE("what can never be shown, or would show too much, is a mistake") {
  world at;
  std::ofstream(at.config_file) << "x";
  const std::pair<std::string, std::string> samples[] = {
      {"read: [/]", "sandbox.read: / would show commands everything"},
      {"read: /etc", "/etc holds the system's passwords"},
      {"write: [/usr]", "/usr holds the system's programs"},
      {"read: [/tmp]", "each command has of its own"},
      {"read: [/proc/self]", "each command has of its own"},
      {"write: [/dev]", "each command has of its own"},
      {"path: [~/file]", "sandbox.path: expected folders; " + at.home + "/file is none"},
      {"read: [~/pipe]", "expected files or folders; " + at.home + "/pipe is neither"},
      {"read: ['~']", "holds this file"},
      {"read: ['']", "expected absolute paths, or ~/…, not an empty text"},
      {"read: [folder]", "expected absolute paths, or ~/…, not folder"},
      {"read: [~]", "a lone ~ is one, too: quote it"},
      {"path: ['/a:/b']", "without the : that PATH has"},
  };
  for (const auto& [text, expected] : samples) {
    CAPTURE(text);
    has(at.failure_of(text), expected);
  }
  fs::remove(at.config_file);
  has(at.failure_of("write: ['~']"), "holds the home folder");
  has(at.told_of("read: ['~']"), "holds the home folder");
}

TEST_CASE("a link is judged by what it leads to") {
  world at;
  fs::create_symlink("/", at.home + "/link");
  has(at.failure_of("read: [~/link]"), at.home + "/link (/) would show commands everything");
}

TEST_CASE("what gives away keys, or the system, is told") {
  world at;
  fs::create_directories(at.home + "/.ssh");
  for (std::string key : {"read", "write"})
    has(at.told_of(key + ": [~/.ssh]"), "sandbox." + key + ": " + at.home + "/.ssh gives commands");
  has(at.told_of("write: [/etc/passwd]"), "/etc/passwd is of the system");
  has(at.failure_of("write: [/var/lib]"), "/var/lib holds the system");
}

TEST_CASE("what stands twice is a warning") {
  world at;
  has(at.told_of("read: [~/folder, ~/file, ~/folder/.]"), "stands twice");
  has(at.told_of("read: [~/folder], write: [~/folder]"), "it is writable");
}
