// The operator hears of each lost part once, however often it is read, and of a flood that it is
// one.
#include "actors/store/loss_log.hpp"

#include "proto/limits/storage.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::actors;

namespace {

proto::full_message message(const std::string& id, const std::string& loss) {
  proto::full_message out;
  out.head.id.text = id;
  out.parts.resize(2);
  out.parts[1].loss = loss;
  return out;
}

} // namespace

TEST_CASE("a loss is told once, with session, message and file") {
  std::vector<std::string> lines;
  loss_log log([&](const std::string& line) { lines.push_back(line); });
  std::vector<proto::full_message> page{message("msg_1", "the stored file blobs/ab/abc is missing"),
                                        message("msg_2", "")};
  for (int i = 0; i < 3; ++i)
    log.note({"ses_1"}, page);
  CHECK(lines == std::vector<std::string>{"session ses_1, message msg_1: a part is lost: "
                                          "the stored file blobs/ab/abc is missing"});
  log.note({"ses_2"}, page);
  CHECK(lines.size() == 2);
  auto why =
      proto::make_error(proto::ec::storage_failed, "the stored file blobs/cd/cde is damaged");
  log.note_events({"ses_1"}, why);
  log.note_events({"ses_1"}, why);
  CHECK(lines.size() == 3);
}

TEST_CASE("of too many losses it is told that there are more") {
  std::vector<std::string> lines;
  loss_log log([&](const std::string& line) { lines.push_back(line); });
  for (size_t i = 0; i < 2 * proto::limits::losses_told; ++i)
    log.note({"ses_1"}, {message("msg_" + std::to_string(i), "gone")});
  CHECK(lines.size() == proto::limits::losses_told + 1);
  CHECK(lines.back() == "more is lost in the storage than is told one by one");
}
