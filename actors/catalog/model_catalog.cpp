#include "actors/catalog/model_catalog.hpp"

#include "actors/catalog/page.hpp"
#include "actors/error.hpp"
#include "proto/json/codec.hpp"
#include "proto/limits.hpp"
#include "proto/metadata/complete.hpp"

#include <algorithm>
#include <set>

namespace kodad::actors {

using proto::model;

namespace {

// Its name among the providers, where a failure of it is told.
constexpr const char* metadata_name = "models.dev";

/// May the vendor's models stand for those that the provider does not tell? Only for the vendor
/// itself and with a key: a proxy or a server of the user's own may offer anything.
bool may_stand_in(const model_catalog_state::known_provider& of, const proto::model_vendor& by) {
  return of.failure && !of.has_offered && of.entry.has_key &&
         proto::is_address_of(by, of.entry.base_url);
}

} // namespace

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

/// A round is one question to each provider, and to the metadata if a client wants a refresh.
void model_catalog_state::ask_metadata() {
  if (!metadata || std::exchange(metadata_is_asked_, true))
    return;
  ++unanswered_;
  self->request(metadata, proto::limits::ask, refresh_metadata{})
      .then(
          [this](const metadata_changed& now) {
            facts_ = now.known;
            metadata_failure_ = now.failure;
            metadata_was_refreshed_ = now.was_refreshed;
            one_less();
          },
          [this](const caf::error& why) {
            metadata_failure_ = from_caf(why).context;
            one_less();
          });
}

caf::typed_response_promise<proto::model_list> model_catalog_state::refresh() {
  auto promise = self->make_response_promise<proto::model_list>();
  ask_all();
  ask_metadata();
  if (unanswered_ == 0)
    promise.deliver(list({}));
  else
    waiting_.push_back(promise);
  return promise;
}

void model_catalog_state::answered(size_t place, proto::model_list offered) {
  auto& asked = known[place];
  asked.failure.reset();
  for (const auto& failure : offered.failures)
    asked.failure = failure.message;
  asked.has_offered = asked.has_offered || !asked.failure;
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
  bool any_refreshed = std::exchange(metadata_was_refreshed_, false);
  metadata_is_asked_ = false;
  for (const auto& asked : known) {
    any_failed = any_failed || asked.failure;
    any_refreshed = any_refreshed || (!asked.failure && !asked.entry.is_fixed);
  }
  for (auto& promise : std::exchange(waiting_, {})) {
    if (any_failed && !any_refreshed)
      promise.deliver(to_caf(proto::make_error(proto::ec::provider_failed,
                                               "no provider could be asked for its models")));
    else
      promise.deliver(list({}));
  }
}

std::vector<model> model_catalog_state::complete_models(const known_provider& of) const {
  const auto& entry = of.entry;
  const auto* vendor = facts_ ? facts_->behind(entry.id, entry.base_url) : nullptr;
  auto out = of.models;
  std::set<std::string> names;
  for (auto& one : out) {
    proto::complete(one, vendor ? find_model(*vendor, one.name) : proto::model_match{});
    names.insert(one.name);
  }
  if (vendor && may_stand_in(of, *vendor))
    for (const auto& facts : vendor->models)
      if (!facts.deprecated && !names.contains(facts.name))
        out.push_back(proto::make_model(facts, entry.id, entry.name));
  return out;
}

/// Puts all models into one list and tells the listeners if it changed.
void model_catalog_state::merge() {
  auto all = std::make_shared<std::vector<model>>();
  for (auto& asked : known) {
    auto models = complete_models(asked);
    asked.shown = static_cast<int64_t>(models.size());
    std::move(models.begin(), models.end(), std::back_inserter(*all));
  }
  std::stable_sort(all->begin(), all->end(), [](const model& a, const model& b) {
    return std::tie(a.provider_id, a.name) < std::tie(b.provider_id, b.name);
  });
  if (models_ && proto::json::write(*models_) == proto::json::write(*all))
    return;
  models_ = std::move(all);
  for (const auto& listener : listeners_)
    self->send(listener, models_changed{models_});
}

proto::model_list model_catalog_state::list(const proto::page_wish& wish) const {
  auto page = page_of(*models_, wish);
  return {std::move(page.entries), failures(), std::move(page.next_cursor)};
}

std::vector<proto::provider_failure> model_catalog_state::failures() const {
  std::vector<proto::provider_failure> out;
  for (const auto& asked : known)
    if (asked.failure)
      out.push_back({asked.entry.id, *asked.failure});
  if (metadata_failure_)
    out.push_back({metadata_name, *metadata_failure_});
  return out;
}

/// The providers with how busy they are. One that does not tell in time is listed all the same.
caf::typed_response_promise<proto::provider_list> model_catalog_state::watch_providers() {
  struct round {
    proto::provider_list list;
    size_t untold = 0;
  };
  auto promise = self->make_response_promise<proto::provider_list>();
  auto now = std::make_shared<round>(round{providers(), known.size()});
  auto told = [now, promise]() mutable {
    if (--now->untold == 0)
      promise.deliver(std::move(now->list));
  };
  for (size_t place = 0; place < known.size(); ++place)
    self->request(known[place].entry.provider, proto::limits::traffic_patience,
                  proto::watch_provider{})
        .then(
            [now, place, told](proto::provider_traffic& traffic) mutable {
              now->list.providers[place].traffic = std::move(traffic);
              told();
            },
            [told](const caf::error&) mutable { told(); });
  if (known.empty())
    promise.deliver(std::move(now->list));
  return promise;
}

proto::provider_list model_catalog_state::providers() const {
  proto::provider_list out;
  for (const auto& asked : known) {
    bool active = !asked.failure || asked.shown > 0;
    out.providers.push_back(
        {asked.entry.id, asked.entry.name, active, asked.shown, asked.failure, {}});
  }
  if (metadata_failure_)
    out.providers.push_back({metadata_name, metadata_name, false, 0, metadata_failure_, {}});
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

void model_catalog_state::take_metadata(const metadata_changed& now) {
  facts_ = now.known;
  metadata_failure_ = now.failure;
  merge();
}

model_catalog_actor::behavior_type
model_catalog(model_catalog_actor::stateful_pointer<model_catalog_state> self,
              std::vector<catalog_entry> entries, metadata_actor metadata) {
  std::sort(entries.begin(), entries.end(),
            [](const catalog_entry& a, const catalog_entry& b) { return a.id < b.id; });
  for (auto& entry : entries) {
    auto models = entry.configured;
    self->state.known.push_back({std::move(entry), std::move(models)});
  }
  self->state.metadata = std::move(metadata);
  self->state.merge();
  self->state.ask_all();
  self->set_down_handler([self](caf::down_msg& gone) { self->state.forget_listener(gone.source); });
  return {
      [self](const proto::list_models& x) { return self->state.list(x.page); },
      [self](const proto::refresh_models&) { return self->state.refresh(); },
      [self](const proto::list_providers&) { return self->state.watch_providers(); },
      [self](const listen_to_catalog& who) { self->state.listen(who.listener); },
      [self](const metadata_changed& now) { self->state.take_metadata(now); },
  };
}

} // namespace kodad::actors
