#include "http/client/client.hpp"
#include "tests/http/client/ear.hpp"
#include "tests/http/client/scripted_server.hpp"

#include <doctest/doctest.h>
#include <future>
#include <set>
#include <thread>

using namespace kodad;
using namespace kodad::http;
using namespace std::chrono_literals;
using proto::ec;

namespace {

std::string header(const ear& from, std::string_view name) {
  for (const auto& [key, text] : from.headers)
    if (key == name)
      return text;
  return {};
}

} // namespace

TEST_CASE("a whole answer comes with its head, in lower case, and its body") {
  scripted_server server([](peer& asker) {
    asker.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nX-Two: a: b \r\n"
               "Content-Length: 5\r\n\r\nhello");
  });
  auto client = make_client();

  auto got = call(*client, get(server.url("/x?y=1")));

  CHECK(got->code() == std::nullopt);
  CHECK(got->heads == 1);
  CHECK(got->status == 201);
  CHECK(header(*got, "x-two") == "a: b");
  CHECK(got->body == "hello");
}

TEST_CASE("the request goes out as given") {
  std::promise<std::pair<std::string, std::string>> seen;
  scripted_server server([&seen](peer& asker) {
    seen.set_value({asker.head, asker.body});
    asker.send("HTTP/1.1 204 No\r\n\r\n");
  });
  auto client = make_client();
  auto request = get(server.url("/v1/chat?q"));
  request.method = "POST";
  request.headers = {{"authorization", "Bearer k"}, {"x-empty", ""}};
  request.body = std::string(3'000'000, 'b');

  auto got = call(*client, request);
  auto [head, body] = seen.get_future().get();

  CHECK(got->status == 204);
  CHECK(head.starts_with("POST /v1/chat?q HTTP/1.1\r\n"));
  CHECK(head.find("authorization: Bearer k\r\n") != std::string::npos);
  CHECK(head.find("Expect") == std::string::npos);
  CHECK(head.find("Content-Type") == std::string::npos);
  CHECK((body == request.body));
}

TEST_CASE("a redirect is an answer like any other") {
  scripted_server server([](peer& asker) {
    asker.send("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
  });
  auto client = make_client();

  CHECK(call(*client, get(server.url()))->status == 302);
}

TEST_CASE("chunks that arrive together come as one call") {
  scripted_server server([](peer& asker) {
    std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 200; ++i)
      bytes += "4\r\nabcd\r\n";
    asker.send(bytes + "0\r\n\r\n");
  });
  auto client = make_client();

  auto got = call(*client, get(server.url()));

  CHECK(got->body.size() == 800);
  CHECK(got->calls <= 2);
  CHECK(got->code() == std::nullopt);
}

TEST_CASE("chunks that arrive apart come apart") {
  std::promise<void> heard;
  scripted_server server([&heard](peer& asker) {
    asker.send_stream_head();
    asker.send_chunk("first");
    heard.get_future().wait();
    asker.send_chunk("second");
    asker.send_last_chunk();
  });
  auto client = make_client();
  auto listener = std::make_shared<ear>();
  client->start(get(server.url()), listener);

  CHECK(listener->await([](const ear& e) { return e.body == "first"; }));
  heard.set_value();
  CHECK(listener->await_end());
  CHECK(listener->body == "firstsecond");
}

TEST_CASE("silence within the body, or no end of it, stalls the stream") {
  scripted_server server([](peer& asker) {
    asker.send_stream_head();
    asker.await_close();
  });
  auto client = make_client();
  auto request = get(server.url());
  SUBCASE("silence") {
    request.idle_deadline = 50ms;
  }
  SUBCASE("no end") {
    request.total_deadline = 50ms;
  }

  auto got = call(*client, request);

  CHECK(got->status == 200);
  CHECK(got->code() == ec::stream_stalled);
}

TEST_CASE("silence before the answer stalls the stream") {
  scripted_server server([](peer& asker) { asker.await_close(); });
  auto client = make_client();
  auto request = get(server.url());
  request.first_byte_deadline = 50ms;

  auto got = call(*client, request);

  CHECK(got->heads == 0);
  CHECK(got->code() == ec::stream_stalled);
}

TEST_CASE("a refused connection and a bad request mean that the provider is down") {
  auto client = make_client();
  auto refused = get("http://127.0.0.1:" + std::to_string(closed_port()) + "/");
  auto split = get("http://127.0.0.1:1/");
  split.headers = {{"x", "a\r\nb: c"}};

  CHECK(call(*client, refused)->code() == ec::provider_down);
  CHECK(call(*client, get("no url"))->code() == ec::provider_down);
  CHECK(call(*client, get("file:///etc/passwd"))->code() == ec::provider_down);
  CHECK(call(*client, get("http://x/\r\ny"))->code() == ec::provider_down);
  CHECK(call(*client, split)->code() == ec::provider_down);
}

TEST_CASE("an answer that breaks off is cut, and what came of it is heard") {
  scripted_server server([](peer& asker) {
    if (asker.head.find("/reset") != std::string::npos)
      asker.reset();
    if (asker.head.find("/early") == std::string::npos) {
      asker.send_stream_head();
      asker.send_chunk("half");
    }
    asker.head.clear();
  });
  auto client = make_client();

  auto closed = call(*client, get(server.url()));
  CHECK(closed->code() == ec::stream_cut);
  CHECK(closed->body == "half");
  CHECK(call(*client, get(server.url("/reset")))->code() == ec::stream_cut);
  CHECK(call(*client, get(server.url("/early")))->code() == ec::stream_cut);
}

TEST_CASE("a head beyond its bound is not taken in") {
  scripted_server server([](peer& asker) {
    asker.send("HTTP/1.1 200 OK\r\n");
    while (asker.send("x-filler: " + std::string(1000, 'x') + "\r\n")) {
    }
    asker.head.clear();
  });
  auto client = make_client();

  auto got = call(*client, get(server.url()));

  CHECK(got->heads == 0);
  CHECK(got->code() == ec::stream_cut);
}

TEST_CASE("a cancelled exchange ends once, whenever the wish comes") {
  scripted_server server([](peer& asker) {
    asker.send_stream_head();
    asker.send_chunk("x");
    if (asker.head.find("/whole") != std::string::npos)
      asker.send_last_chunk();
    else
      asker.await_close();
  });
  auto client = make_client();
  auto early = std::make_shared<ear>();
  auto late = std::make_shared<ear>();

  client->cancel(client->start(get(server.url()), early));
  auto key = client->start(get(server.url()), late);
  CHECK(late->await([](const ear& e) { return e.body == "x"; }));
  client->cancel(key);
  client->cancel(key);
  client->cancel(key + 1000);

  CHECK(early->await_end());
  CHECK(late->await_end());
  CHECK(early->code() == ec::cancelled);
  CHECK(late->code() == ec::cancelled);

  auto whole = std::make_shared<ear>();
  auto done = client->start(get(server.url("/whole")), whole);
  CHECK(whole->await_end());
  client->cancel(done);
  CHECK(call(*client, get(server.url("/whole")))->code() == std::nullopt);
  CHECK(whole->ends == 1);
  CHECK(late->ends == 1);
}

TEST_CASE("300 streams to one host are open at once") {
  constexpr int streams = 300;
  std::atomic<int> open = 0;
  std::promise<void> all_open;
  auto opened = all_open.get_future().share();
  scripted_server server([&open, &all_open, opened](peer& asker) {
    asker.send_stream_head();
    if (++open == streams)
      all_open.set_value();
    opened.wait();
    asker.send_chunk("done");
    asker.send_last_chunk();
  });
  auto client = make_client();
  std::vector<std::shared_ptr<ear>> ears;
  for (int i = 0; i < streams; ++i) {
    ears.push_back(std::make_shared<ear>());
    client->start(get(server.url()), ears.back());
  }

  bool all = opened.wait_for(patience) == std::future_status::ready;
  CHECK(all);
  if (!all)
    all_open.set_value();
  for (const auto& listener : ears) {
    CHECK(listener->await_end());
    CHECK(listener->body == "done");
  }
}

TEST_CASE("many threads may start and cancel, and every exchange ends once") {
  scripted_server server(
      [](peer& asker) { asker.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); });
  auto client = make_client();
  std::mutex guard;
  std::vector<std::shared_ptr<ear>> ears;
  std::set<actors::exchange_key> keys;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&client, &server, &guard, &ears, &keys] {
      for (int i = 0; i < 50; ++i) {
        auto listener = std::make_shared<ear>();
        auto key = client->start(get(server.url()), listener);
        if (i % 3 == 0)
          client->cancel(key);
        std::lock_guard lock(guard);
        ears.push_back(listener);
        keys.insert(key);
      }
    });
  for (auto& thread : threads)
    thread.join();

  CHECK(keys.size() == 400);
  for (const auto& listener : ears) {
    CHECK(listener->await_end());
    CHECK((listener->code() == ec::cancelled || listener->body == "ok"));
  }
  client.reset();
  for (const auto& listener : ears)
    CHECK(listener->ends == 1);
}

TEST_CASE("a client that goes while busy ends every exchange as cancelled") {
  scripted_server server([](peer& asker) {
    asker.send_stream_head();
    while (asker.send_chunk("x")) {
    }
    asker.head.clear();
  });
  std::vector<std::shared_ptr<ear>> ears;
  auto client = make_client();
  for (int i = 0; i < 20; ++i) {
    ears.push_back(std::make_shared<ear>());
    client->start(get(server.url()), ears.back());
  }
  CHECK(ears.front()->await([](const ear& e) { return e.calls > 0; }));

  client.reset();

  for (const auto& listener : ears) {
    CHECK(listener->ends == 1);
    CHECK(listener->code() == ec::cancelled);
  }
}

TEST_CASE("a listener may start the next exchange from within its end") {
  scripted_server server(
      [](peer& asker) { asker.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); });
  auto client = make_client();
  struct chain final : actors::http_listener {
    void head(int, actors::header_list) override {}
    void data(std::string) override {}
    void end(std::optional<proto::error>) override { client->start(get(url), next); }
    actors::http_client* client = nullptr;
    std::string url;
    std::shared_ptr<ear> next = std::make_shared<ear>();
  };
  auto first = std::make_shared<chain>();
  first->client = client.get();
  first->url = server.url();

  client->start(get(server.url()), first);

  CHECK(first->next->await_end());
  CHECK(first->next->body == "ok");
}
