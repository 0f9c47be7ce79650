#include "actors/catalog/model_catalog.hpp"

#include "actors/error.hpp"
#include "proto/json/codec.hpp"
#include "proto/limits.hpp"

#include <algorithm>

namespace kodad::actors {

using proto::model;

void model_catalog_state::ask_all() {
  if (unanswered_ > 0 || known.empty())
    return;
  unanswered_ = known.size();
  for (size_t place = 0; place < known.size(); ++place) {
    self->request(known[place].entry.provider, proto::limits::ask, proto::list_models{})
        .then([this, place](proto::model_list& offered) { answered(place, std::move(offered)); },
              [this, place](const caf::error& why) { failed(place, from_caf(why).context); });
  }
}

caf::typed_response_promise<proto::model_list> model_catalog_state::refresh() {
  auto promise = self->make_response_promise<proto::model_list>();
  ask_all();
  if (unanswered_ == 0)
    promise.deliver(list());
  else
    waiting_.push_back(promise);
  return promise;
}

void model_catalog_state::answered(size_t place, proto::model_list offered) {
  auto& asked = known[place];
  asked.failure.reset();
  for (const auto& failure : offered.failures)
    asked.failure = failure.message;
  // The configured models are in every answer. Where the provider could not be asked, what it
  // offered before is more than that.
  if (!asked.failure || asked.models.empty())
    asked.models = std::move(offered.models);
  one_less();
}

void model_catalog_state::failed(size_t place, std::string why) {
  known[place].failure = std::move(why);
  one_less();
}

void model_catalog_state::one_less() {
  merge();
  if (--unanswered_ > 0)
    return;
  bool any_failed = false;
  bool any_refreshed = false;
  for (const auto& asked : known) {
    any_failed = any_failed || asked.failure;
    any_refreshed = any_refreshed || (!asked.failure && !asked.entry.is_fixed);
  }
  for (auto& promise : std::exchange(waiting_, {})) {
    if (any_failed && !any_refreshed)
      promise.deliver(to_caf(proto::make_error(proto::ec::provider_failed,
                                               "no provider could be asked for its models")));
    else
      promise.deliver(list());
  }
}

/// Puts all models into one list and tells the listeners if it changed.
void model_catalog_state::merge() {
  auto all = std::make_shared<std::vector<model>>();
  for (const auto& asked : known)
    all->insert(all->end(), asked.models.begin(), asked.models.end());
  std::stable_sort(all->begin(), all->end(), [](const model& a, const model& b) {
    return std::tie(a.provider_id, a.name) < std::tie(b.provider_id, b.name);
  });
  if (models_ && proto::json::write(*models_) == proto::json::write(*all))
    return;
  models_ = std::move(all);
  for (const auto& listener : listeners_)
    self->send(listener, models_changed{models_});
}

proto::model_list model_catalog_state::list() const {
  return {*models_, failures()};
}

std::vector<proto::provider_failure> model_catalog_state::failures() const {
  std::vector<proto::provider_failure> out;
  for (const auto& asked : known)
    if (asked.failure)
      out.push_back({asked.entry.id, *asked.failure});
  return out;
}

proto::provider_list model_catalog_state::providers() const {
  proto::provider_list out;
  for (const auto& asked : known) {
    auto count = static_cast<int64_t>(asked.models.size());
    bool active = !asked.failure || count > 0;
    out.providers.push_back({asked.entry.id, asked.entry.name, active, count, asked.failure});
  }
  return out;
}

void model_catalog_state::listen(const catalog_listener_actor& listener) {
  self->monitor(listener);
  listeners_.push_back(listener);
  self->send(listener, models_changed{models_});
}

void model_catalog_state::forget_listener(const caf::actor_addr& gone) {
  std::erase_if(listeners_,
                [&gone](const catalog_listener_actor& one) { return one.address() == gone; });
}

model_catalog_actor::behavior_type
model_catalog(model_catalog_actor::stateful_pointer<model_catalog_state> self,
              std::vector<catalog_entry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const catalog_entry& a, const catalog_entry& b) { return a.id < b.id; });
  for (auto& entry : entries) {
    auto models = entry.configured;
    self->state.known.push_back({std::move(entry), std::move(models), std::nullopt});
  }
  self->state.merge();
  self->state.ask_all();
  self->set_down_handler([self](caf::down_msg& gone) { self->state.forget_listener(gone.source); });
  return {
      [self](const proto::list_models&) { return self->state.list(); },
      [self](const proto::refresh_models&) { return self->state.refresh(); },
      [self](const proto::list_providers&) { return self->state.providers(); },
      [self](const listen_to_catalog& who) { self->state.listen(who.listener); },
  };
}

} // namespace kodad::actors
