#include "proto/sse/decoder.hpp"
#include "proto/sse/encode.hpp"

#include <doctest/doctest.h>

using namespace kodad::proto;

namespace {

struct seen_event {
  std::string type;
  std::string data;
  std::string id;

  bool operator==(const seen_event&) const = default;
};

void pull(sse::decoder& from, std::vector<seen_event>& into) {
  sse::event next;
  while (from.next(next))
    into.push_back({std::string(next.type), std::string(next.data), std::string(next.id)});
}

std::vector<seen_event> decode(const std::vector<std::string_view>& pieces, sse::at_end how) {
  sse::decoder decoder;
  std::vector<seen_event> seen;
  for (auto piece : pieces) {
    decoder.push(piece);
    pull(decoder, seen);
  }
  decoder.close(how);
  pull(decoder, seen);
  return seen;
}

std::vector<seen_event> decode(std::string_view text, sse::at_end how = sse::at_end::discard) {
  return decode(std::vector{text}, how);
}

const std::vector<std::string>& corpus() {
  static const std::vector<std::string> texts{
      "data: a\n\ndata: b\n\n",
      "\xef\xbb\xbf"
      "event: x\r\ndata: 1\r\ndata:2\r\nid: 7\r\n\r\n: note\r\n\r\ndata\r\n\r\n",
      "data: a\rdata: b\r\rdata: c\r\r",
      "id: 1\ndata: {\"t\":\"\xc3\xa4\xe2\x82\xac\"}\n\nid\ndata: x\n\nid: a\n\ndata: y\n\n",
      "retry: 250\n\n:\n\nevent: only\n\ndata: last\nevent: e1\nevent: e2\n\n",
      "data:  two blanks\nunknown: z\nDATA: no\n\r\n\rdata: q\n\n\n\ndata: r",
      "\xef\xbb\xbf\xef\xbb\xbf"
      "data: the second mark is text\n\ndata: ok\n\n",
  };
  return texts;
}

} // namespace

TEST_CASE("an event has the type, data and id that the standard gives it") {
  CHECK(decode(corpus()[0]) == std::vector<seen_event>{{"message", "a", ""}, {"message", "b", ""}});
  CHECK(decode(corpus()[1]) == std::vector<seen_event>{{"x", "1\n2", "7"}, {"message", "", "7"}});
  CHECK(decode(corpus()[2]) ==
        std::vector<seen_event>{{"message", "a\nb", ""}, {"message", "c", ""}});
  CHECK(decode(corpus()[4]) == std::vector<seen_event>{{"e2", "last", ""}});
  CHECK(decode(corpus()[5]) ==
        std::vector<seen_event>{{"message", " two blanks", ""}, {"message", "q", ""}});
  CHECK(decode(corpus()[6]) == std::vector<seen_event>{{"message", "ok", ""}});
}

TEST_CASE("an id lasts until another, and an empty one resets it") {
  auto seen = decode(corpus()[3]);

  REQUIRE(seen.size() == 3);
  CHECK(seen[0].id == "1");
  CHECK(seen[1].id == "");
  CHECK(seen[2].id == "a");
}

TEST_CASE("an id with NUL is ignored") {
  auto seen = decode(std::string_view("id: 1\nid: 2\0x\ndata: a\n\n", 23));

  REQUIRE(seen.size() == 1);
  CHECK(seen[0].id == "1");
}

TEST_CASE("the time to reconnect is read when it is a number") {
  sse::decoder decoder;
  sse::event next;
  decoder.push("retry: 250\nretry: 3s\nretry: -1\n");

  CHECK_FALSE(decoder.next(next));
  CHECK(decoder.retry_ms() == 250);
}

TEST_CASE("every split of the bytes gives the same events") {
  for (const auto& text : corpus()) {
    for (auto how : {sse::at_end::discard, sse::at_end::flush}) {
      auto whole = decode(text, how);
      std::vector<std::string_view> bytes;
      for (size_t i = 0; i < text.size(); ++i) {
        auto view = std::string_view(text);
        bytes.push_back(view.substr(i, 1));
        for (size_t j = i; j <= text.size(); ++j)
          CHECK(decode({view.substr(0, i), view.substr(i, j - i), view.substr(j)}, how) == whole);
      }
      CHECK(decode(bytes, how) == whole);
    }
  }
}

TEST_CASE("the end flushes the last block where that is asked for") {
  for (auto text : {"data: a", "data: a\n", "data: a\r", "data: a\r\n"}) {
    CHECK(decode(text, sse::at_end::discard).empty());
    CHECK(decode(text, sse::at_end::flush) == std::vector<seen_event>{{"message", "a", ""}});
  }
  CHECK(decode("data: a\n\n", sse::at_end::flush).size() == 1);
}

TEST_CASE("an event beyond the bound fails, however it arrives") {
  for (size_t step : {1u, 7u, 4096u}) {
    sse::decoder decoder(64);
    std::vector<seen_event> seen;
    auto text = "data: fits\n\ndata: " + std::string(100, 'x') + "\n\ndata: never\n\n";
    for (size_t at = 0; at < text.size(); at += step) {
      decoder.push(std::string_view(text).substr(at, step));
      pull(decoder, seen);
    }
    CHECK(decoder.failed());
    CHECK(seen.size() == 1);
  }
}

TEST_CASE("comments hold no memory and break no bound") {
  sse::decoder decoder(64);
  std::vector<seen_event> seen;
  for (int i = 0; i < 1000; ++i)
    decoder.push(": still here\n"), pull(decoder, seen);
  decoder.push("data: a\n\n");
  pull(decoder, seen);

  CHECK_FALSE(decoder.failed());
  CHECK(seen.size() == 1);
}

TEST_CASE("what is encoded decodes to itself") {
  for (auto data : {"", "{\"a\":1}", "two\nlines", "a\r\nb\rc\n"}) {
    auto seen = decode(sse::encode(7, "delta", data));

    REQUIRE(seen.size() == 1);
    CHECK(seen[0].type == "delta");
    CHECK(seen[0].id == "7");
    CHECK(seen[0].data.find('\r') == std::string::npos);
  }
  CHECK(sse::encode(7, "delta", "{}") == "id: 7\nevent: delta\ndata: {}\n\n");
  CHECK(sse::encode(0, "", "a\nb") == "data: a\ndata: b\n\n");
}
