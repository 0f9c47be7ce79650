#include "http/start/agents.hpp"

#include "storage/agent_store.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace kodad;
using http::load_agents;

TEST_CASE("a default agent that is nobody is refused with the nearest name") {
  CHECK(load_agents(proto::agent_id{"engineer"}, nullptr)->size() > 1);
  auto near = load_agents(proto::agent_id{"enginer"}, nullptr);
  REQUIRE_FALSE(near);
  CHECK(near.failure().context ==
        "default_agent: there is no agent enginer, did you mean engineer?");
  auto far = load_agents(proto::agent_id{"xyzzy"}, nullptr);
  REQUIRE_FALSE(far);
  CHECK(far.failure().context == "default_agent: there is no agent xyzzy");
  CHECK_FALSE(load_agents(proto::agent_id{""}, nullptr));
}

TEST_CASE("an agent that was made over HTTP may be the default") {
  tests::temp_dir at;
  auto state = storage::database::open({at.path(), 1 << 20});
  REQUIRE(state);
  CHECK_FALSE(load_agents(proto::agent_id{"mine"}, state->get()));
  proto::agent mine;
  mine.id = proto::agent_id{"mine"};
  std::array<storage::write_batch, 1> batch;
  storage::agent_store::put(batch[0], mine);
  REQUIRE((*state)->commit(batch)[0]);
  auto known = load_agents(proto::agent_id{"mine"}, state->get());
  REQUIRE(known);
  CHECK(known->back().id.text == "mine");
}
