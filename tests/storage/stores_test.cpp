#include "storage/agent_store.hpp"
#include "storage/event_store.hpp"
#include "storage/keys.hpp"
#include "storage/message_store.hpp"
#include "storage/question_store.hpp"
#include "storage/record.hpp"
#include "storage/reply_store.hpp"
#include "storage/session_store.hpp"
#include "storage/setting_store.hpp"
#include "storage/turn_store.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace kodad;
using namespace kodad::storage;

namespace {

const proto::session_id ses{"ses_a"};

struct store_fixture {
  store_fixture() {
    auto opened = database::open({dir.path(), 1 << 26});
    REQUIRE(opened.ok());
    kept = std::move(*opened);
  }

  void commit(const write_batch& batch) { REQUIRE(kept->commit({&batch, 1})[0].ok()); }

  proto::session_record session(const std::string& id, int64_t updated_ms) {
    proto::session_record out;
    out.shown.id.text = id;
    out.shown.updated_at.ms = updated_ms;
    write_batch batch;
    session_store::put(batch, out, nullptr);
    commit(batch);
    return out;
  }

  void message(uint64_t sequence, const std::string& id, std::vector<std::string> texts) {
    write_batch batch;
    proto::message_record head;
    head.id.text = id;
    head.sequence = sequence;
    head.turn = static_cast<uint32_t>(sequence / 2 + 1);
    message_store::put_head(batch, ses, head);
    for (uint32_t i = 0; i < texts.size(); ++i) {
      proto::part_record part;
      part.shown.text = texts[i];
      message_store::put_part(batch, ses, sequence, i, part);
    }
    commit(batch);
  }

  std::vector<std::string> ids(const proto::list_sessions& wish) {
    auto page = session_store::page(kept->read(), wish);
    REQUIRE(page.ok());
    next = page->next_cursor;
    std::vector<std::string> out;
    for (const auto& one : page->sessions)
      out.push_back(one.id.text);
    return out;
  }

  tests::temp_dir dir;
  std::unique_ptr<database> kept;
  std::string next;
};

using texts = std::vector<std::string>;

proto::list_sessions first(size_t limit, std::string cursor = "") {
  proto::list_sessions out;
  out.limit = limit;
  out.cursor = std::move(cursor);
  return out;
}

} // namespace

TEST_CASE_FIXTURE(store_fixture, "sessions come newest change first, page by page") {
  auto a = session("ses_a", 10);
  session("ses_b", 30);
  session("ses_c", 20);

  CHECK(ids(first(2)) == texts{"ses_b", "ses_c"});
  auto cursor = next;
  auto changed = a;
  changed.shown.updated_at.ms = 40;
  write_batch batch;
  session_store::put(batch, changed, &a);
  commit(batch);

  CHECK(ids(first(9)) == texts{"ses_a", "ses_b", "ses_c"});
  CHECK(ids(first(2, cursor)).empty());
  CHECK_FALSE(session_store::page(kept->read(), first(2, "rubbish")).ok());
}

TEST_CASE_FIXTURE(store_fixture, "sessions are filtered by what they are") {
  auto a = session("ses_a", 10);
  session("ses_b", 20);
  auto changed = a;
  changed.shown.title = "Fix The Door";
  changed.shown.status = proto::session_status::running;
  write_batch batch;
  session_store::put(batch, changed, &a);
  commit(batch);

  auto by_text = first(9);
  by_text.text = "the door";
  CHECK(ids(by_text) == texts{"ses_a"});
  auto by_status = first(9);
  by_status.status = proto::session_status::idle;
  CHECK(ids(by_status) == texts{"ses_b"});
}

TEST_CASE_FIXTURE(store_fixture, "messages come in order with their parts") {
  message(0, "msg_u", {"hello"});
  message(1, "msg_a", {"one", "two"});
  message(2, "msg_v", {"again"});

  auto all = message_store::page(kept->read(), ses, {10, {}, {}});
  REQUIRE(all.ok());
  REQUIRE(all->messages.size() == 3);
  CHECK(all->messages[1].parts[1].shown.text == "two");
  CHECK_FALSE(all->has_newer);

  auto after = message_store::page(kept->read(), ses, {1, {}, proto::message_id{"msg_u"}});
  REQUIRE(after.ok());
  CHECK(after->messages[0].head.id.text == "msg_a");
  CHECK(after->has_newer);

  auto before = message_store::page(kept->read(), ses, {1, proto::message_id{"msg_v"}, {}});
  REQUIRE(before.ok());
  REQUIRE(before->messages.size() == 1);
  CHECK(before->messages[0].head.id.text == "msg_a");
  CHECK(before->has_older);

  CHECK_FALSE(message_store::page(kept->read(), ses, {1, proto::message_id{"none"}, {}}).ok());
}

TEST_CASE_FIXTURE(store_fixture, "a branch has copies up to a message") {
  message(0, "msg_u", {"hello"});
  message(1, "msg_a", {"one"});
  message(2, "msg_v", {"again"});
  write_batch batch;
  int made = 0;
  auto copied = copy_messages(batch, kept->read(), {ses, {"ses_b"}, 1}, [&made] {
    return proto::message_id{"new_" + std::to_string(++made)};
  });
  commit(batch);

  REQUIRE(copied.ok());
  CHECK(copied->last_turn == 1);
  auto all = message_store::history(kept->read(), {"ses_b"}, 99);
  REQUIRE(all.ok());
  REQUIRE(all->size() == 2);
  CHECK((*all)[1].head.id.text == "new_2");
  CHECK((*all)[1].parts[0].shown.text == "one");
}

TEST_CASE_FIXTURE(store_fixture, "turns are found by number, operation and being active") {
  proto::turn_record turn;
  turn.shown.session_id = ses;
  turn.shown.operation_id.text = "turn_x";
  turn.shown.number = 1;
  turn.shown.state = proto::turn_phase::running;
  turn.first_event_id = 5;
  write_batch batch;
  turn_store::put(batch, turn);
  auto queued = turn;
  queued.shown.number = 2;
  queued.shown.operation_id.text = "turn_y";
  queued.shown.state = proto::turn_phase::queued;
  turn_store::put(batch, queued);
  commit(batch);

  CHECK((*turn_store::find_operation(kept->read(), ses, {"turn_x"}))->shown.number == 1);
  CHECK_FALSE(turn_store::find_operation(kept->read(), ses, {"turn_z"})->has_value());
  CHECK((*turn_store::last(kept->read(), ses))->shown.number == 1);
  CHECK(turn_store::active(kept->read())->size() == 2);
  CHECK(*turn_store::first_event_of(kept->read(), ses, 1) == 5);

  turn.shown.state = proto::turn_phase::succeeded;
  write_batch end;
  turn_store::put(end, turn);
  commit(end);
  CHECK(turn_store::active_of(kept->read(), ses)->size() == 1);

  queued.shown.state = proto::turn_phase::cancelled;
  write_batch update;
  turn_store::update(update, queued);
  commit(update);
  CHECK(turn_store::active_of(kept->read(), ses)->empty());
  auto found = turn_store::find_operation(kept->read(), ses, {"turn_y"});
  CHECK((*found)->shown.state == proto::turn_phase::cancelled);
}

TEST_CASE_FIXTURE(store_fixture, "an answered question is known but waits no more") {
  proto::question_record asked;
  asked.shown.question_id.text = "q_1";
  write_batch batch;
  question_store::put(batch, ses, asked);
  commit(batch);
  CHECK(question_store::waiting(kept->read(), ses)->size() == 1);

  asked.response = std::vector<std::string>{"once"};
  write_batch answer;
  question_store::put(answer, ses, asked);
  commit(answer);

  CHECK(question_store::waiting(kept->read(), ses)->empty());
  CHECK((*question_store::find(kept->read(), ses, {"q_1"}))->response.has_value());
}

TEST_CASE_FIXTURE(store_fixture, "events are paged, pruned and told by kind") {
  write_batch batch;
  for (uint64_t id = 1; id <= 5; ++id)
    event_store::append(batch, ses, id,
                        id == 3 ? proto::title_updated_event("t") : proto::delta_event(1, "x"));
  event_store::append(batch, {"ses_b"}, 9, proto::delta_event(1, "other"));
  commit(batch);

  auto page = event_store::page(kept->read(), ses, 1, {1000, 3});
  REQUIRE(page.ok());
  CHECK(page->size() == 3);
  CHECK(page->front().id == 2);
  CHECK(page->front().what.data == proto::delta_event(1, "x").data);
  CHECK(page->front().what.content_end == proto::delta_event(1, "x").content_end);
  CHECK(event_store::page(kept->read(), ses, 0, {1, 100})->size() == 1);
  CHECK(*event_store::last_durable_id(kept->read(), ses) == 3);

  write_batch prune;
  event_store::erase_below(prune, ses, 3);
  commit(prune);
  CHECK(*event_store::first_id(kept->read(), ses) == 3);
}

TEST_CASE_FIXTURE(store_fixture, "a deleted session leaves nothing behind") {
  session("ses_a", 10);
  session("ses_b", 20);
  message(0, "msg_u", {"hello"});
  write_batch batch;
  event_store::append(batch, ses, 1, proto::delta_event(1, "x"));
  commit(batch);

  write_batch gone;
  REQUIRE(erase_session(gone, kept->read(), ses).ok());
  commit(gone);

  CHECK(ids(first(9)) == texts{"ses_b"});
  for (auto where : {table::messages, table::message_ids, table::events})
    CHECK(*kept->read().count(where) == 0);
}

TEST_CASE_FIXTURE(store_fixture, "replies, settings and agents are kept by their keys") {
  write_batch batch;
  reply_store::put(batch, "ses_a", "key", {"print", 202, "{}", 5, ""});
  setting_store::put(batch, {"tui.theme", {R"({"dark":true})"}});
  setting_store::put(batch, {std::string(300, 'k'), {"1"}});
  proto::agent who;
  who.id.text = "reviewer";
  agent_store::put(batch, who);
  commit(batch);

  CHECK((*reply_store::find(kept->read(), "ses_a", "key"))->body_hash == "print");
  CHECK_FALSE(reply_store::find(kept->read(), "ses_b", "key")->has_value());
  CHECK((*setting_store::find(kept->read(), "tui.theme"))->value.text == R"({"dark":true})");
  CHECK(setting_store::find(kept->read(), std::string(300, 'k'))->has_value());
  CHECK(setting_store::page(kept->read(), {})->settings.size() == 2);
  CHECK(agent_store::all(kept->read())->front().id.text == "reviewer");

  write_batch old;
  CHECK(*reply_store::erase_older(old, kept->read(), {6}, 100) == 1);
  commit(old);
  CHECK_FALSE(reply_store::find(kept->read(), "ses_a", "key")->has_value());
}

TEST_CASE_FIXTURE(store_fixture, "sessions are searched by what they are now") {
  auto a = session("ses_a", 10);
  auto changed = a;
  changed.shown.title = "Paint";
  changed.shown.agent_id.text = "plan";
  changed.shown.workspace = "/w";
  write_batch batch;
  session_store::put(batch, changed, &a);
  commit(batch);
  session("ses_b", 20);

  auto wish = first(9);
  wish.agent_id = proto::agent_id{"plan"};
  wish.workspace = "/w";
  wish.text = "PAINT";
  CHECK(ids(wish) == texts{"ses_a"});
  wish.workspace = "/";
  CHECK(ids(wish).empty());
  auto by_id = first(9);
  by_id.text = "SES_B";
  CHECK(ids(by_id) == texts{"ses_b"});
}

TEST_CASE_FIXTURE(store_fixture, "a walk over pages meets every session once while others come") {
  for (int i = 0; i < 50; ++i)
    session("ses_" + std::to_string(i), 1000 + i / 3);
  std::vector<std::string> met;
  auto wish = first(7);
  for (int page = 0; page == 0 || !next.empty(); ++page) {
    wish.cursor = next;
    for (auto& id : ids(wish))
      met.push_back(id);
    session("ses_new" + std::to_string(page), 2000 + page);
  }

  CHECK(met.size() == 50);
  std::sort(met.begin(), met.end());
  CHECK(std::unique(met.begin(), met.end()) == met.end());
}

TEST_CASE_FIXTURE(store_fixture, "what clients make up finds nothing and breaks nothing") {
  session("ses_a", 10);
  for (std::string text :
       {std::string(), std::string(5000, 'x'), std::string("a\0b", 3), std::string(511, '\xff')}) {
    auto now = kept->read();
    CHECK_FALSE((*session_store::find(now, {text})).has_value());
    CHECK_FALSE(*session_store::contains(now, {text}));
    CHECK_FALSE((*message_store::find_sequence(now, ses, {text})).has_value());
    CHECK(message_store::page(now, {text}, {10, {}, {}})->messages.empty());
    CHECK_FALSE((*turn_store::find_operation(now, {text}, {text})).has_value());
    CHECK_FALSE((*turn_store::last(now, {text})).has_value());
    CHECK_FALSE((*question_store::find(now, ses, {text})).has_value());
    CHECK(event_store::page(now, {text}, 0, {100, 100})->empty());
    CHECK_FALSE((*setting_store::find(now, text)).has_value());
  }
  for (std::string cursor : {".", ".ses_a", "1", "-1.ses_a", "x.y", "99999999999999999999.ses_a"})
    CHECK(session_store::page(kept->read(), first(1, cursor)).failure().field == "cursor");
  CHECK(ids(first(9, "18446744073709551615." + std::string(9000, 'z'))) == texts{"ses_a"});
}

TEST_CASE_FIXTURE(store_fixture, "bounds at the end of their range are bounds, not wraps") {
  message(0, "msg_u", {"hello"});
  write_batch batch;
  event_store::append(batch, ses, 7, proto::delta_event(1, "x"));
  commit(batch);

  CHECK(message_store::page(kept->read(), ses, {SIZE_MAX, {}, {}})->messages.size() == 1);
  CHECK(event_store::page(kept->read(), ses, UINT64_MAX, {100, 100})->empty());
  CHECK(event_store::page(kept->read(), ses, 6, {100, 100})->size() == 1);
}

TEST_CASE_FIXTURE(store_fixture, "a reply kept again under its key outlives the first one's time") {
  write_batch batch;
  reply_store::put(batch, "ses_a", "key", {"first", 202, "{}", 5, ""});
  commit(batch);
  write_batch again;
  reply_store::put(again, "ses_a", "key", {"second", 202, "{}", 50, ""});
  commit(again);

  write_batch old;
  CHECK(*reply_store::erase_older(old, kept->read(), {20}, 100) == 1);
  commit(old);

  auto found = reply_store::find(kept->read(), "ses_a", "key");
  REQUIRE(found->has_value());
  CHECK((*found)->body_hash == "second");
  CHECK(*kept->read().count(table::replies_by_time) == 1);
}

TEST_CASE_FIXTURE(store_fixture, "a deleted session takes its large parts and its turns along") {
  session("ses_a", 10);
  message(0, "msg_u", {std::string(100'000, 'x')});
  write_batch batch;
  proto::turn_record turn;
  turn.shown.session_id = ses;
  turn.shown.number = 1;
  turn_store::put(batch, turn);
  proto::question_record asked;
  asked.shown.question_id.text = "q_1";
  question_store::put(batch, ses, asked);
  commit(batch);

  write_batch gone;
  REQUIRE(erase_session(gone, kept->read(), ses).ok());
  commit(gone);

  for (size_t i = 1; i < table_names.size(); ++i)
    CHECK_MESSAGE(*kept->read().count(static_cast<table>(i)) == 0, table_names[i]);
}

TEST_CASE("a value of a newer version is refused, not misread") {
  CHECK_FALSE(decode<proto::setting>(table::settings, "\x02{}").ok());
  CHECK_FALSE(decode<proto::setting>(table::settings, "").ok());
  CHECK(decode<proto::setting>(table::settings, "\x01{\"key\":\"a\",\"value\":1}")->key == "a");
}
