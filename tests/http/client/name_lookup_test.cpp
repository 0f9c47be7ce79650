// Names that are found, that are not, and name servers that say nothing for 25 s. The system's
// lookup is replaced by this file's own.
#include "tests/http/client/ear.hpp"
#include "tests/http/client/scripted_server.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <map>
#include <netdb.h>

using namespace kodad;
using namespace kodad::http;
using namespace std::chrono_literals;
using proto::ec;
using steady = std::chrono::steady_clock;

namespace {

/// What the name server does, by the name's first letters.
struct name_server {
  std::mutex guard;
  std::condition_variable changed;
  std::map<std::string, int> asked;
  std::string moved_to = "127.0.0.9";
  int hanging = 0;
  bool is_released = false;

  /// The address, or nothing for a name that does not exist.
  const char* answer(const std::string& name) {
    std::unique_lock lock(guard);
    ++asked[name];
    if (name.starts_with("hang")) {
      ++hanging;
      changed.notify_all();
      changed.wait_for(lock, 25s, [this] { return is_released; });
      --hanging;
      changed.notify_all();
      return nullptr;
    }
    if (name.starts_with("moving"))
      return moved_to == "127.0.0.9" ? "127.0.0.9" : "127.0.0.1";
    if (name.starts_with("six"))
      return "::1";
    return name.starts_with("good") ? "127.0.0.1" : nullptr;
  }

  bool await_hanging(int wanted) {
    std::unique_lock lock(guard);
    return changed.wait_for(lock, patience, [&] { return hanging == wanted; });
  }

  void release() {
    {
      std::lock_guard lock(guard);
      is_released = true;
      changed.notify_all();
    }
    CHECK(await_hanging(0));
    std::lock_guard lock(guard);
    is_released = false;
  }

  int count(const std::string& name) {
    std::lock_guard lock(guard);
    return asked[name];
  }
} names;

std::string with_host(const std::string& url, const std::string& host) {
  auto begin = url.find("://") + 3;
  return url.substr(0, begin) + host + url.substr(url.find(':', begin));
}

struct latency {
  steady::duration median;
  steady::duration longest;
};

latency measure(actors::http_client& client, const std::string& url, int count = 60) {
  std::vector<steady::duration> all;
  for (int i = 0; i < count; ++i) {
    auto begun = steady::now();
    auto got = call(client, get(url));
    all.push_back(steady::now() - begun);
    CHECK(got->status == 200);
  }
  std::ranges::sort(all);
  return {all[all.size() / 2], all.back()};
}

std::shared_ptr<ear> start(actors::http_client& client, actors::http_request request,
                           actors::exchange_key* key = nullptr) {
  auto listener = std::make_shared<ear>();
  auto started = client.start(std::move(request), listener);
  if (key)
    *key = started;
  return listener;
}

void answer_shortly(peer& asker) {
  asker.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
}

size_t count_threads() {
  size_t out = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator("/proc/self/task"))
    ++out;
  return out;
}

std::string url_of_hanging(int number) {
  return "http://hang" + std::to_string(number) + ".test:1/v1";
}

} // namespace

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* wanted,
                           addrinfo** found) {
  static auto real = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  const auto* address = name ? names.answer(name) : nullptr;
  return address ? real(address, service, wanted, found) : EAI_NONAME;
}

TEST_CASE(
    "a name that hangs stalls nobody else, whether its call is cancelled or runs out of time") {
  scripted_server server(answer_shortly);
  auto client = make_client();
  auto url = with_host(server.url(), "good.test");
  auto quiet = measure(*client, url);

  actors::exchange_key key = 0;
  auto cancelled = start(*client, get(url_of_hanging(0)), &key);
  auto late = get(url_of_hanging(1));
  late.connect_deadline = 300ms;
  auto timed_out = start(*client, late);
  REQUIRE(names.await_hanging(2));
  auto begun = steady::now();
  client->cancel(key);
  CHECK(cancelled->await_end());
  CHECK(cancelled->code() == ec::cancelled);
  CHECK(steady::now() - begun < 5s);

  auto meanwhile = measure(*client, url, 200);
  CHECK(timed_out->await_end());
  CHECK(timed_out->code() == ec::provider_down);
  CHECK(timed_out->failure->context.find("look up the address of hang1.test") != std::string::npos);
  CHECK(steady::now() - begun < 10s);
  CHECK(meanwhile.median < 2 * quiet.median + 20ms);
  MESSAGE("quiet ", quiet.median / 1us, " us (longest ", quiet.longest / 1us, "), with hanging ",
          meanwhile.median / 1us, " us (longest ", meanwhile.longest / 1us, ")");
  names.release();
}

TEST_CASE("fifty hanging names stall nobody, not even a name never asked for") {
  scripted_server server(answer_shortly);
  auto client = make_client();
  auto quiet = measure(*client, with_host(server.url(), "good.test"));
  auto before = count_threads();
  std::vector<std::shared_ptr<ear>> all;
  std::vector<actors::exchange_key> keys(50);
  for (int i = 0; i < 50; ++i)
    all.push_back(start(*client, get(url_of_hanging(i)), &keys[static_cast<size_t>(i)]));
  REQUIRE(names.await_hanging(50));
  CHECK(count_threads() <= before + 50);

  auto begun = steady::now();
  CHECK(call(*client, get(with_host(server.url(), "good-and-new.test")))->status == 200);
  CHECK(steady::now() - begun < 5s);
  for (size_t i = 0; i < keys.size(); i += 2)
    client->cancel(keys[i]);
  auto meanwhile = measure(*client, with_host(server.url(), "good.test"), 200);
  CHECK(meanwhile.median < 2 * quiet.median + 20ms);
  MESSAGE("quiet ", quiet.median / 1us, " us, with fifty ", meanwhile.median / 1us, " us (longest ",
          meanwhile.longest / 1us, ")");

  begun = steady::now();
  client.reset();
  CHECK(steady::now() - begun < 5s);
  for (auto& each : all)
    CHECK(each->await([](const ear& e) { return e.ends == 1; }));
  names.release();
}

TEST_CASE("threads are bounded, and a known name needs none") {
  scripted_server server(answer_shortly);
  auto client = make_client();
  auto url = with_host(server.url(), "good.test");
  CHECK(call(*client, get(url))->status == 200);
  auto before = count_threads();
  std::vector<std::shared_ptr<ear>> all;
  for (int i = 0; i < 300; ++i) {
    auto request = get(url_of_hanging(i));
    request.connect_deadline = 2s;
    all.push_back(start(*client, request));
  }
  REQUIRE(names.await_hanging(128));
  CHECK(count_threads() <= before + 128);
  CHECK(call(*client, get(url))->status == 200);
  for (auto& each : all) {
    CHECK(each->await_end());
    CHECK(each->code() == ec::provider_down);
  }
  client.reset();
  names.release();
}

TEST_CASE("a name that does not exist is told as such") {
  auto client = make_client();
  auto got = call(*client, get("http://missing.test:9/"));
  CHECK(got->code() == ec::provider_down);
  CHECK(got->failure->context ==
        "call missing.test:9: look up the address of missing.test: there is no such name");
}

TEST_CASE("an address of the sixth version is used as such") {
  auto client = make_client();
  auto got = call(*client, get("http://six.test:" + std::to_string(closed_port()) + "/"));
  CHECK(got->code() == ec::provider_down);
  CHECK(got->failure->context.ends_with("couldn't connect to server"));
  CHECK(names.count("six.test") == 1);
}

TEST_CASE("a hundred calls at once ask for their name once") {
  scripted_server server(answer_shortly);
  auto client = make_client();
  std::vector<std::shared_ptr<ear>> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(start(*client, get(with_host(server.url(), "good-hundred.test"))));
  for (auto& each : all) {
    CHECK(each->await_end());
    CHECK(each->status == 200);
  }
  CHECK(names.count("good-hundred.test") == 1);
}

TEST_CASE("an address that does not work is asked for anew") {
  scripted_server server(answer_shortly);
  auto client = make_client();
  auto url = with_host(server.url(), "moving.test");
  CHECK(call(*client, get(url))->code() == ec::provider_down);
  {
    std::lock_guard lock(names.guard);
    names.moved_to = "127.0.0.1";
  }
  CHECK(call(*client, get(url))->status == 200);
  CHECK(names.count("moving.test") == 2);
}

TEST_CASE("the proxy's name is looked up in place of the host's") {
  scripted_server server(answer_shortly);
  auto made = start_client({with_host(server.url(""), "good-proxy.test"), "", {}, ""});
  REQUIRE(made.ok());
  CHECK(call(**made, get("http://far.test/x"))->status == 200);
  CHECK(names.count("good-proxy.test") == 1);
  CHECK(names.count("far.test") == 0);
}
