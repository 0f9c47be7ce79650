#include "tests/actors/catalog/catalog_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using namespace kodad::test;

TEST_CASE_FIXTURE(catalog_fixture, "models are completed by the metadata whenever it changes") {
  zeta->list.models = {make_model("zeta", "m"), make_model("zeta", "unknown")};
  zeta->list.models[0].context_size = 77;
  add("zeta", zeta);
  open();
  run();
  CHECK(heard->models[0].cost_input == 0);
  auto times = heard->times;

  tell(facts_of({"zeta"}));
  CHECK(heard->times == times + 1);
  CHECK(heard->models[0].cost_input == 3);
  CHECK(heard->models[0].context_size == 77);
  CHECK(heard->models[0].variants.size() == 3);
  CHECK(heard->models[1].cost_input == 0);
  tell(facts_of({"zeta"}));
  CHECK(heard->times == times + 1);
  tell(facts_of({"zeta"}, 4));
  CHECK(heard->models[0].cost_input == 4);
  CHECK(ask<proto::model_list>(proto::list_models{})->models[0].cost_input == 4);
}

TEST_CASE_FIXTURE(catalog_fixture, "a vendor is found by the address, too") {
  zeta->list.models = {make_model("mine", "m")};
  add("mine", zeta);
  entries[0].base_url = "https://zeta.example/v1";
  open();
  run();
  tell(facts_of({"zeta"}));

  CHECK(heard->models[0].cost_input == 3);
}

TEST_CASE_FIXTURE(catalog_fixture, "a vendor that never answered is shown as the metadata has it") {
  zeta->breaks = true;
  add("zeta", zeta);
  entries[0].configured = {make_model("zeta", "own")};
  entries[0].has_key = true;
  names expected{"zeta/own"};
  SUBCASE("its address is the vendor's by default") {
    expected.insert(expected.begin(), "zeta/m");
  }
  SUBCASE("its address is the vendor's") {
    entries[0].base_url = "https://zeta.example/v1/";
    expected.insert(expected.begin(), "zeta/m");
  }
  SUBCASE("a configured model stands once") {
    entries[0].configured.push_back(make_model("zeta", "m"));
    entries[0].configured.back().context_size = 5;
    expected.insert(expected.begin(), "zeta/m");
  }
  SUBCASE("not without a key") {
    entries[0].has_key = false;
  }
  SUBCASE("not at another address") {
    entries[0].base_url = "http://127.0.0.1:8000/v1";
  }
  open();
  run();
  tell(facts_of({"zeta"}));

  CHECK(ids() == expected);
  auto providers = ask<proto::provider_list>(proto::list_providers{});
  CHECK(providers->providers[0].error.has_value());
  CHECK(providers->providers[0].model_count == static_cast<int64_t>(expected.size()));

  zeta->breaks = false;
  REQUIRE(ask<proto::model_list>(proto::refresh_models{}));
  CHECK(ids() == names{"zeta/a", "zeta/b"});
  zeta->breaks = true;
  REQUIRE_FALSE(ask<proto::model_list>(proto::refresh_models{}));
  CHECK(ids() == names{"zeta/a", "zeta/b"});
}

TEST_CASE_FIXTURE(catalog_fixture, "a refresh asks for the metadata as well") {
  zeta->list.models = {make_model("zeta", "m")};
  add("zeta", zeta);
  add_metadata();
  open();
  run();
  CHECK(facts->refreshed == 0);
  facts->now = {facts_of({"zeta"}), std::nullopt, true};
  auto got = ask<proto::model_list>(proto::refresh_models{});

  REQUIRE(got);
  CHECK(facts->refreshed == 1);
  CHECK(got->models[0].cost_input == 3);
  CHECK(got->failures.empty());
}

TEST_CASE_FIXTURE(catalog_fixture,
                  "metadata that could not be refreshed is named and fails nothing") {
  add("zeta", zeta);
  add_metadata();
  open();
  run();
  facts->now = {facts_of({"zeta"}), "status 500", false};
  auto got = ask<proto::model_list>(proto::refresh_models{});

  REQUIRE(got);
  REQUIRE(got->failures.size() == 1);
  CHECK(got->failures[0].provider_id == "models.dev");
  CHECK(got->failures[0].message == "status 500");
  auto providers = ask<proto::provider_list>(proto::list_providers{});
  REQUIRE(providers->providers.size() == 2);
  CHECK(providers->providers[1].id == "models.dev");
  CHECK(providers->providers[1].error == "status 500");
  CHECK_FALSE(providers->providers[1].active);

  tell(facts_of({"zeta"}));
  CHECK(ask<proto::provider_list>(proto::list_providers{})->providers.size() == 1);
}

TEST_CASE_FIXTURE(catalog_fixture, "a refresh fails only when neither list nor metadata is fresh") {
  zeta->breaks = true;
  add("zeta", zeta);
  add_metadata();
  open();
  run();
  facts->now = {facts_of({}), std::nullopt, true};
  auto got = ask<proto::model_list>(proto::refresh_models{});
  REQUIRE(got);
  REQUIRE(got->failures.size() == 1);
  CHECK(got->failures[0].provider_id == "zeta");

  facts->now.was_refreshed = false; // For example: there is nobody to ask.
  auto failed = ask<proto::model_list>(proto::refresh_models{});
  REQUIRE_FALSE(failed);
  CHECK(failed.failure().code == proto::ec::provider_failed);
}

TEST_CASE_FIXTURE(catalog_fixture, "two refreshes at once ask for the metadata once") {
  add("zeta", zeta);
  add_metadata();
  open();
  auto first = self->request(catalog, caf::infinite, proto::refresh_models{});
  auto second = self->request(catalog, caf::infinite, proto::refresh_models{});
  run();

  int answers = 0;
  for (auto* reply : {&first, &second})
    reply->receive([&answers](proto::model_list&) { ++answers; },
                   [](const caf::error&) { FAIL("no list"); });
  CHECK(answers == 2);
  CHECK(facts->refreshed == 1);
}
