#include "actors/catalog/model_catalog.hpp"

#include "actors/error.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;

namespace {

proto::model make_model(const std::string& provider, const std::string& name) {
  proto::model out;
  out.id.text = provider + "/" + name;
  out.provider_id = provider;
  out.name = name;
  return out;
}

/// What a fake provider answers; the test may change it.
struct offer {
  proto::model_list list;
  bool breaks = false;
  bool is_silent = false;
  int asked = 0;
};

struct fake_state {
  explicit fake_state(provider_actor::pointer) {}
  std::vector<caf::typed_response_promise<proto::model_list>> unanswered;
};

provider_actor::behavior_type fake_provider(provider_actor::stateful_pointer<fake_state> self,
                                            std::shared_ptr<offer> offered) {
  return {
      [](const start_call&) {},
      [](const cancel_call&) {},
      [self, offered](const proto::list_models&) -> caf::result<proto::model_list> {
        ++offered->asked;
        if (offered->breaks)
          return to_caf(proto::make_error(proto::ec::provider_down, "not there"));
        if (!offered->is_silent)
          return offered->list;
        self->state.unanswered.push_back(self->make_response_promise<proto::model_list>());
        return self->state.unanswered.back();
      },
      [](const call_ended&) {},
  };
}

struct told {
  std::vector<std::string> ids;
  int times = 0;
};

struct told_state {
  explicit told_state(catalog_listener_actor::pointer) {}
};

catalog_listener_actor::behavior_type
catalog_listener(catalog_listener_actor::stateful_pointer<told_state>,
                 std::shared_ptr<told> heard) {
  return {
      [](const agents_changed&) {},
      [heard](const models_changed& changed) {
        ++heard->times;
        heard->ids.clear();
        for (const auto& model : *changed.models)
          heard->ids.push_back(model.id.text);
      },
  };
}

struct catalog_fixture : test::actor_fixture {
  catalog_fixture() {
    listener = sys.spawn(catalog_listener, heard);
    zeta->list.models = {make_model("zeta", "b"), make_model("zeta", "a")};
  }

  ~catalog_fixture() {
    for (auto& entry : entries)
      self->send_exit(entry.provider, caf::exit_reason::kill);
    self->send_exit(catalog, caf::exit_reason::kill);
    self->send_exit(listener, caf::exit_reason::kill);
    run_all();
  }

  void add(const std::string& id, const std::shared_ptr<offer>& offered, bool is_fixed = false) {
    entries.push_back({id, id, sys.spawn(fake_provider, offered), {}, is_fixed});
  }

  void open() {
    catalog = sys.spawn(model_catalog, entries);
    self->send(catalog, listen_to_catalog{listener});
  }

  template <class Reply, class Question>
  proto::result<Reply> ask(Question question) {
    proto::result<Reply> out = proto::make_error(proto::ec::internal, "no answer");
    auto reply = self->request(catalog, caf::infinite, question);
    run_all();
    reply.receive([&out](Reply& got) { out = std::move(got); },
                  [&out](const caf::error& why) { out = from_caf(why); });
    return out;
  }

  std::vector<std::string> ids() {
    std::vector<std::string> out;
    auto got = ask<proto::model_list>(proto::list_models{});
    for (const auto& model : got->models)
      out.push_back(model.id.text);
    return out;
  }

  using names = std::vector<std::string>;
  std::shared_ptr<offer> zeta = std::make_shared<offer>();
  std::shared_ptr<offer> alpha = std::make_shared<offer>();
  std::shared_ptr<told> heard = std::make_shared<told>();
  std::vector<catalog_entry> entries;
  catalog_listener_actor listener;
  model_catalog_actor catalog;
};

} // namespace

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
