#include "actors/agents/registry.hpp"

#include "actors/catalog/page.hpp"
#include "proto/limits.hpp"
#include "storage/agent_store.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::ec;

const proto::agent* agent_registry_state::find(const proto::agent_id& id) const {
  auto found = std::ranges::find(*agents, id, &proto::agent::id);
  return found == agents->end() ? nullptr : &*found;
}

proto::result<proto::agent> agent_registry_state::get(const proto::agent_id& id) const {
  if (const auto* found = find(id))
    return *found;
  return proto::make_error(ec::agent_not_found, "there is no such agent");
}

std::optional<proto::error> agent_registry_state::refuse_change(const proto::agent_id& id) const {
  const auto* found = find(id);
  if (!found)
    return proto::make_error(ec::agent_not_found, "there is no such agent");
  if (found->builtin)
    return proto::make_error(ec::builtin_agent, "built-in agents cannot be changed or deleted");
  return std::nullopt;
}

void agent_registry_state::create(proto::agent wish, agent_promise promise) {
  if (auto fits = check_agent(wish, around.tools); !fits) {
    promise.deliver(to_caf(fits.failure()));
    return;
  }
  check_model_first(wish, promise, [this, wish, promise] { make(wish, promise); });
}

void agent_registry_state::make(proto::agent wish, agent_promise promise) {
  if (find(wish.id) || being_made_.contains(wish.id.text)) {
    promise.deliver(
        to_caf(proto::field_error(ec::agent_exists, "id", "an agent of this id exists")));
    return;
  }
  if (agents->size() + being_made_.size() >= proto::limits::agents) {
    auto full = proto::field_error(ec::host_full, "id",
                                   "the host has as many agents as it may; delete one first");
    full.limit = static_cast<int64_t>(proto::limits::agents);
    promise.deliver(to_caf(full));
    return;
  }
  being_made_.insert(wish.id.text);
  keep_one(std::move(wish), promise);
}

void agent_registry_state::replace(proto::agent wish, agent_promise promise) {
  auto problem = refuse_change(wish.id);
  if (auto fits = check_agent(wish, around.tools); !problem && !fits)
    problem = fits.failure();
  if (problem) {
    promise.deliver(to_caf(*problem));
    return;
  }
  check_model_first(wish, promise, [this, wish, promise]() mutable {
    // It may have been deleted meanwhile.
    if (auto changed = refuse_change(wish.id))
      promise.deliver(to_caf(*changed));
    else
      keep_one(wish, promise);
  });
}

void agent_registry_state::check_model_first(const proto::agent& wish, agent_promise promise,
                                             std::function<void()> then) {
  if (wish.model.empty() || wish.model == "utility")
    return then();
  self->request(around.models, proto::limits::ask, proto::list_models{})
      .then(
          [this, named = wish.model, promise, then](proto::model_list& all) {
            judge_model(named, std::move(all.models), promise, then);
          },
          [promise](const caf::error& failure) mutable { promise.deliver(failure); });
}

void agent_registry_state::judge_model(const std::string& wish, std::vector<proto::model> models,
                                       agent_promise promise, std::function<void()> then) {
  self->request(around.models, proto::limits::ask, proto::list_providers{})
      .then(
          [this, wish, models = std::move(models), promise,
           then](const proto::provider_list& all) mutable {
            auto fits = check_model(wish, models, all.providers, around.sources);
            if (fits)
              then();
            else
              promise.deliver(to_caf(fits.failure()));
          },
          [promise](const caf::error& failure) mutable { promise.deliver(failure); });
}

void agent_registry_state::keep_one(proto::agent wish, agent_promise promise) {
  wish.builtin = false;
  wish.source = "api";
  if (wish.name.empty())
    wish.name = wish.id.text;
  storage::write_batch batch;
  storage::agent_store::put(batch, wish);
  self->request(store, proto::limits::ask, keep{std::move(batch)})
      .then(
          [this, wish, promise](acknowledged) mutable {
            auto all = *agents;
            std::erase_if(all, [&](const auto& x) { return x.id == wish.id; });
            all.push_back(wish);
            being_made_.erase(wish.id.text);
            become_known(std::move(all));
            promise.deliver(std::move(wish));
          },
          [this, id = wish.id, promise](const caf::error& failure) mutable {
            being_made_.erase(id.text);
            promise.deliver(failure);
          });
}

void agent_registry_state::remove(const proto::agent_id& id,
                                  caf::typed_response_promise<acknowledged> promise) {
  if (auto problem = refuse_change(id)) {
    promise.deliver(to_caf(*problem));
    return;
  }
  storage::write_batch batch;
  storage::agent_store::erase(batch, id);
  self->request(store, proto::limits::ask, keep{std::move(batch)})
      .then(
          [this, id, promise](acknowledged) mutable {
            auto all = *agents;
            std::erase_if(all, [&](const auto& x) { return x.id == id; });
            become_known(std::move(all));
            promise.deliver(acknowledged{});
          },
          [promise](const caf::error& failure) mutable { promise.deliver(failure); });
}

void agent_registry_state::become_known(std::vector<proto::agent> all) {
  std::ranges::sort(all, {}, &proto::agent::id);
  agents = std::make_shared<const std::vector<proto::agent>>(std::move(all));
  for (const auto& listener : listeners)
    self->send(listener, agents_changed{agents});
}

agent_registry_actor::behavior_type
agent_registry(agent_registry_actor::stateful_pointer<agent_registry_state> self, store_actor store,
               std::vector<proto::agent> agents, agent_surroundings around) {
  self->state.store = std::move(store);
  self->state.around = std::move(around);
  self->state.become_known(std::move(agents));
  return {
      [self](const proto::list_agents& x) -> caf::result<proto::agent_list> {
        auto page = page_of(*self->state.agents, x.page);
        return proto::agent_list{std::move(page.entries), std::move(page.next_cursor)};
      },
      [self](const proto::get_agent& x) -> caf::result<proto::agent> {
        auto found = self->state.get(x.agent);
        if (!found)
          return to_caf(found.failure());
        return std::move(*found);
      },
      [self](const proto::create_agent& x) -> caf::result<proto::agent> {
        auto promise = self->make_response_promise<proto::agent>();
        self->state.create(x.agent, promise);
        return promise;
      },
      [self](const proto::replace_agent& x) -> caf::result<proto::agent> {
        auto promise = self->make_response_promise<proto::agent>();
        self->state.replace(x.agent, promise);
        return promise;
      },
      [self](const proto::delete_agent& x) -> caf::result<acknowledged> {
        auto promise = self->make_response_promise<acknowledged>();
        self->state.remove(x.agent, promise);
        return promise;
      },
      [self](const listen_to_catalog& who) {
        self->state.listeners.push_back(who.listener);
        self->send(who.listener, agents_changed{self->state.agents});
      },
  };
}

} // namespace kodad::actors
