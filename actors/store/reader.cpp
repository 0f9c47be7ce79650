#include "actors/store/reader.hpp"

#include "actors/error.hpp"
#include "actors/session/event_outbox.hpp"
#include "proto/limits.hpp"
#include "storage/event_store.hpp"
#include "storage/host/clock.hpp"
#include "storage/message_store.hpp"
#include "storage/question_store.hpp"
#include "storage/session_store.hpp"
#include "storage/setting_store.hpp"
#include "storage/turn_store.hpp"

namespace kodad::actors {

using proto::ec;
using proto::result;

namespace {

template <class T>
caf::result<T> to_reply(result<T> from) {
  if (from)
    return std::move(*from);
  return to_caf(from.failure());
}

result<void> must_exist(const storage::snapshot& at, const proto::session_id& id) {
  auto exists = storage::session_store::contains(at, id);
  if (!exists)
    return exists.failure();
  if (!*exists)
    return proto::make_error(ec::session_not_found, "there is no such session");
  return {};
}

result<proto::session> find_session(const storage::snapshot& at, const proto::get_session& which) {
  auto found = storage::session_store::find(at, which.session);
  if (!found)
    return found.failure();
  if (!*found)
    return proto::make_error(ec::session_not_found, "there is no such session");
  return std::move((*found)->shown);
}

result<proto::message_page> read_messages(const storage::snapshot& at,
                                          const proto::list_messages& which, loss_log& losses) {
  if (auto exists = must_exist(at, which.session); !exists)
    return exists.failure();
  auto kept = storage::message_store::page(
      at, which.session, {which.limit, which.before, which.after, which.newest_first});
  if (!kept)
    return kept.failure();
  losses.note(which.session, kept->messages);
  proto::message_page out;
  for (auto& one : kept->messages) {
    out.messages.push_back(to_message(which.session, one));
    one = {}; // A page may be one message of many megabytes.
  }
  if (!out.messages.empty() && kept->has_newer)
    out.next_after = out.messages.back().id;
  if (!out.messages.empty() && kept->has_older)
    out.next_before = out.messages.front().id;
  if (which.newest_first)
    std::ranges::reverse(out.messages);
  return out;
}

result<proto::turn> find_turn(const storage::snapshot& at, const proto::get_turn& which) {
  if (auto exists = must_exist(at, which.session); !exists)
    return exists.failure();
  auto found = which.operation
                   ? storage::turn_store::find_operation(at, which.session, *which.operation)
                   : storage::turn_store::last(at, which.session);
  if (!found)
    return found.failure();
  if (!*found && which.operation)
    return proto::field_error(ec::turn_not_found, "operation_id", "there is no such turn");
  if (!*found)
    return proto::make_error(ec::turn_not_found, "there is no turn yet");
  return std::move((*found)->shown);
}

result<proto::question_list> read_questions(const storage::snapshot& at,
                                            const proto::list_questions& which) {
  if (auto exists = must_exist(at, which.session); !exists)
    return exists.failure();
  auto waiting = storage::question_store::waiting(at, which.session);
  if (!waiting)
    return waiting.failure();
  proto::question_list out;
  for (auto& asked : *waiting)
    out.questions.push_back(std::move(asked.shown));
  return out;
}

result<proto::setting> find_setting(const storage::snapshot& at, const proto::get_setting& which) {
  auto found = storage::setting_store::find(at, which.key);
  if (!found)
    return found.failure();
  if (!*found)
    return proto::make_error(ec::setting_not_found, "there is no such setting");
  return std::move(**found);
}

result<event_page> read_log(const storage::snapshot& at, const read_events& which,
                            loss_log& losses) {
  auto first = storage::event_store::first_id(at, which.session);
  auto kept = storage::event_store::page(at, which.session, which.after,
                                         {which.bytes_max, proto::limits::replay_page_events});
  if (!kept) {
    losses.note_events(which.session, kept.failure());
    return kept.failure();
  }
  if (!first)
    return first.failure();
  event_page out;
  out.first_kept = first->value_or(0);
  for (const auto& one : *kept)
    out.frames.push_back(encode_frame(one.id, one.what));
  return out;
}

result<history> read_history(const storage::snapshot& at, const load_history& which,
                             loss_log& losses) {
  auto all = storage::message_store::history(at, which.session, which.below_sequence);
  if (!all)
    return all.failure();
  losses.note(which.session, *all);
  return history{std::make_shared<const std::vector<proto::full_message>>(std::move(*all))};
}

result<branch_plan> make_branch(const storage::snapshot& at, const plan_branch& which) {
  auto last = storage::message_store::find_sequence(at, which.from, which.last);
  if (!last)
    return last.failure();
  if (!*last)
    return proto::field_error(ec::message_not_found, "message_id",
                              "there is no such message in the session");
  branch_plan out;
  auto copied = storage::copy_messages(out.writes, at, {which.from, which.to, **last}, [] {
    return storage::host::new_id<proto::message_id>("msg");
  });
  if (!copied)
    return copied.failure();
  out.message_count = **last + 1;
  out.turn_count = copied->last_turn;
  return out;
}

} // namespace

reader_actor::behavior_type reader(reader_actor::pointer, const storage::database* database,
                                   std::shared_ptr<loss_log> losses) {
  auto at = [database] { return database->read(); };
  return {
      [at](const proto::get_session& x) { return to_reply(find_session(at(), x)); },
      [at](const proto::list_sessions& x) {
        return to_reply(storage::session_store::page(at(), x));
      },
      [at, losses](const proto::list_messages& x) {
        return to_reply(read_messages(at(), x, *losses));
      },
      [at](const proto::get_turn& x) { return to_reply(find_turn(at(), x)); },
      [at](const proto::list_questions& x) { return to_reply(read_questions(at(), x)); },
      [at](const proto::get_setting& x) { return to_reply(find_setting(at(), x)); },
      [at](const proto::list_settings& x) {
        return to_reply(storage::setting_store::page(at(), x.page));
      },
      [at, losses](const load_history& x) { return to_reply(read_history(at(), x, *losses)); },
      [at, losses](const read_events& x) { return to_reply(read_log(at(), x, *losses)); },
      [at](const plan_branch& x) { return to_reply(make_branch(at(), x)); },
  };
}

} // namespace kodad::actors
