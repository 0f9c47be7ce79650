// The session's half that gives it a name, where a utility model is configured to do so.
#include "actors/session/session.hpp"
#include "actors/session/title_maker.hpp"

namespace kodad::actors {

void session_state::ask_for_title(const std::string& content) {
  const auto& model = world->options.utility_model;
  auto provider = world->providers.find(std::string(provider_of(model)));
  const auto* by = known.find(model);
  if (record.titled_by_user || provider == world->providers.end() || !by)
    return;
  self->spawn(title_maker, title_wish{caf::actor_cast<session_actor>(self), record.shown.id,
                                      provider->second, *by, content});
}

void session_state::take_title(const title_made& made) {
  if (removing || is_broken)
    return;
  record.shown.usage += made.usage;
  record.shown.cost += made.cost;
  std::vector<proto::event> events;
  if (!made.title.empty() && !record.titled_by_user) {
    record.shown.title = made.title;
    events.push_back(proto::title_updated_event(made.title));
  }
  commit({}, std::move(events), {});
}

} // namespace kodad::actors
