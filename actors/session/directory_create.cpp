// The directory's half that makes sessions: new ones and branches.
#include "actors/session/directory.hpp"

#include "proto/limits.hpp"
#include "storage/host/clock.hpp"
#include "storage/session_store.hpp"

namespace kodad::actors {

using proto::ec;

namespace {

/// The keys of all requests that make a session share one scope.
const std::string scope = "sessions";

proto::session_record new_record() {
  proto::session_record out;
  out.shown.id = storage::host::new_id<proto::session_id>("ses");
  out.shown.created_at = storage::host::now();
  out.shown.updated_at = out.shown.created_at;
  return out;
}

} // namespace

void directory_state::create(const proto::create_session& wish,
                             caf::typed_response_promise<proto::session> promise) {
  if (repeats.answers(world->database, scope, wish.once, promise,
                      [this, wish, promise] { create(wish, promise); }))
    return;
  if (auto problem = refuse(wish)) {
    promise.deliver(to_caf(*problem));
    return repeats.finish(wish.once);
  }
  const auto& roots = world->options.workspace_roots;
  if (!wish.workspace)
    return create_in(wish, roots.front(), promise);
  self->request(world->workspaces, proto::limits::ask, resolve_workspace{*wish.workspace, roots})
      .then([this, wish,
             promise](const resolved_workspace& found) { create_in(wish, found.path, promise); },
            [this, once = wish.once, promise](const caf::error& failure) mutable {
              promise.deliver(failure);
              repeats.finish(once);
            });
}

std::optional<proto::error> directory_state::refuse(const proto::create_session& wish) const {
  if (is_flushing)
    return proto::make_error(ec::draining, "the host is shutting down");
  return known.refuse(wish.agent_id.value_or(world->options.default_agent), wish.model_id);
}

void directory_state::create_in(const proto::create_session& wish, const std::string& workspace,
                                caf::typed_response_promise<proto::session> promise) {
  auto made = new_record();
  made.shown.agent_id = wish.agent_id.value_or(world->options.default_agent);
  made.shown.model_id = wish.model_id.value_or(world->options.default_model);
  const auto* who = known.find(made.shown.agent_id);
  if (!wish.model_id && who && !who->model.empty() && known.find(proto::model_id{who->model}))
    made.shown.model_id.text = who->model;
  if (const auto* by = known.find(made.shown.model_id))
    made.shown.context_size = by->context_size;
  made.shown.workspace = workspace;
  made.shown.title = wish.title.value_or("");
  made.titled_by_user = wish.title.has_value();
  if (!wish.metadata.text.empty())
    made.shown.metadata = wish.metadata;
  add(std::move(made), {}, wish.once, promise);
}

void directory_state::branch(const proto::branch_session& wish,
                             caf::typed_response_promise<proto::session> promise) {
  if (repeats.answers(world->database, scope, wish.once, promise,
                      [this, wish, promise] { branch(wish, promise); }))
    return;
  auto parent = find(wish.session);
  if (!parent) {
    promise.deliver(to_caf(parent.failure()));
    return repeats.finish(wish.once);
  }
  auto made = new_record();
  const auto& from = parent->shown;
  made.shown.agent_id = from.agent_id;
  made.shown.model_id = from.model_id;
  made.shown.workspace = from.workspace;
  made.shown.title = wish.title.value_or(from.title);
  made.titled_by_user = wish.title.has_value() || parent->titled_by_user;
  made.shown.context_size = from.context_size;
  made.shown.metadata = from.metadata;
  made.shown.parent_id = from.id;
  made.shown.branch_point_message_id = wish.message_id;
  self->request(world->archive, proto::limits::ask,
                plan_branch{wish.session, wish.message_id, made.shown.id})
      .then(
          [this, wish, made, promise](branch_plan& plan) { add_branch(wish, made, plan, promise); },
          [this, once = wish.once, promise](const caf::error& failure) mutable {
            promise.deliver(failure);
            repeats.finish(once);
          });
}

void directory_state::add_branch(const proto::branch_session& wish, proto::session_record made,
                                 branch_plan& plan,
                                 caf::typed_response_promise<proto::session> promise) {
  made.message_count = plan.message_count;
  made.shown.turn_count = plan.turn_count;
  made.carried_turn = plan.turn_count;
  add(std::move(made), std::move(plan.writes), wish.once, promise);
}

void directory_state::add(proto::session_record made, storage::write_batch batch,
                          const proto::idempotency& once,
                          caf::typed_response_promise<proto::session> promise) {
  storage::session_store::put(batch, made, nullptr);
  repeats.begin(batch, scope, once, made.shown);
  self->request(world->store, proto::limits::ask, keep{std::move(batch)})
      .then(
          [this, once, shown = made.shown, promise](acknowledged) mutable {
            promise.deliver(std::move(shown));
            repeats.finish(once);
          },
          [this, once, promise](const caf::error& failure) mutable {
            promise.deliver(failure);
            repeats.finish(once);
          });
}

} // namespace kodad::actors
