#include "actors/store/workspace_reader.hpp"

#include "actors/error.hpp"
#include "actors/session/attachments.hpp"
#include "actors/store/workspace_rule.hpp"
#include "actors/turn/judgement.hpp"
#include "proto/limits/project.hpp"
#include "proto/limits/tools.hpp"
#include "storage/config/project_config.hpp"

namespace kodad::actors {

using proto::ec;

namespace {

template <class T>
look_answer to_answer(proto::result<T> from) {
  if (from)
    return std::move(*from);
  return from.failure();
}

template <class T>
std::function<void(look_answer&)> deliver_to(caf::typed_response_promise<T> promise) {
  return [promise](look_answer& answer) mutable {
    if (auto* failure = std::get_if<proto::error>(&answer))
      promise.deliver(to_caf(*failure));
    else
      promise.deliver(std::move(std::get<T>(answer)));
  };
}

} // namespace

workspace_reader_state::~workspace_reader_state() {
  if (outlet)
    outlet->close();
}

caf::typed_response_promise<loaded_attachments>
workspace_reader_state::load(const load_attachments& wish) {
  auto promise = self->make_response_promise<loaded_attachments>();
  begin({0, "attachments", deliver_to(promise)}, wish.workspace,
        [wish] { return to_answer(load_files(wish)); });
  return promise;
}

caf::typed_response_promise<resolved_workspace>
workspace_reader_state::resolve(const resolve_workspace& wish) {
  auto promise = self->make_response_promise<resolved_workspace>();
  begin({0, "workspace", deliver_to(promise)}, likely_disk(wish),
        [wish] { return to_answer(allowed_workspace(wish)); });
  return promise;
}

caf::typed_response_promise<project_rules>
workspace_reader_state::read_rules(const read_project_rules& wish) {
  auto promise = self->make_response_promise<project_rules>();
  auto deliver = [this, promise, workspace = wish.workspace](look_answer& answer) mutable {
    auto* seen = std::get_if<seen_rules>(&answer);
    if (seen)
      tell_once(workspace, *seen);
    if (seen && seen->rules)
      promise.deliver(std::move(*seen->rules));
    else // Without an answer the disk or the pool said no.
      promise.deliver(
          to_caf(seen ? seen->rules.failure() : rules_unread(std::get<proto::error>(answer))));
  };
  // A share of its own: other looks may hang on a disk that is mounted below the workspace.
  begin({0, "", std::move(deliver)}, wish.workspace + "/" + storage::project_file,
        [workspace = wish.workspace]() -> look_answer { return look_at_project(workspace); });
  return promise;
}

/// A file is read at every step; what is wrong with it is news once.
void workspace_reader_state::tell_once(const std::string& workspace, const seen_rules& seen) {
  for (const auto& line : seen.lines) {
    auto said = "workspace " + workspace + ": " + line;
    if (told.size() > proto::limits::project_lines_told ||
        !told.insert(std::to_string(seen.content) + " " + said).second)
      continue;
    tell(told.size() <= proto::limits::project_lines_told
             ? said
             : "more is wrong with the kodad.yaml of workspaces than is told one by one");
  }
}

void workspace_reader_state::begin(look one, const std::string& disk,
                                   std::function<look_answer()> work) {
  auto key = ++last_key;
  auto posted = pool.post({disk, disk}, [key, work = std::move(work), way = outlet] {
    way->send(look_done{key, work()});
  });
  if (!posted) {
    auto why = posted.failure();
    why.field = one.field;
    why.retry_after_s = proto::limits::look_again_s;
    look_answer answer = std::move(why);
    return one.deliver(answer);
  }
  one.ticket = *posted;
  looks.emplace(key, std::move(one));
  self->delayed_send(self, patience, look_due{key});
}

void workspace_reader_state::end(uint64_t key, look_answer& answer) {
  if (auto one = looks.extract(key); !one.empty())
    one.mapped().deliver(answer);
}

void workspace_reader_state::give_up(uint64_t key) {
  auto one = looks.find(key);
  if (one == looks.end())
    return;
  pool.withdraw(one->second.ticket);
  auto why = proto::field_error(ec::timeout, one->second.field,
                                "the disk did not answer within " +
                                    std::to_string(patience.count()) + " s; nothing was done");
  why.retry_after_s = proto::limits::look_again_s;
  look_answer answer = std::move(why);
  end(key, answer);
}

workspace_reader_inside::behavior_type
workspace_reader(workspace_reader_inside::stateful_pointer<workspace_reader_state> self,
                 std::chrono::seconds patience, line_teller tell) {
  auto& state = self->state;
  state.tell = std::move(tell);
  state.patience = patience;
  state.outlet = std::make_shared<actor_outlet<workspace_reader_inside>>(
      caf::actor_cast<workspace_reader_inside>(self));
  return {
      [self](const load_attachments& wish) { return self->state.load(wish); },
      [self](const resolve_workspace& wish) { return self->state.resolve(wish); },
      [self](const read_project_rules& wish) { return self->state.read_rules(wish); },
      [self](look_done& done) { self->state.end(done.key, done.answer); },
      [self](const look_due& which) { self->state.give_up(which.key); },
  };
}

} // namespace kodad::actors
