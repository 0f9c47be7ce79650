#include "tests/http/gateway/stream_fixture.hpp"

#include <doctest/doctest.h>

#include <poll.h>
#include <sys/socket.h>

using namespace kodad;
using namespace kodad::http;
using namespace std::chrono_literals;

namespace {

/// A server whose socket buffers are small, so that a reader who pauses falls behind soon.
gateway_options tight(size_t buffer_bytes) {
  gateway_options options;
  options.stream.socket_buffer_bytes = 4096;
  options.stream.buffer_bytes = buffer_bytes;
  return options;
}

constexpr int small_receive_buffer = 4096;

/// Does a peer hear that the connection is over, although it has read nothing of what was sent?
bool hears_abort(const raw_client& client) {
  pollfd at{client.fd(), 0, 0};
  return ::poll(&at, 1, 20'000) == 1 && (at.revents & POLLERR) != 0;
}

/// The contents of all deltas in `text`, joined, and how many frames there were.
struct joined {
  std::string content;
  size_t frames = 0;
  uint64_t last_id = 0;
  bool ids_grow = true;
};

joined join(const std::string& text) {
  joined out;
  size_t at = 0;
  while ((at = text.find("id: ", at)) != std::string::npos) {
    uint64_t id = std::stoull(text.substr(at + 4, 20));
    out.ids_grow &= id > out.last_id;
    out.last_id = id;
    constexpr std::string_view key = "{\"content\":\"";
    size_t begin = text.find(key, at) + key.size();
    size_t end = text.find("\"}\n\n", begin);
    out.content += text.substr(begin, end - begin);
    ++out.frames;
    at = end;
  }
  return out;
}

} // namespace

TEST_CASE("a slow reader gets merged runs, with no byte lost") {
  stream_fixture f(tight(256 * 1024));
  auto slow = f.follow({}, small_receive_buffer);
  auto quick = f.follow();
  std::string expected;
  constexpr uint64_t count = 4000;
  for (uint64_t i = 1; i <= count; ++i) {
    auto piece = "piece " + std::to_string(i) + ";";
    expected += piece;
    f.publish({delta(i, piece)});
  }
  auto all = read_through(quick.client, count);
  CHECK(join(all).content == expected);

  auto seen = read_through(slow.client, count);
  CHECK(join(seen).content == expected);
  CHECK(join(seen).ids_grow);
  CHECK(join(seen).last_id == count);
  MESSAGE("frames for the slow reader: " << join(seen).frames << " of " << count);
  CHECK(join(seen).frames < count);
  f.publish({delta(count + 1, "afterwards")});
  CHECK(slow.client.read_until("\n\n") == delta(count + 1, "afterwards")->text);
}

TEST_CASE("a reader that never reads is cut off and another notices nothing") {
  stream_fixture f(tight(64 * 1024));
  auto stalled = f.follow({}, small_receive_buffer);
  auto reader = f.follow();
  uint64_t sent = 0;
  while (f.listener().gone_count(stalled.key) == 0) {
    f.publish({delta(++sent, std::string(500, 'x'), 1)});
    auto mark = "id: " + std::to_string(sent) + "\n";
    REQUIRE(reader.client.read_until(mark) == mark);
    reader.client.read_until("\n\n");
    REQUIRE(sent < 100'000);
  }
  CHECK(f.listener().gone_count(stalled.key) == 1);
  CHECK(f.listener().gone_count(reader.key) == 0);
  f.publish({delta(++sent, "still here")});
  CHECK(reader.client.read_until("\n\n") == delta(sent, "still here")->text);
  CHECK(stalled.client.sees_end());
}

TEST_CASE("a reserved stream that falls behind too far is told so when it opens") {
  stream_fixture f(tight(64 * 1024));
  auto [client, token] = f.ask();
  auto key = token.stream_key();
  f.hub().adopt(f.channel(), key, {});
  f.hub().follow(key, {});
  for (uint64_t i = 1; i <= 200; ++i)
    f.publish({delta(i, std::string(1000, 'x'))});
  CHECK(f.listener().wait_for_gone(key));
  token.open_stream();
  CHECK(client.read_reply().status == 503);
}

TEST_CASE("an idle stream gets comments, a busy one none") {
  gateway_options options;
  options.stream.heartbeat = 50ms;
  stream_fixture f(options);
  auto s = f.follow();
  CHECK(s.client.read_until(": hb\n\n") == ": hb\n\n");
  CHECK(s.client.read_until(": hb\n\n") == ": hb\n\n");
  f.publish({delta(1, "a")});
  CHECK(s.client.read_until("\"}\n\n").find(delta(1, "a")->text) != std::string::npos);
}

TEST_CASE("a stream that is to end but is not read is cut off") {
  auto options = tight(1024 * 1024);
  options.stream.write_stall = 100ms;
  stream_fixture f(options);
  auto stalled = f.follow({}, small_receive_buffer);
  f.publish({delta(1, std::string(900'000, 'x'))});
  f.hub().close_channel(f.channel());
  CHECK(f.listener().wait_for_gone(stalled.key));
  CHECK(hears_abort(stalled.client));
}

TEST_CASE("a replay that is not read is cut off, also when it is read a byte now and then") {
  auto options = tight(1024 * 1024);
  options.stream.write_stall = 400ms;
  stream_fixture f(options);
  auto deaf = f.open({}, small_receive_buffer);
  auto dripping = f.open({}, small_receive_buffer);
  auto reader = f.open();
  std::vector<actors::shared_frame> page;
  for (uint64_t i = 1; i <= 3000; ++i)
    page.push_back(delta(i, std::string(1000, 'x')));
  for (auto key : {deaf.key, dripping.key, reader.key})
    f.hub().push(key, page);
  CHECK(read_through(reader.client, 3000).size() > 3'000'000);
  // At most 200 bytes a second: a quicker drip would be a reader that is only slow.
  int drops = 4000;
  while (!f.listener().wait_for_gone(dripping.key, 5ms) && drops-- > 0) {
    char byte = 0;
    (void)::recv(dripping.client.fd(), &byte, 1, MSG_DONTWAIT);
  }
  CHECK(f.listener().gone_count(dripping.key) == 1);
  CHECK(f.listener().wait_for_gone(deaf.key));
  CHECK(hears_abort(deaf.client));
  CHECK(f.listener().gone_count(reader.key) == 0);
  f.hub().follow(reader.key, {});
  f.publish({delta(3001, "live")});
  CHECK(reader.client.read_until("\n\n") == delta(3001, "live")->text);
}

TEST_CASE("a frame that ends the stream does so whatever the stream wants to see") {
  stream_fixture f;
  auto s = f.open({.only_turn = 7, .until_done = true});
  auto last = std::make_shared<actors::frame>();
  last->ends_stream = true;
  last->text = ": end\n\n";
  f.hub().follow(s.key, {terminal(1, 3), last, delta(2, "never", 7)});
  auto text = s.client.read_to_end();
  CHECK(text.ends_with(": ok\n\n: end\n\n"));
  CHECK(f.listener().wait_for_gone(s.key));
}

TEST_CASE("a client that talks on its stream is heard out, but not for ever") {
  stream_fixture f;
  auto s = f.follow();
  s.client.send("hello");
  f.publish({delta(1, "a")});
  CHECK(s.client.read_until("\n\n") == delta(1, "a")->text);
  while (s.client.send(std::string(10'000, 'x'))) {
  }
  CHECK(f.listener().wait_for_gone(s.key));
}
