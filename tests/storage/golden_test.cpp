// One value of each record as the first release wrote it, every field filled. The files are never
// written again: what they hold must stay readable, whatever fields come or go.
#include "storage/event_store.hpp"
#include "storage/message_store.hpp"
#include "storage/question_store.hpp"
#include "storage/record.hpp"
#include "storage/session_store.hpp"
#include "storage/turn_store.hpp"
#include "tests/support/temp_dir.hpp"

#include "proto/agent.hpp"
#include "proto/setting.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace kodad;
using namespace kodad::storage;

namespace {

namespace json = proto::json;

std::string golden(const std::string& name) {
  std::ifstream in(std::string(KODAD_GOLDEN) + "/records/v1/" + name, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Bytes of files, which the first release had a field for and took none of. They have rows of
/// their own now.
constexpr std::string_view dropped = "content";

/// Is all that `old` says in `now`, too? `now` may have more keys.
bool holds_all(const json::value& old, const json::value& now);

bool holds_all_keys(const json::object& old, const json::object& now) {
  for (auto entry : old) {
    auto other = json::find(now, entry.key);
    if (!other && entry.key == dropped)
      continue;
    if (!other || !holds_all(entry.value, *other))
      return false;
  }
  return true;
}

bool holds_all(const json::value& old, const json::value& now) {
  json::object old_object, now_object;
  if (old.get(old_object) == simdjson::SUCCESS)
    return now.get(now_object) == simdjson::SUCCESS && holds_all_keys(old_object, now_object);
  return json::to_text(old) == json::to_text(now);
}

template <class T>
bool reads_whole(const std::string& name) {
  auto old = golden(name);
  auto record = decode<T>(table::meta, old);
  if (!record)
    return false;
  auto now = encode(*record);
  json::parser first, second;
  auto before = first.parse(*body_of(old));
  auto after = second.parse(*body_of(now));
  return before && after && holds_all(*before, *after);
}

} // namespace

TEST_CASE("records of the first version are read with all they say") {
  CHECK(reads_whole<proto::session_record>("session_record"));
  CHECK(reads_whole<proto::message_record>("message_record"));
  CHECK(reads_whole<proto::part_record>("part_record"));
  CHECK(reads_whole<proto::turn_record>("turn_record"));
  CHECK(reads_whole<proto::question_record>("question_record"));
  CHECK(reads_whole<proto::agent>("agent"));
  CHECK(reads_whole<proto::setting>("setting"));
  CHECK(reads_whole<proto::kept_reply>("kept_reply"));
}

TEST_CASE("an event of the first version is read") {
  tests::temp_dir dir;
  auto kept = database::open({dir.path(), 1 << 24});
  REQUIRE(kept.ok());
  write_batch batch;
  event_store::append(batch, {"ses_a"}, 1, {});
  write_batch old;
  old.put(table::events, batch.operations()[0].key, golden("event"));
  REQUIRE((*kept)->commit({&old, 1})[0].ok());

  auto page = event_store::page((*kept)->read(), {"ses_a"}, 0, {1000, 1});

  REQUIRE(page.ok());
  auto expected = proto::tool_output_event(7, {"call_1", "bash"}, "line \"one\"\n");
  CHECK(page->front().what.type == expected.type);
  CHECK(page->front().what.turn == 7);
  CHECK(page->front().what.data == expected.data);
  CHECK(page->front().what.content_begin == expected.content_begin);
  CHECK(page->front().what.content_end == expected.content_end);
}
