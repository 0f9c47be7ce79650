// QUESTION STORE: the questions of each session, answered ones too, and which of them wait.
#pragma once

#include "proto/question.hpp"
#include "storage/database.hpp"

namespace kodad::storage {

class question_store {
public:
  static void put(write_batch& into, const proto::session_id& session,
                  const proto::question_record& question);

  static proto::result<std::optional<proto::question_record>>
  find(const snapshot& at, const proto::session_id& session, const proto::question_id& id);

  /// Those that wait, oldest first.
  static proto::result<std::vector<proto::question_record>>
  waiting(const snapshot& at, const proto::session_id& session);
};

} // namespace kodad::storage
