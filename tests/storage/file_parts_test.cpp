// The bytes of attached files: kept beside the transcript, once for all that have the same.
#include "storage/message_store.hpp"
#include "storage/session_store.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace kodad;
using namespace kodad::storage;

namespace {

struct file_fixture {
  file_fixture() {
    auto opened = database::open({dir.path(), 1 << 26});
    REQUIRE(opened.ok());
    kept = std::move(*opened);
  }

  void commit(const write_batch& batch) { REQUIRE(kept->commit({&batch, 1})[0].ok()); }

  void attach(const std::string& session, const std::string& bytes) {
    write_batch batch;
    proto::session_record record;
    record.shown.id.text = session;
    session_store::put(batch, record, nullptr);
    proto::message_record head;
    head.id.text = "msg_" + session;
    message_store::put_head(batch, record.shown.id, head);
    proto::part_record file;
    file.shown.type = proto::part_type::file;
    file.shown.name = "a.png";
    file.content = bytes;
    message_store::put_part(batch, record.shown.id, 0, 0, {});
    message_store::put_part(batch, record.shown.id, 0, 1, file);
    commit(batch);
  }

  std::string content(const std::string& session) {
    auto all = message_store::history(kept->read(), proto::session_id{session}, UINT64_MAX);
    REQUIRE(all.ok());
    REQUIRE(all->size() == 1);
    return all->front().parts[1].content;
  }

  void erase(const std::string& session) {
    write_batch batch;
    REQUIRE(erase_session(batch, kept->read(), proto::session_id{session}).ok());
    commit(batch);
  }

  size_t blobs() {
    size_t out = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.path()))
      out += entry.is_regular_file() && entry.path().filename().string().size() == 64 ? 1 : 0;
    return out;
  }

  tests::temp_dir dir;
  std::unique_ptr<database> kept;
};

} // namespace

TEST_CASE_FIXTURE(file_fixture, "a file's bytes come back with the history, whatever they are") {
  std::string bytes("\x00\xff\x01 not text \n", 14);
  attach("ses_a", bytes);

  CHECK(content("ses_a") == bytes);
}

TEST_CASE_FIXTURE(file_fixture, "a page of messages does not read them") {
  attach("ses_a", "bytes");
  auto page = message_store::page(kept->read(), proto::session_id{"ses_a"}, {10, {}, {}});

  REQUIRE(page.ok());
  CHECK(page->messages[0].parts[1].shown.name == "a.png");
  CHECK(page->messages[0].parts[1].content.empty());
}

TEST_CASE_FIXTURE(file_fixture, "the same bytes are kept once, also small ones") {
  attach("ses_a", "same");
  attach("ses_b", "same");
  attach("ses_c", "other");

  CHECK(blobs() == 2);
  erase("ses_a");
  CHECK(content("ses_b") == "same");
}

TEST_CASE_FIXTURE(file_fixture, "a copied conversation has its own hold on them") {
  attach("ses_a", "same");
  write_batch batch;
  auto copied = copy_messages(batch, kept->read(), {{"ses_a"}, {"ses_b"}, 0},
                              [] { return proto::message_id{"msg_copy"}; });
  REQUIRE(copied.ok());
  commit(batch);
  erase("ses_a");

  CHECK(content("ses_b") == "same");
}
