#include "tests/actors/catalog/catalog_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;
using namespace kodad::test;

TEST_CASE_FIXTURE(catalog_fixture, "models of all providers stand sorted by provider and name") {
  alpha->list.models = {make_model("alpha", "x")};
  add("zeta", zeta);
  add("alpha", alpha);
  open();
  run();

  CHECK(ids() == names{"alpha/x", "zeta/a", "zeta/b"});
  CHECK(heard->ids == names{"alpha/x", "zeta/a", "zeta/b"});
}

TEST_CASE_FIXTURE(catalog_fixture, "configured models are known before a silent provider answers") {
  zeta->is_silent = true;
  add("zeta", zeta);
  entries[0].configured = {make_model("zeta", "own")};
  open();
  auto reply = self->request(catalog, caf::infinite, proto::list_models{});
  run();

  reply.receive([](proto::model_list& got) { CHECK(got.models.size() == 1); },
                [](const caf::error&) { FAIL("no list"); });
  CHECK(heard->ids == names{"zeta/own"});
}

TEST_CASE_FIXTURE(catalog_fixture, "a refresh tells the listeners before it answers") {
  add("zeta", zeta);
  open();
  run();
  zeta->list.models.push_back(make_model("zeta", "new"));
  auto got = ask<proto::model_list>(proto::refresh_models{});

  REQUIRE(got);
  CHECK(got->models.size() == 3);
  CHECK(heard->ids == names{"zeta/a", "zeta/b", "zeta/new"});
}

TEST_CASE_FIXTURE(catalog_fixture, "a refresh that changes nothing is not announced") {
  add("zeta", zeta);
  open();
  run();
  auto times = heard->times;
  REQUIRE(ask<proto::model_list>(proto::refresh_models{}));

  CHECK(heard->times == times);
}

TEST_CASE_FIXTURE(catalog_fixture, "a failing provider keeps its models and is named") {
  alpha->list.models = {make_model("alpha", "x")};
  add("alpha", alpha);
  add("zeta", zeta);
  open();
  run();
  SUBCASE("the provider says so") {
    alpha->list.failures = {{"alpha", "status 500"}};
    alpha->list.models.clear();
  }
  SUBCASE("the provider does not answer") {
    alpha->is_silent = true;
  }
  SUBCASE("the request fails") {
    alpha->breaks = true;
  }
  auto got = ask<proto::model_list>(proto::refresh_models{});

  REQUIRE(got);
  CHECK(got->models.size() == 3);
  REQUIRE(got->failures.size() == 1);
  CHECK(got->failures[0].provider_id == "alpha");
  auto providers = ask<proto::provider_list>(proto::list_providers{});
  CHECK(providers->providers[0].error.has_value());
  CHECK(providers->providers[0].model_count == 1);
  CHECK_FALSE(providers->providers[1].error.has_value());
}

TEST_CASE_FIXTURE(catalog_fixture, "a refresh fails when nothing could be refreshed") {
  zeta->breaks = true;
  alpha->list.models = {make_model("alpha", "built-in")};
  add("zeta", zeta);
  add("alpha", alpha, true);
  open();
  auto got = ask<proto::model_list>(proto::refresh_models{});

  REQUIRE_FALSE(got);
  CHECK(got.failure().code == proto::ec::provider_failed);
  CHECK(ids() == names{"alpha/built-in"});
}

TEST_CASE_FIXTURE(catalog_fixture, "a refresh of fixed providers alone succeeds") {
  add("alpha", alpha, true);
  open();

  CHECK(ask<proto::model_list>(proto::refresh_models{}));
}

TEST_CASE_FIXTURE(catalog_fixture, "two refreshes at once ask each provider once") {
  add("zeta", zeta);
  open();
  run();
  auto asked = zeta->asked;
  auto first = self->request(catalog, caf::infinite, proto::refresh_models{});
  auto second = self->request(catalog, caf::infinite, proto::refresh_models{});
  run();

  int answers = 0;
  for (auto* reply : {&first, &second})
    reply->receive([&answers](proto::model_list&) { ++answers; },
                   [](const caf::error&) { FAIL("no list"); });
  CHECK(answers == 2);
  CHECK(zeta->asked == asked + 1);
}
