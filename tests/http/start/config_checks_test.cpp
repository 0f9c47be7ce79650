#include "http/start/config_checks.hpp"

#include <doctest/doctest.h>

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
  CHECK(got.lines == lines{"config f line 3: permission.raed: there is no tool raed; did you mean "
                           "read?",
                           "config f line 4: permission.xyzzy: there is no tool xyzzy"});
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
  for (std::string host : {"0.0.0.0", "'::'", "'[::]'", "192.168.1.2", "kodad.example"}) {
    CAPTURE(host);
    auto got = check("server:\n  host: " + host);
    CHECK_FALSE(got.is_taken);
    REQUIRE(got.lines.size() == 1);
    CHECK(got.lines[0].starts_with("config f line 2: server.host: "));
    CHECK(got.lines[0].find("configure server.tokens first") != std::string::npos);
    CHECK(check("server: {tokens: [0123456789abcdef], host: " + host + "}").is_taken);
  }
  for (std::string host : {"127.0.0.2", "'::1'", "'[::1]'", "localhost"})
    CHECK(check("server: {host: " + host + "}").is_taken);
  options given;
  given.host = "127.0.0.1";
  CHECK(check("server: {host: 0.0.0.0}", given).is_taken);
}

TEST_CASE("what only the program can tell is told with all else") {
  auto got = check("server:\n  host: 0.0.0.0\n  port: x\ndefault_agent: nobody\n"
                   "default_model: sim/x\npermission: {raed: ask}");
  CHECK_FALSE(got.is_taken);
  CHECK(got.lines.size() == 5);
}
