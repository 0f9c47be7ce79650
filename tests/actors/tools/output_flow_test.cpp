#include "actors/tools/output/output_flow.hpp"

#include "proto/limits.hpp"
#include "proto/limits/tools.hpp"
#include "proto/text/json_size.hpp"
#include "proto/text/utf8.hpp"

#include <doctest/doctest.h>

using namespace kodad::actors;
using namespace std::chrono_literals;
using kodad::proto::ec;
using kodad::proto::result;
namespace limits = kodad::proto::limits;
namespace text = kodad::proto::text;

namespace {

struct place {
  result<void> keep(std::string_view piece) {
    ++writes;
    if (is_full)
      return kodad::proto::make_error(ec::storage_full, "keep a tool's output: no space left");
    file += piece;
    return {};
  }

  std::string shown() {
    std::string out;
    for (const auto& chunk : flow.last_chunks())
      out += chunk;
    return out;
  }

  std::string file;
  bool is_full = false;
  int writes = 0;
  output_flow flow{"/sessions/s/outputs/c", [this](auto piece) { return keep(piece); }};
  output_flow::time now{};
};

bool has(const std::string& all, const std::string& piece) {
  return all.find(piece) != std::string::npos;
}

} // namespace

TEST_CASE("a first piece is shown at once, later ones together after a while") {
  place at;
  at.flow.take("one\n");
  CHECK(at.flow.next_chunk(at.now) == "one\n");
  at.flow.take("two\n");
  at.flow.take("three\n");
  CHECK(!at.flow.next_chunk(at.now + 50ms));
  CHECK(at.flow.next_time() == at.now + limits::output_chunk_gap);
  CHECK(at.flow.next_chunk(at.now + limits::output_chunk_gap) == "two\nthree\n");
  CHECK(!at.flow.next_time());
  CHECK(at.file.empty());
}

TEST_CASE("what the model sees whole needs no file") {
  place at;
  at.flow.take(std::string(limits::tool_output_bytes, 'x'));
  CHECK(at.writes == 0);
  at.flow.take("y");
  CHECK(at.file == std::string(limits::tool_output_bytes, 'x') + "y");
}

TEST_CASE("a flood fills the log's share, then says once where the rest is") {
  place at;
  std::string all;
  for (int i = 0; i < 100; ++i) {
    std::string piece(20'000, static_cast<char>('a' + i % 26));
    piece += "\"\n";
    all += piece;
    at.flow.take(piece);
  }
  auto shown = at.shown();
  auto mark = shown.find("\n(more output follows");
  REQUIRE(mark != std::string::npos);
  CHECK(has(shown, "kept at /sessions/s/outputs/c)\n"));
  CHECK(all.starts_with(shown.substr(0, mark)));
  CHECK(text::json_size(shown) < limits::output_log_bytes + 200);
  CHECK(text::json_size(shown) > limits::output_log_bytes - 10);
  CHECK(at.file == all);
  at.flow.take("more");
  CHECK(at.flow.last_chunks().empty());
}

TEST_CASE("no chunk is larger than its bound, none cuts a character") {
  place at;
  std::string snow;
  for (int i = 0; i < 50'000; ++i)
    snow += "\u2603";
  at.flow.take(snow);
  auto chunks = at.flow.last_chunks();
  CHECK(chunks.size() >= 4);
  for (const auto& chunk : chunks) {
    CHECK(chunk.size() <= limits::output_chunk_bytes);
    CHECK(text::is_utf8(chunk));
  }
}

TEST_CASE("the file ends at its bound and is told as cut") {
  place at;
  std::string piece(1024 * 1024, 'x');
  for (int i = 0; i < 16; ++i)
    at.flow.take(piece);
  CHECK(!at.flow.is_cut());
  at.flow.take("y");
  CHECK(at.flow.is_cut());
  CHECK(at.file.size() == limits::output_kept_bytes);
  CHECK(at.flow.complaint().empty());
}

TEST_CASE("a full disk costs the file, not the call, and is told") {
  place at;
  at.is_full = true;
  for (int i = 0; i < 10; ++i)
    at.flow.take(std::string(limits::tool_output_bytes, 'x'));
  CHECK(at.writes == 1);
  CHECK(at.flow.is_cut());
  CHECK(has(at.flow.complaint(), "no space left"));
  CHECK(has(at.shown(), "no space left"));
  CHECK(at.flow.take_kept().bytes_seen() == 10 * limits::tool_output_bytes);
}
