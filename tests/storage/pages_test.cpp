// Lists end at a bound of bytes, too, and hold no more than about a page while they are made:
// also where an older version took titles and metadata of any length.
#include "proto/json/codec.hpp"
#include "proto/limits/storage.hpp"
#include "storage/message_store.hpp"
#include "storage/session_store.hpp"
#include "storage/setting_store.hpp"
#include "storage/shorten.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace kodad;
using namespace kodad::storage;
using proto::limits::page_bytes;

namespace {

constexpr size_t megabyte = 1024 * 1024;
const proto::session_id ses{"ses_a"};

struct page_fixture {
  page_fixture() { open(); }

  void open() {
    kept.reset();
    auto opened = database::open({dir.path(), size_t{1} << 30});
    REQUIRE(opened.ok());
    kept = std::move(*opened);
  }

  void commit(const write_batch& batch) { REQUIRE(kept->commit({&batch, 1})[0].ok()); }

  void session(int number, size_t title, size_t metadata) {
    proto::session_record out;
    out.shown.id.text = "ses_" + std::to_string(100 + number);
    out.shown.title = std::string(title, 't');
    if (metadata > 0)
      out.shown.metadata.text = R"({"note":")" + std::string(metadata, 'm') + "\"}";
    out.shown.updated_at.ms = 1000 + number;
    write_batch batch;
    session_store::put(batch, out, nullptr);
    commit(batch);
  }

  void message(uint64_t sequence, size_t bytes) {
    write_batch batch;
    proto::message_record head;
    head.id.text = "msg_" + std::to_string(1000 + sequence);
    head.sequence = sequence;
    message_store::put_head(batch, ses, head);
    proto::part_record part;
    part.shown.text = std::string(bytes, 'x');
    message_store::put_part(batch, ses, sequence, 0, part);
    commit(batch);
  }

  message_slice page(const message_bounds& bounds) {
    auto out = message_store::page(kept->read(), ses, bounds);
    REQUIRE(out.ok());
    return std::move(*out);
  }

  tests::temp_dir dir;
  std::unique_ptr<database> kept;
};

size_t json_of(const message_slice& slice) {
  size_t out = 0;
  for (const auto& one : slice.messages)
    out += proto::json::write(to_message(ses, one)).size();
  return out;
}

std::vector<uint64_t> numbers(const message_slice& slice) {
  std::vector<uint64_t> out;
  for (const auto& one : slice.messages)
    out.push_back(one.head.sequence);
  return out;
}

using order = std::vector<uint64_t>;

proto::list_sessions first(size_t limit, std::string cursor = "") {
  proto::list_sessions out;
  out.limit = limit;
  out.cursor = std::move(cursor);
  return out;
}

} // namespace

TEST_CASE_FIXTURE(page_fixture, "a page of sessions ends at its bytes and goes on behind") {
  // As large as an old record may be and still be shown whole.
  for (int i = 0; i < 200; ++i)
    session(i, 1000, 50'000);
  size_t seen = 0;
  std::string cursor;
  int pages = 0;
  do {
    auto page = session_store::page(kept->read(), first(1000, cursor));
    REQUIRE(page.ok());
    CHECK(proto::json::write(page->sessions).size() <= page_bytes);
    seen += page->sessions.size();
    cursor = page->next_cursor;
    ++pages;
  } while (!cursor.empty());

  CHECK(seen == 200);
  CHECK(pages == 3);
}

TEST_CASE_FIXTURE(page_fixture, "a page of messages ends at its bytes, either way") {
  for (uint64_t i = 0; i < 8; ++i)
    message(i, megabyte / 2);

  auto oldest = page({100, {}, {}});
  CHECK(numbers(oldest) == order{0, 1, 2});
  CHECK(oldest.has_newer);
  CHECK(json_of(oldest) <= page_bytes);
  auto next = page({100, {}, proto::message_id{"msg_1002"}});
  CHECK(numbers(next) == order{3, 4, 5});
  CHECK(numbers(page({100, {}, proto::message_id{"msg_1005"}})) == order{6, 7});
  CHECK_FALSE(page({100, {}, proto::message_id{"msg_1005"}}).has_newer);
  auto before = page({100, proto::message_id{"msg_1007"}, {}});
  CHECK(numbers(before) == order{4, 5, 6});
  CHECK(before.has_older);
  CHECK(numbers(page({2, proto::message_id{"msg_1007"}, {}})) == order{5, 6});
}

TEST_CASE_FIXTURE(page_fixture, "a message larger than a page comes alone and whole") {
  message(0, 100);
  message(1, 6 * megabyte);
  message(2, 100);

  CHECK(numbers(page({100, {}, {}})) == order{0});
  auto alone = page({100, {}, proto::message_id{"msg_1000"}});
  CHECK(numbers(alone) == order{1});
  CHECK(alone.messages[0].parts[0].shown.text.size() == 6 * megabyte);
  CHECK(alone.has_newer);
  CHECK(numbers(page({100, proto::message_id{"msg_1002"}, {}})) == order{1});
}

TEST_CASE_FIXTURE(page_fixture, "settings come page by page") {
  for (int i = 0; i < 100; ++i) {
    write_batch batch;
    setting_store::put(batch,
                       {"key" + std::to_string(100 + i), {"\"" + std::string(60'000, 'v') + "\""}});
    commit(batch);
  }
  size_t seen = 0;
  proto::page_wish wish{1000, ""};
  do {
    auto page = setting_store::page(kept->read(), wish);
    REQUIRE(page.ok());
    CHECK(proto::json::write(page->settings).size() <= page_bytes);
    seen += page->settings.size();
    wish.cursor = page->next_cursor;
  } while (!wish.cursor.empty());
  CHECK(seen == 100);
  CHECK(setting_store::page(kept->read(), {7, "key104"})->settings.front().key == "key105");
  CHECK(setting_store::page(kept->read(), {7, "key104"})->settings.size() == 7);
}

TEST_CASE("long members are cut with a mark, and nothing else changes") {
  proto::session_record record;
  record.shown.id.text = "ses_a";
  record.shown.title = "a\"\\\n\u20ac";
  record.granted = {{"bash", std::string(20'000, 'g')}};
  auto plain = proto::json::write(record);
  CHECK(shorten_session(plain) == plain);

  std::string title;
  for (int i = 0; i < 20'000; ++i)
    title += i % 2 ? "\u20ac" : "\"";
  record.shown.title = title;
  record.shown.metadata.text = R"({"a":["}","\"",{"b":")" + std::string(20'000, '}') + "\"}]}";
  auto bytes = record.shown.metadata.text.size();
  auto cut = proto::json::read<proto::session_record>(shorten_session(proto::json::write(record)));
  REQUIRE(cut.ok());
  CHECK(cut->shown.title.size() < 1100);
  CHECK(cut->shown.title.ends_with("\u2026"));
  CHECK(title.starts_with(cut->shown.title.substr(0, cut->shown.title.size() - 3)));
  CHECK(cut->shown.metadata.text == R"({"truncated":true,"bytes":)" + std::to_string(bytes) + "}");
  CHECK(cut->granted[0].pattern == record.granted[0].pattern);
}

/// What a host does for one GET /sessions.
bool list_once(const database& from, std::string text) {
  proto::list_sessions wish = first(100);
  wish.text = std::move(text);
  auto page = session_store::page(from.read(), wish);
  return page && page->sessions.size() == 12 &&
         proto::json::write(page->sessions).size() < megabyte;
}

// Run by the test below in a process of its own, which has not written the sessions.
TEST_CASE("a process that lists" * doctest::skip()) {
  const char* folder = std::getenv("KODAD_LIST_FOLDER");
  REQUIRE(folder);
  auto opened = database::open({folder, size_t{1} << 30});
  REQUIRE(opened.ok());
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 3; ++i)
      clients.emplace_back([&, i] { right += list_once(**opened, i == 2 ? "ses_1" : ""); });
  }
  CHECK(right == 3);
}

TEST_CASE_FIXTURE(page_fixture, "three lists at once of sessions of 31 MB stay below 200 MB") {
  for (int i = 0; i < 12; ++i)
    session(i, i % 2 ? 31 * megabyte : 10, i % 2 ? 0 : 31 * megabyte);
  kept.reset();
  ::setenv("KODAD_LIST_FOLDER", dir.path().c_str(), 1);
  int child = ::fork();
  if (child == 0) {
    ::execl("/proc/self/exe", "storage_test", "-tc=a process that lists", "-ns",
            static_cast<char*>(nullptr));
    ::_exit(1);
  }
  int status = 1;
  struct rusage used {};
  ::wait4(child, &status, 0, &used);

  CHECK(status == 0);
  MESSAGE("peak ", used.ru_maxrss / 1024, " MB");
#ifdef __SANITIZE_ADDRESS__
  constexpr long share = 5; // The sanitizer keeps what was freed, and margins around everything.
#else
  constexpr long share = 1;
#endif
  CHECK(used.ru_maxrss < share * 200 * 1024);
}
