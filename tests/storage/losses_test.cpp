// Blob files that somebody removed or changed: what stood in them is lost and says so, all else of
// the session is given, and nothing that is changed is ever taken for what was kept.
#include "proto/limits/storage.hpp"
#include "storage/blob_reference.hpp"
#include "storage/message_store.hpp"
#include "storage/session_store.hpp"
#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace kodad;
using namespace kodad::storage;

namespace {

const proto::session_id ses{"ses_a"};
const proto::session_id branched{"ses_b"};

struct loss_fixture {
  loss_fixture() {
    auto opened = database::open({dir.path(), 1 << 26});
    REQUIRE(opened.ok());
    kept = std::move(*opened);
    write_batch batch;
    proto::message_record head;
    head.id.text = "msg_1";
    message_store::put_head(batch, ses, head);
    put(batch, 0, proto::part_type::text, "short");
    put(batch, 1, proto::part_type::text, large);
    put(batch, 2, proto::part_type::reasoning, "also short");
    proto::part_record file;
    file.shown.type = proto::part_type::file;
    file.shown.name = "a.png";
    file.shown.size = 5;
    file.content = "bytes";
    message_store::put_part(batch, ses, 0, 3, file);
    commit(batch);
  }

  static void put(write_batch& batch, uint32_t index, proto::part_type type, std::string text) {
    proto::part_record part;
    part.shown.type = type;
    part.shown.step = 7;
    part.shown.text = std::move(text);
    message_store::put_part(batch, ses, 0, index, part);
  }

  void commit(const write_batch& batch) { REQUIRE(kept->commit({&batch, 1})[0].ok()); }

  std::vector<proto::part_record> page(const proto::session_id& of = ses) {
    auto out = message_store::page(kept->read(), of, {10, {}, {}});
    REQUIRE(out.ok());
    REQUIRE(out->messages.size() == 1);
    return out->messages[0].parts;
  }

  std::vector<proto::part_record> history(const proto::session_id& of = ses) {
    auto out = message_store::history(kept->read(), of, 9);
    REQUIRE(out.ok());
    return out->at(0).parts;
  }

  void branch() {
    write_batch batch;
    REQUIRE(copy_messages(batch, kept->read(), {ses, branched, 0}, [] {
              return proto::message_id{"msg_2"};
            }).ok());
    commit(batch);
  }

  /// The files whose size is below, or from, 100 bytes.
  std::string path(bool is_large) {
    for (const auto& one : host::files_below(dir.path() + "/blobs"))
      if ((std::filesystem::file_size(one) >= 100) == is_large)
        return one;
    FAIL("no such file");
    return "";
  }

  void check_lost(const std::vector<proto::part_record>& parts, size_t lost) {
    REQUIRE(parts.size() == 4);
    for (size_t i = 0; i < 4; ++i) {
      CHECK(is_lost(parts[i].shown) == (i == lost));
      CHECK(parts[i].loss.empty() == (i != lost));
    }
    CHECK(parts[0].shown.text == "short");
    CHECK(parts[2].shown.text == "also short");
    CHECK(parts[lost].shown.text.empty());
    CHECK(parts[lost].content.empty());
    CHECK(parts[lost].shown.error->find('/') == std::string::npos);
    CHECK(parts[lost].loss.find("the stored file blobs/") == 0);
    CHECK(parts[lost].loss.find(dir.path()) == std::string::npos);
  }

  tests::temp_dir dir;
  std::unique_ptr<database> kept;
  std::string large = std::string(100'000, 'x') + " end";
};

using harm = void (*)(const std::string& path);

void remove(const std::string& path) {
  host::remove_file(path);
}
void empty(const std::string& path) {
  REQUIRE(host::write_durably(path, "").ok());
}
void cut(const std::string& path) {
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
}
void lengthen(const std::string& path) {
  std::filesystem::resize_file(path, std::filesystem::file_size(path) + 1);
}
void alter(const std::string& path) {
  auto bytes = *host::read_whole(path, std::filesystem::file_size(path));
  bytes[bytes.size() / 2] ^= 1;
  REQUIRE(host::write_durably(path, bytes).ok());
}
void make_folder(const std::string& path) {
  host::remove_file(path);
  REQUIRE(host::make_folders(path).ok());
}
void make_loop(const std::string& path) {
  host::remove_file(path);
  std::filesystem::create_symlink(path, path);
}

constexpr harm harms[] = {remove, empty, cut, lengthen, alter, make_folder, make_loop};

} // namespace

TEST_CASE_FIXTURE(loss_fixture, "a text whose file is lost is a part that says so") {
  auto file = path(true);
  auto bytes = *host::read_whole(file, std::filesystem::file_size(file));
  for (auto harm_one : harms) {
    harm_one(file);
    check_lost(page(), 1);
    check_lost(history(), 1);
    CHECK(page()[1].shown.step == 7);
    std::filesystem::remove_all(file);
    REQUIRE(host::write_durably(file, bytes).ok());
    CHECK(page()[1].shown.text == large);
  }
}

TEST_CASE_FIXTURE(loss_fixture, "an attachment whose file is lost says so beside its name") {
  auto file = path(false);
  auto bytes = *host::read_whole(file, std::filesystem::file_size(file));
  for (auto harm_one : harms) {
    harm_one(file);
    check_lost(page(), 3);
    check_lost(history(), 3);
    CHECK(page()[3].shown.name == "a.png");
    CHECK(page()[3].shown.size == 5);
    std::filesystem::remove_all(file);
    REQUIRE(host::write_durably(file, bytes).ok());
    CHECK(history()[3].content == "bytes");
    CHECK_FALSE(is_lost(page()[3].shown));
  }
}

TEST_CASE_FIXTURE(loss_fixture, "a message with a lost text says so, too") {
  remove(path(true));
  auto all = message_store::page(kept->read(), ses, {10, {}, {}});
  REQUIRE(all.ok());
  auto shown = to_message(ses, all->messages[0]);
  CHECK(shown.content == "short");
  CHECK(shown.error == shown.parts[1].error);
}

TEST_CASE_FIXTURE(loss_fixture, "a branch reads no file, and shares what is lost and comes back") {
  auto file = path(true);
  auto bytes = *host::read_whole(file, std::filesystem::file_size(file));
  remove(file);
  branch();
  check_lost(page(branched), 1);
  CHECK(history(branched)[3].content == "bytes");

  REQUIRE(host::write_durably(file, bytes).ok());
  CHECK(page(branched)[1].shown.text == large);
  write_batch gone;
  REQUIRE(erase_session(gone, kept->read(), ses).ok());
  commit(gone);
  CHECK(page(branched)[1].shown.text == large);
  CHECK(history(branched)[3].content == "bytes");
}

TEST_CASE_FIXTURE(loss_fixture, "a session with a lost file can be deleted") {
  remove(path(true));
  remove(path(false));
  write_batch gone;
  REQUIRE(erase_session(gone, kept->read(), ses).ok());
  commit(gone);
  CHECK(*kept->read().count(table::messages) == 0);
  CHECK(*kept->read().count(table::blobs) == 0);
}
