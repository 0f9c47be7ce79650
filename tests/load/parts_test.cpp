#include "tests/load/mock_request.hpp"
#include "tests/load/response_reader.hpp"
#include "tests/load/samples.hpp"
#include "tests/load/stream_tally.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kodad::load;

namespace {

struct recorder final : response_listener {
  void on_head(int status) override { log += "[" + std::to_string(status) + "]"; }
  void on_body(std::string_view piece) override { log.append(piece); }
  void on_end() override { log += "."; }
  std::string log;
};

std::string frame(int id, const std::string& event, const std::string& data) {
  return "id: " + std::to_string(id) + "\nevent: " + event + "\ndata: " + data + "\n\n";
}

std::string delta(int id, const std::string& text) {
  return frame(id, "delta", R"({"type":"delta","content":")" + text + R"("})");
}

stream_tally read_in_pieces(const std::string& bytes, size_t piece) {
  stream_tally books;
  for (size_t at = 0; at < bytes.size(); at += piece)
    books.feed(std::string_view(bytes).substr(at, piece));
  return books;
}

} // namespace

TEST_CASE("responses are read from any split of bytes") {
  const std::string bytes = "HTTP/1.1 100 Continue\r\n\r\n"
                            "HTTP/1.1 201 Created\r\ncontent-LENGTH: 3\r\n\r\nabc"
                            "HTTP/1.1 204 No Content\r\n\r\n"
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "4\r\ndefg\r\nA\r\n0123456789\r\n0\r\n\r\n"
                            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    response_reader reader;
    recorder seen;
    for (size_t at = 0; at < bytes.size(); at += piece)
      CHECK(reader.feed(std::string_view(bytes).substr(at, piece), seen));
    CHECK(seen.log == "[201]abc.[204].[200]defg0123456789.[200].");
  }
}

TEST_CASE("a body without a length ends with the connection") {
  response_reader reader;
  recorder seen;

  CHECK(reader.feed("HTTP/1.1 200 OK\r\n\r\nabc", seen));
  CHECK(reader.close(seen));

  CHECK(seen.log == "[200]abc.");
  CHECK_FALSE(reader.close(seen));
}

TEST_CASE("bytes that are no response are refused") {
  for (const char* bytes : {"SMTP ready\r\n", "\r\n", "HTTP/1.1 x\r\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
    response_reader reader;
    recorder seen;
    CHECK_FALSE(reader.feed(bytes, seen));
  }
}

TEST_CASE("a stream's books are the same for any split of bytes") {
  const std::string bytes = "retry: 1000\n: ok\n\n" + frame(4, "turn_start", "{}") +
                            delta(5, "ab") + ": still here\n\n" + delta(6, "cd") +
                            frame(7, "done", "{}");
  uint64_t hash = read_in_pieces(bytes, bytes.size()).text_hash();
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    stream_tally books = read_in_pieces(bytes, piece);
    CHECK(books.succeeded());
    CHECK(books.frames() == 4);
    CHECK(books.text_bytes() == 4);
    CHECK(books.text_hash() == hash);
    CHECK(books.lost() + books.duplicates() + books.merged() == 0);
  }
}

TEST_CASE("a merged run counts as the events it stands for and has the same text") {
  stream_tally whole = read_in_pieces(delta(1, "ab") + delta(2, "cd") + delta(3, "ef"), 1000);
  stream_tally merged = read_in_pieces(delta(1, "ab") + delta(3, "cdef"), 1000);

  CHECK(merged.text_hash() == whole.text_hash());
  CHECK(merged.frames() == 2);
  CHECK(merged.events() == whole.events());
  CHECK(merged.merged() == 1);
}

TEST_CASE("lost and repeated events show") {
  CHECK(read_in_pieces(delta(1, "a") + frame(3, "done", "{}"), 1000).lost() == 1);
  CHECK(read_in_pieces(delta(1, "a") + delta(1, "a"), 1000).duplicates() == 1);
  CHECK(read_in_pieces(delta(2, "a") + delta(1, "b"), 1000).duplicates() == 1);
  stream_tally failed = read_in_pieces(frame(1, "error", R"({"code":"x"})"), 1000);
  CHECK(failed.is_over());
  CHECK_FALSE(failed.succeeded());
  CHECK(failed.error() == R"({"code":"x"})");
}

TEST_CASE("a provider's requests are read by length and in chunks") {
  const std::string body = R"({"stream":true,"tools":[{}],"messages":[{"role":"tool"},)"
                           R"({"role":"user"},{"role":"tool"},{"role":"tool"}]})";
  const std::string head = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n";
  char size[16];
  std::snprintf(size, sizeof size, "%zX", body.size());
  const std::string bytes = head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                            body + head + "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n" +
                            body + "\r\n0\r\n\r\n";
  for (size_t piece = 1; piece <= bytes.size(); piece += 7) {
    mock_request_reader reader;
    int whole = 0;
    for (size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(std::string_view(bytes).substr(at, piece));
      for (mock_request asked; reader.next(asked) == mock_request_reader::state::whole; ++whole) {
        CHECK(asked.method == "POST");
        CHECK(asked.path == "/v1/chat/completions");
        CHECK(asked.wants_stream);
        CHECK(asked.offers_tools);
        CHECK(asked.tool_results == 2);
      }
    }
    CHECK(whole == 2);
  }
}

TEST_CASE("percentiles are the smallest value that enough samples reach") {
  samples times;
  CHECK(times.percentile_ms(50) == 0);
  for (int64_t ms = 100; ms >= 1; --ms)
    times.add(ms * 1'000'000);

  CHECK(times.percentile_ms(50) == 50);
  CHECK(times.percentile_ms(99) == 99);
  CHECK(times.percentile_ms(100) == 100);
}
