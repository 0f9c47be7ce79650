#include "storage/config/config_loader.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::storage;
using namespace std::chrono_literals;

namespace {

proto::result<loaded_config> read(const std::string& text) {
  return read_config(text, "test.yaml", [](const std::string& name) {
    return name == "HOME" ? std::optional<std::string>("/home/me") : std::nullopt;
  });
}

proto::result<loaded_config> read_sandbox(const std::string& text) {
  return read("server: {tokens: [0123456789abcdef]}\nsandbox: {" + text + "}");
}

proto::sandbox_config sandbox_of(const std::string& text) {
  auto done = read_sandbox(text);
  REQUIRE_MESSAGE(done, done.failure().context);
  return done->config.sandbox;
}

std::string failure_of(const std::string& text) {
  auto done = read_sandbox(text);
  return done ? "" : done.failure().context;
}

} // namespace

TEST_CASE("every key of the sandbox reaches its value") {
  auto made = sandbox_of(R"(
    mode: landlock,
    path: [~/tools, /opt/x/bin],
    read: /srv/data,
    write: [~/.cache/ccache],
    env: {CC: clang, B: "${HOME}/b"},
    network: [builder, scout],
    limits: {
      memory: 4GiB, processes: 100, file_size: 512MiB, disk: 1TiB, tmp: 64M, shm: 1048576,
      time: 30, time_max: 90}
)");
  CHECK(made.mode == proto::sandbox_wish::landlock);
  CHECK(made.path == std::vector<std::string>{"/home/me/tools", "/opt/x/bin"});
  CHECK(made.read == std::vector<std::string>{"/srv/data"});
  CHECK(made.write == std::vector<std::string>{"/home/me/.cache/ccache"});
  CHECK(made.env == std::map<std::string, std::string>{{"CC", "clang"}, {"B", "/home/me/b"}});
  CHECK_FALSE(made.network);
  CHECK(made.network_agents == std::vector<proto::agent_id>{{"builder"}, {"scout"}});
  CHECK(made.limits.memory == uint64_t{4} << 30);
  CHECK(made.limits.processes == 100);
  CHECK(made.limits.file_size == uint64_t{512} << 20);
  CHECK(made.limits.disk == uint64_t{1} << 40);
  CHECK(made.limits.tmp == uint64_t{64} << 20);
  CHECK(made.limits.shm == uint64_t{1} << 20);
  CHECK(made.limits.time == 30s);
  CHECK(made.limits.time_max == 90s);
}

TEST_CASE("sizes may be spelt as people do") {
  constexpr std::pair<const char*, uint64_t> samples[] = {
      {"1073741824", uint64_t{1} << 30}, {"1048576K", uint64_t{1} << 30},
      {"1024MB", uint64_t{1} << 30},     {"1GiB", uint64_t{1} << 30},
      {"1G", uint64_t{1} << 30},         {"2TiB", uint64_t{2} << 40},
  };
  for (const auto& [text, expected] : samples) {
    CAPTURE(text);
    CHECK(sandbox_of(std::string("limits: {memory: ") + text + "}").limits.memory == expected);
  }
}

TEST_CASE("the network is for all, for nobody or for agents, and needs tokens") {
  CHECK(sandbox_of("network: true").network);
  CHECK_FALSE(sandbox_of("network: false").network);
  CHECK_FALSE(sandbox_of("").network);
  CHECK(sandbox_of("network: scout").network_agents == std::vector<proto::agent_id>{{"scout"}});
  for (const char* value : {"true", "scout", "[a, b]"}) {
    CAPTURE(value);
    auto without = read(std::string("sandbox: {network: ") + value + "}");
    REQUIRE_FALSE(without);
    CHECK(without.failure().context.find("server.tokens") != std::string::npos);
  }
}

TEST_CASE("a time beyond the usual bound raises it, unless that is given") {
  auto longer = sandbox_of("").limits.time_max + 1h;
  auto made = sandbox_of("limits: {time: " + std::to_string(longer.count()) + "}").limits;
  CHECK(made.time == longer);
  CHECK(made.time_max == longer);
}

TEST_CASE("a wrong value is an error that names its key and itself") {
  constexpr std::pair<const char*, const char*> samples[] = {
      {"mode: docker", "sandbox.mode: expected auto, bubblewrap, landlock or off, not docker"},
      {"limits: {memory: 4 GB}", "sandbox.limits.memory: expected a size from 16MiB to 1024TiB, "
                                 "such as 512MiB or 4GiB, not 4 GB"},
      {"limits: {memory: 15MiB}", "sandbox.limits.memory: expected a size from 16MiB"},
      {"limits: {disk: 1025TiB}", "such as 512MiB or 4GiB, not 1025TiB"},
      {"limits: {disk: 99999999999999T}", "not 99999999999999T"},
      {"limits: {tmp: -1}", "sandbox.limits.tmp: expected a size from 1MiB"},
      {"limits: {tmp: 4GiBs}", "not 4GiBs"},
      {"limits: {tmp: 4E}", "not 4E"},
      {"limits: {tmp: 1.5GiB}", "not 1.5GiB"},
      {"limits: {shm: [1]}", "sandbox.limits.shm: expected a size"},
      {"limits: {file_size: ''}", "sandbox.limits.file_size: expected a size"},
      {"limits: {processes: 7}", "sandbox.limits.processes: expected a whole number from 8 to "
                                 "1000000, not 7"},
      {"limits: {processes: many}", "not many"},
      {"limits: {time: 0}", "sandbox.limits.time: expected a whole number of seconds from 1 to "
                            "86400, not 0"},
      {"limits: {time: 60, time_max: 59}", "sandbox.limits.time_max: expected at least"},
      {"limits: 5", "sandbox.limits: expected a map"},
      {"path: [tools]", "sandbox.path: expected absolute paths, or ~/…, not tools"},
      {"read: [~other]", "sandbox.read: expected absolute paths, or ~/…, not ~other"},
      {"write: {a: b}", "sandbox.write: expected a list"},
      {"env: {A-B: c}", "sandbox.env: expected names of letters, digits and _, not A-B"},
      {"env: {1A: c}", "not 1A"},
      {"env: {PATH: /x}", "sandbox.path adds to PATH"},
      {"env: {HOME: /x}", "a command's home and temporary folder are its own"},
      {"env: [A]", "sandbox.env: expected a map of names to texts"},
      {"env: {A: \"b\\0c\"}", "sandbox.env: expected texts without NUL"},
  };
  for (const auto& [text, expected] : samples) {
    CAPTURE(text);
    auto failure = failure_of(text);
    CHECK_MESSAGE(failure.find(expected) != std::string::npos, failure);
  }
}

TEST_CASE("more paths than fit are an error") {
  std::string paths = "/a";
  for (size_t at = 1; at < proto::limits::sandbox_paths; ++at)
    paths += ", /a";
  CHECK(failure_of("read: [" + paths + "]").empty());
  CHECK(failure_of("read: [" + paths + ", /a]")
            .find("sandbox.read: expected at most 64 paths, not "
                  "65") != std::string::npos);
}

TEST_CASE("an unknown key of the sandbox is a warning with the nearest known one") {
  auto done = read("sandbox: {limits: {memry: 1GiB}, modes: off}");
  REQUIRE(done);
  REQUIRE(done->warnings.size() == 2);
  CHECK(done->warnings[0].find("did you mean sandbox.limits.memory?") != std::string::npos);
  CHECK(done->warnings[1].find("did you mean sandbox.mode?") != std::string::npos);
}
