// Neighbours for tests of the model catalog: providers and a metadata actor whose answers the test
// sets, a listener that remembers what it heard last, and the fixture that joins them.
#pragma once

#include "actors/catalog/model_catalog.hpp"
#include "actors/error.hpp"
#include "tests/support/actor_fixture.hpp"

#include <caf/all.hpp>

namespace kodad::test {

using namespace actors;

inline proto::model make_model(const std::string& provider, const std::string& name) {
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

inline provider_actor::behavior_type
fake_provider(provider_actor::stateful_pointer<fake_state> self, std::shared_ptr<offer> offered) {
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
      [](const proto::watch_provider&) {
        proto::provider_traffic out;
        out.held_by = "none";
        return out;
      },
      [](const call_headed&) {},
      [](const call_ended&) {},
      [](caf::tick_atom) {},
  };
}

/// What a fake metadata actor says when it is asked to refresh; the test may change it.
struct fake_facts {
  metadata_changed now;
  int refreshed = 0;
};

struct fake_metadata_state {
  explicit fake_metadata_state(metadata_actor::pointer) {}
};

inline metadata_actor::behavior_type
fake_metadata(metadata_actor::stateful_pointer<fake_metadata_state>,
              std::shared_ptr<fake_facts> facts) {
  return {
      [](const listen_to_metadata&) {},
      [facts](const get_metadata&) { return facts->now; },
      [facts](const refresh_metadata&) {
        ++facts->refreshed;
        return facts->now;
      },
      [](caf::update_atom) {},
      [](caf::tick_atom) {},
      [](caf::timeout_atom, uint64_t) {},
  };
}

/// Metadata in which these vendors have one model "m" and one that is no longer offered.
inline std::shared_ptr<const proto::model_metadata> facts_of(std::vector<std::string> vendors,
                                                             double price = 3) {
  std::vector<proto::model_vendor> out;
  for (const auto& id : vendors) {
    proto::model_facts facts;
    facts.name = "m";
    facts.context_size = 1000;
    facts.reasoning = true;
    facts.cost = proto::cost_tier{0, price, 15, {}, {}, {}};
    auto gone = facts;
    gone.name = "old";
    gone.deprecated = true;
    out.push_back({id, id, "https://" + id + ".example/v1", {facts, gone}});
  }
  return std::make_shared<const proto::model_metadata>(std::move(out));
}

struct told {
  std::vector<std::string> ids;
  std::vector<proto::model> models;
  int times = 0;
};

struct told_state {
  explicit told_state(catalog_listener_actor::pointer) {}
};

inline catalog_listener_actor::behavior_type
catalog_listener(catalog_listener_actor::stateful_pointer<told_state>,
                 std::shared_ptr<told> heard) {
  return {
      [](const agents_changed&) {},
      [heard](const models_changed& changed) {
        ++heard->times;
        heard->models = *changed.models;
        heard->ids.clear();
        for (const auto& model : *changed.models)
          heard->ids.push_back(model.id.text);
      },
  };
}

struct catalog_fixture : actor_fixture {
  catalog_fixture() {
    listener = sys.spawn(catalog_listener, heard);
    zeta->list.models = {make_model("zeta", "b"), make_model("zeta", "a")};
  }

  ~catalog_fixture() {
    for (auto& entry : entries)
      self->send_exit(entry.provider, caf::exit_reason::kill);
    self->send_exit(catalog, caf::exit_reason::kill);
    if (metadata)
      self->send_exit(metadata, caf::exit_reason::kill);
    self->send_exit(listener, caf::exit_reason::kill);
    run_all();
  }

  void add(const std::string& id, const std::shared_ptr<offer>& offered, bool is_fixed = false) {
    entries.push_back({id, id, sys.spawn(fake_provider, offered), {}, is_fixed});
  }

  /// Gives the catalog somebody to ask for metadata.
  void add_metadata() {
    facts->now.known = facts_of({});
    metadata = sys.spawn(fake_metadata, facts);
  }

  void tell(std::shared_ptr<const proto::model_metadata> known,
            std::optional<std::string> failure = std::nullopt) {
    self->send(catalog, metadata_changed{std::move(known), std::move(failure)});
    run();
  }

  void open() {
    catalog = sys.spawn(model_catalog, entries, metadata);
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
  std::shared_ptr<fake_facts> facts = std::make_shared<fake_facts>();
  metadata_actor metadata;
  catalog_listener_actor listener;
  model_catalog_actor catalog;
};

} // namespace kodad::test
