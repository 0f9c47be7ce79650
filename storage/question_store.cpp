#include "storage/question_store.hpp"

#include "storage/keys.hpp"
#include "storage/record.hpp"

namespace kodad::storage {

using proto::result;

void question_store::put(write_batch& into, const proto::session_id& session,
                         const proto::question_record& question) {
  auto key = session_key(session, question.shown.question_id.text);
  into.put(table::questions, key, encode(question));
  if (question.is_waiting())
    into.put(table::waiting_questions, key, "");
  else
    into.erase(table::waiting_questions, key);
}

result<std::optional<proto::question_record>> question_store::find(const snapshot& at,
                                                                   const proto::session_id& session,
                                                                   const proto::question_id& id) {
  return read_one<proto::question_record>(at, table::questions, session_key(session, id.text));
}

result<std::vector<proto::question_record>>
question_store::waiting(const snapshot& at, const proto::session_id& session) {
  std::vector<proto::question_record> out;
  result<void> read;
  // Ids sort by the time of their making, so that the scan gives the oldest first.
  auto scanned = at.scan(table::waiting_questions, {session_prefix(session), session_end(session)},
                         lmdb::direction::forward, [&](std::string_view key, std::string_view) {
                           auto found = find(at, session, {std::string(after_session(key))});
                           if (!found)
                             read = found.failure();
                           else if (*found)
                             out.push_back(std::move(**found));
                           return read.ok();
                         });
  if (!scanned)
    return scanned.failure();
  if (!read)
    return read.failure();
  return out;
}

} // namespace kodad::storage
