#include "tests/http/gateway/stream_fixture.hpp"

#include <doctest/doctest.h>

using namespace kodad;
using namespace kodad::http;
using namespace std::chrono_literals;

TEST_CASE("a stream begins with its head, the retry time and a comment") {
  stream_fixture f;
  auto s = f.open();
  auto head = s.client.read_until("\r\n\r\n");
  CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
  for (const char* line : {"Content-Type: text/event-stream\r\n",
                           "Cache-Control: no-cache, no-transform\r\n", "X-Accel-Buffering: no\r\n",
                           "Connection: keep-alive\r\n", "Transfer-Encoding: chunked\r\n"})
    CHECK(head.find(line) != std::string::npos);
  CHECK(head.find("Content-Length") == std::string::npos);
  CHECK(s.client.read_until(": ok\n\n") == "retry: 1000\n\n: ok\n\n");
}

TEST_CASE("a stream sees its backlog, then what is published, in order") {
  stream_fixture f;
  auto s = f.open();
  f.publish({delta(1, "unseen")});
  f.hub().follow(s.key, {delta(2, "b"), delta(3, "c")});
  f.publish({delta(4, "d")});
  f.publish({delta(5, "e"), terminal(6)});
  s.client.read_until(": ok\n\n");
  CHECK(s.client.read_until("done\ndata: {}\n\n") == delta(2, "b")->text + delta(3, "c")->text +
                                                         delta(4, "d")->text + delta(5, "e")->text +
                                                         terminal(6)->text);
}

TEST_CASE("calls made before a stream opens are kept for it") {
  stream_fixture f;
  auto [client, token] = f.ask();
  auto key = token.stream_key();
  f.hub().adopt(f.channel(), key, {});
  f.hub().push(key, {delta(1, "a")});
  f.hub().follow(key, {delta(2, "b")});
  f.publish({delta(3, "c")});
  token.open_stream({{"X-More", "yes"}});
  CHECK(client.read_until("\r\n\r\n").find("X-More: yes") != std::string::npos);
  client.read_until(": ok\n\n");
  auto all = delta(1, "a")->text + delta(2, "b")->text + delta(3, "c")->text;
  CHECK(client.read_until(delta(3, "c")->text) == all);
  CHECK(f.listener().gone_count(key) == 0);
}

TEST_CASE("each page is followed by a call for the next") {
  stream_fixture f;
  auto s = f.open();
  s.client.read_until(": ok\n\n");
  f.hub().push(s.key, {});
  CHECK(f.listener().wait_for_drained(s.key, 1));
  // Far more than the stream's bound: pages are free of it.
  std::vector<actors::shared_frame> page;
  std::string all;
  for (uint64_t i = 1; i <= 3000; ++i) {
    page.push_back(delta(i, std::string(1000, 'x')));
    all += page.back()->text;
  }
  f.hub().push(s.key, std::move(page));
  CHECK((read_through(s.client, 3000) == all)); // In brackets: too long to be printed.
  CHECK(f.listener().wait_for_drained(s.key, 2));
  f.hub().follow(s.key, {});
  f.publish({delta(3001, "live")});
  CHECK(s.client.read_until("\n\n") == delta(3001, "live")->text);
}

TEST_CASE("a stream until done ends after the terminal frame") {
  stream_fixture f;
  auto s = f.follow({.only_turn = 0, .until_done = true});
  f.publish({delta(1, "a"), terminal(2), delta(3, "later")});
  CHECK(s.client.read_to_end() == delta(1, "a")->text + terminal(2)->text);
  CHECK(f.listener().wait_for_gone(s.key));
  CHECK(s.client.saw_last_chunk());
}

TEST_CASE("a connection serves other requests once its stream has ended") {
  stream_fixture f;
  raw_client client(f.at().port());
  for (int round = 0; round < 3; ++round) {
    client.send(get(f.at().port(), "/keep"));
    auto token = f.at().kept();
    f.hub().adopt(f.channel(), token.stream_key(), {.until_done = true});
    f.hub().follow(token.stream_key(), {terminal(1)});
    token.open_stream();
    CHECK(client.read_until("\r\n\r\n").find("Connection: keep-alive\r\n") != std::string::npos);
    CHECK(client.read_until(terminal(1)->text).ends_with(terminal(1)->text));
    client.send(get(f.at().port(), "/echo"));
    CHECK(client.read_reply().status == 200);
  }
}

TEST_CASE("a request that is pipelined behind a stream is told that it will not be answered") {
  stream_fixture f;
  raw_client client(f.at().port());
  client.send(get(f.at().port(), "/keep") + get(f.at().port(), "/echo"));
  auto token = f.at().kept();
  f.hub().adopt(f.channel(), token.stream_key(), {.until_done = true});
  f.hub().follow(token.stream_key(), {terminal(1)});
  token.open_stream();
  CHECK(client.read_until("\r\n\r\n").find("Connection: close\r\n") != std::string::npos);
  CHECK(client.read_until(terminal(1)->text).ends_with(terminal(1)->text));
  CHECK(client.sees_end());
}

TEST_CASE("a client that asks for the close of its connection gets it after the stream") {
  stream_fixture f;
  raw_client client(f.at().port());
  client.send(get(f.at().port(), "/keep", "Connection: close\r\n"));
  auto token = f.at().kept();
  f.hub().adopt(f.channel(), token.stream_key(), {.until_done = true});
  f.hub().follow(token.stream_key(), {terminal(1)});
  token.open_stream();
  CHECK(client.read_to_end().ends_with(terminal(1)->text));
  CHECK(client.saw_last_chunk());
}

TEST_CASE("HTTP/1.0 gets a stream without chunks, which ends with the connection") {
  stream_fixture f;
  raw_client client(f.at().port());
  client.send("GET /keep HTTP/1.0\r\nHost: localhost:" + std::to_string(f.at().port()) +
              "\r\n\r\n");
  auto token = f.at().kept();
  f.hub().adopt(f.channel(), token.stream_key(), {.until_done = true});
  f.hub().follow(token.stream_key(), {delta(1, "a"), terminal(2)});
  token.open_stream();
  auto all = client.read_to_end();
  CHECK(all.find("Transfer-Encoding") == std::string::npos);
  CHECK(all.ends_with("\r\n\r\nretry: 1000\n\n: ok\n\n" + delta(1, "a")->text + terminal(2)->text));
}

TEST_CASE("a frame that ends every stream ends with the last chunk") {
  stream_fixture f;
  auto s = f.follow();
  auto last = std::make_shared<actors::frame>(*delta(1, "gone"));
  last->ends_stream = true;
  f.publish({last});
  f.hub().close_channel(f.channel());
  CHECK(s.client.read_to_end() == last->text);
  CHECK(s.client.saw_last_chunk());
}

TEST_CASE("the last chunk follows a terminal frame at any place in a large batch") {
  for (uint64_t before : {62, 63, 64, 65, 127, 128}) {
    stream_fixture f;
    auto s = f.follow({.until_done = true});
    std::vector<actors::shared_frame> batch;
    for (uint64_t i = 1; i <= before; ++i)
      batch.push_back(delta(i, "x"));
    batch.push_back(terminal(before + 1));
    f.publish(std::move(batch));
    CHECK(s.client.read_to_end().ends_with(terminal(before + 1)->text));
    CHECK(s.client.saw_last_chunk());
  }
}

TEST_CASE("a page's terminal frame ends a stream until done too") {
  stream_fixture f;
  auto s = f.open({.only_turn = 0, .until_done = true});
  s.client.read_until(": ok\n\n");
  f.hub().push(s.key, {delta(1, "a"), terminal(2), delta(3, "later")});
  CHECK(s.client.read_to_end() == delta(1, "a")->text + terminal(2)->text);
  CHECK(f.listener().wait_for_gone(s.key));
}

TEST_CASE("a stream of one turn skips the others and ends with its own") {
  stream_fixture f;
  auto s = f.open({.only_turn = 2, .until_done = true});
  s.client.read_until(": ok\n\n");
  f.hub().follow(s.key, {delta(1, "old", 1), delta(2, "two", 2)});
  f.publish({terminal(3, 1), delta(4, "of no turn", 0), delta(5, "five", 2), delta(6, "x", 3)});
  f.publish({terminal(7, 2)});
  CHECK(s.client.read_to_end() == delta(2, "two", 2)->text + delta(4, "of no turn", 0)->text +
                                      delta(5, "five", 2)->text + terminal(7, 2)->text);
}

TEST_CASE("frames keep each publisher's order while many publish at once") {
  stream_fixture f;
  constexpr uint64_t count = 500;
  std::vector<stream_fixture::stream> readers;
  for (int i = 0; i < 5; ++i)
    readers.push_back(f.follow());
  std::vector<std::thread> publishers;
  for (uint32_t p = 1; p <= 4; ++p)
    publishers.emplace_back([&f, p] {
      for (uint64_t i = 1; i <= count; ++i)
        f.publish({delta(p * 1000 + i, "x", p)});
    });
  for (auto& thread : publishers)
    thread.join();
  f.publish({terminal(9999)});

  auto first = readers[0].client.read_until(terminal(9999)->text);
  for (size_t i = 1; i < readers.size(); ++i)
    CHECK(readers[i].client.read_until(terminal(9999)->text) == first);
  for (uint32_t p = 1; p <= 4; ++p) {
    size_t at = 0;
    for (uint64_t i = 1; i <= count; ++i) {
      at = first.find("id: " + std::to_string(p * 1000 + i) + "\n", at);
      REQUIRE(at != std::string::npos);
    }
  }
}

TEST_CASE("an audience larger than a slice sees everything") {
  gateway_options options;
  options.stream.slice = 7;
  stream_fixture f(options);
  std::vector<stream_fixture::stream> readers;
  for (int i = 0; i < 100; ++i)
    readers.push_back(f.follow());
  std::string all;
  for (uint64_t i = 1; i <= 50; ++i) {
    f.publish({delta(i, "x")});
    all += delta(i, "x")->text;
    if (i % 5 == 0) { // Leave in the middle of the passes.
      readers[i].client.close();
      readers.erase(readers.begin() + static_cast<ptrdiff_t>(i));
    }
  }
  for (auto& reader : readers)
    CHECK(read_through(reader.client, 50) == all);
}

TEST_CASE("a client that leaves is gone exactly once") {
  stream_fixture f;
  auto s = f.follow();
  s.client.close();
  CHECK(f.listener().wait_for_gone(s.key));
  f.publish({delta(1, "a")});
  f.hub().close_channel(f.channel());
  auto other = f.open(); // Answers only once all of the above has been seen to.
  other.client.read_until(": ok\n\n");
  CHECK(f.listener().gone_count(s.key) == 1);
}

TEST_CASE("a reserved stream that is answered with an error is gone") {
  stream_fixture f;
  auto [client, token] = f.ask();
  auto key = token.stream_key();
  CHECK(token.stream_key() == key);
  f.hub().adopt(f.channel(), key, {});
  token.answer(proto::make_error(proto::ec::session_not_found, "no such session"));
  CHECK(client.read_reply().status == 404);
  CHECK(f.listener().wait_for_gone(key));
  CHECK(f.listener().gone_count(key) == 1);
  client.send(get(f.at().port(), "/echo"));
  CHECK(client.read_reply().status == 200);
}

TEST_CASE("a stream adopted after its client has left is gone at once") {
  stream_fixture f;
  auto [client, token] = f.ask();
  auto key = token.stream_key();
  token.answer(proto::make_error(proto::ec::internal, "x"));
  CHECK(client.read_reply().status == 500);
  f.hub().adopt(f.channel(), key, {});
  CHECK(f.listener().wait_for_gone(key));
}

TEST_CASE("a stream adopted by a channel that is closed ends") {
  stream_fixture f;
  f.hub().close_channel(f.channel());
  auto s = f.open();
  CHECK(s.client.read_to_end().ends_with(": ok\n\n"));
}

TEST_CASE("closing a channel ends its streams once all has left") {
  stream_fixture f;
  auto following = f.follow();
  auto waiting = f.open();
  f.publish({delta(1, "a"), delta(2, "last")});
  f.hub().close_channel(f.channel());
  CHECK(following.client.read_to_end() == delta(1, "a")->text + delta(2, "last")->text);
  CHECK(waiting.client.read_to_end().ends_with(": ok\n\n"));
  CHECK(f.listener().wait_for_gone(following.key));
  CHECK(f.listener().wait_for_gone(waiting.key));
}

TEST_CASE("draining ends streams after what is queued, and stopping tells of the rest") {
  stream_fixture f;
  auto s = f.follow();
  f.publish({delta(1, "a")});
  CHECK(f.at().server().drain(20s));
  CHECK(s.client.read_to_end() == delta(1, "a")->text);
  CHECK(f.listener().wait_for_gone(s.key));
  CHECK_FALSE(s.client.saw_last_chunk()); // It is cut off, and may go on elsewhere.
}

TEST_CASE("stopping tells gone for every stream") {
  stream_fixture f;
  auto s = f.follow();
  auto reserved = f.ask();
  auto key = reserved.second.stream_key();
  f.hub().adopt(f.channel(), key, {});
  f.publish({delta(1, "a")});
  s.client.read_until("\n\n");
  f.at().server().stop();
  CHECK(f.listener().gone_count(s.key) == 1);
  CHECK(f.listener().gone_count(key) == 1);
}

TEST_CASE("HEAD of a stream is its head alone") {
  stream_fixture f;
  raw_client client(f.at().port());
  client.send("HEAD /keep HTTP/1.1\r\nHost: localhost:" + std::to_string(f.at().port()) +
              "\r\n\r\n");
  auto token = f.at().kept();
  auto key = token.stream_key();
  f.hub().adopt(f.channel(), key, {});
  token.open_stream();
  auto reply = client.read_reply(raw_client::expected::head_only);
  CHECK(reply.header("Content-Type") == "text/event-stream");
  CHECK(f.listener().wait_for_gone(key));
}
