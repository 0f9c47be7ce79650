#include "http/start/agents.hpp"

#include "storage/agent_store.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using http::load_agents;

namespace {

storage::loaded_config config_of(const std::string& text) {
  auto out = storage::read_config(text, "f", [](const std::string&) { return std::nullopt; });
  REQUIRE(out);
  return *out;
}

storage::loaded_config with_default(const std::string& agent) {
  return config_of("default_agent: '" + agent + "'");
}

} // namespace

TEST_CASE("a default agent that is nobody is refused with the nearest name") {
  CHECK(load_agents(with_default("engineer"), nullptr)->size() > 1);
  auto near = load_agents(with_default("enginer"), nullptr);
  REQUIRE_FALSE(near);
  CHECK(near.failure().context ==
        "config f line 1: default_agent: there is no agent enginer; did you mean engineer?");
  auto far = load_agents(with_default("xyzzy"), nullptr);
  REQUIRE_FALSE(far);
  CHECK(far.failure().context == "config f line 1: default_agent: there is no agent xyzzy");
}

TEST_CASE("an agent that was made over HTTP may be the default") {
  tests::temp_dir at;
  auto state = storage::database::open({at.path(), 1 << 20});
  REQUIRE(state);
  CHECK_FALSE(load_agents(with_default("mine"), state->get()));
  proto::agent mine;
  mine.id = proto::agent_id{"mine"};
  std::array<storage::write_batch, 1> batch;
  storage::agent_store::put(batch[0], mine);
  REQUIRE((*state)->commit(batch)[0]);
  auto known = load_agents(with_default("mine"), state->get());
  REQUIRE(known);
  CHECK(known->back().id.text == "mine");
}

TEST_CASE("an agent with network that is not there yet is told, with the nearest name") {
  auto loaded = config_of("server: {tokens: [0123456789abcdef]}\nsandbox:\n  network: [enginer]");
  auto told = http::unknown_agents(loaded, *load_agents(loaded, nullptr));
  REQUIRE(told.size() == 1);
  CHECK(told[0] == "config f line 3: sandbox.network: there is no agent enginer so far; it has the "
                   "network as soon as somebody makes it; did you mean engineer?");
}
