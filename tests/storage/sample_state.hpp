// A state folder as a host in use leaves it: sessions with messages, events, turns, questions and
// files, agents, settings and kept replies, after rows have come and gone for a while.
#pragma once

#include "storage/agent_store.hpp"
#include "storage/database.hpp"
#include "storage/event_store.hpp"
#include "storage/message_store.hpp"
#include "storage/question_store.hpp"
#include "storage/reply_store.hpp"
#include "storage/session_store.hpp"
#include "storage/setting_store.hpp"
#include "storage/turn_store.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <string>

namespace kodad::tests {

/// All rows of all tables, with blobs resolved.
using all_rows = std::array<std::map<std::string, std::string>, storage::table_names.size()>;

inline proto::session_record sample_session(int number) {
  proto::session_record out;
  auto text = std::to_string(1000 + number);
  out.shown.id.text = "ses_" + text;
  out.shown.title = "Session " + text;
  out.shown.workspace = "/home/me/work";
  out.shown.metadata.text = R"({"ticket":")" + std::string(200, 'x') + "\"}";
  out.shown.updated_at.ms = 1'700'000'000'000 + number;
  return out;
}

inline proto::part_record sample_part(size_t bytes, char of) {
  proto::part_record out;
  out.shown.text = std::string(bytes, of);
  return out;
}

/// Everything of one session, in one commit.
inline storage::write_batch sample_batch(int number) {
  using namespace storage;
  write_batch out;
  auto session = sample_session(number);
  const auto& id = session.shown.id;
  session_store::put(out, session, nullptr);
  for (uint64_t i = 0; i < 4; ++i) {
    proto::message_record head;
    head.id.text = "msg_" + std::to_string(i);
    head.sequence = i;
    message_store::put_head(out, id, head);
    message_store::put_part(out, id, i, 0, sample_part(i == 3 ? 9000 : 150, 'a'));
  }
  proto::turn_record turn;
  turn.shown.session_id = id;
  turn.shown.operation_id.text = "turn_1";
  turn.shown.number = 1;
  turn.shown.state = number % 5 ? proto::turn_phase::succeeded : proto::turn_phase::running;
  turn_store::put(out, turn);
  for (uint64_t i = 1; i < 12; ++i)
    event_store::append(out, id, i, proto::title_updated_event("Title " + std::to_string(i)));
  if (number % 10 == 0)
    message_store::put_part(out, id, 2, 1, sample_part(100'000, static_cast<char>('a' + number)));
  reply_store::put(out, id.text, "key", {std::string(64, 'f'), 200, "{}", number, ""});
  return out;
}

inline void fill(storage::database& kept, int sessions) {
  using namespace storage;
  for (int i = 0; i < sessions; ++i) {
    auto batch = sample_batch(i);
    if (i % 4 == 3)
      REQUIRE(erase_session(batch, kept.read(), sample_session(i - 2).shown.id).ok());
    REQUIRE(kept.commit({&batch, 1})[0].ok());
  }
  write_batch rest;
  for (int i = 0; i < 20; ++i) {
    proto::agent who;
    who.id.text = "agent" + std::to_string(i);
    who.system_prompt = std::string(3000, 'p');
    agent_store::put(rest, who);
    setting_store::put(rest, {"setting" + std::to_string(i), {"[1,2,3]"}});
  }
  REQUIRE(kept.commit({&rest, 1})[0].ok());
}

inline all_rows read_all(const storage::database& kept) {
  all_rows out;
  auto at = kept.read();
  for (size_t i = 0; i < out.size(); ++i)
    REQUIRE(at.scan(static_cast<storage::table>(i), {"", std::string(512, '\xff')},
                    storage::lmdb::direction::forward,
                    [&](std::string_view key, std::string_view value) {
                      out[i].emplace(key, value);
                      return true;
                    })
                .ok());
  return out;
}

} // namespace kodad::tests
