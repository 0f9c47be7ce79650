// UPSTREAM BENCH: what our HTTP client costs over a bare libcurl multi loop that throws the same
// bytes away. Start a provider whose answers stream, then
//
//   upstream_bench ours|bare URL STREAMS
//
// makes STREAMS calls at once and prints processor time, peak memory and the bytes received. Run
// both ways in turn and compare: the figures of one machine at one moment belong together.
#include "http/client/client.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <curl/curl.h>
#include <mutex>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace {

using namespace kodad;

const std::string body =
    R"({"model":"m","stream":true,"messages":[{"role":"user","content":"hello"}]})";

/// Counts what all calls receive, and waits for their ends.
struct tally {
  std::atomic<size_t> bytes = 0;
  std::atomic<size_t> failures = 0;
  std::mutex guard;
  std::condition_variable changed;
  size_t ended = 0;

  void end() {
    std::lock_guard lock(guard);
    ++ended;
    changed.notify_all();
  }

  void await(size_t count) {
    std::unique_lock lock(guard);
    changed.wait(lock, [this, count] { return ended == count; });
  }
};

class counting_listener final : public actors::http_listener {
public:
  explicit counting_listener(tally& into) : into_(into) {}
  void head(int status, actors::header_list) override { into_.failures += status == 200 ? 0 : 1; }
  void data(std::string bytes) override { into_.bytes += bytes.size(); }
  void end(std::optional<proto::error> failure) override {
    into_.failures += failure ? 1 : 0;
    into_.end();
  }

private:
  tally& into_;
};

void call_ours(const std::string& url, size_t streams, tally& into) {
  auto client = http::start_client({});
  if (!client)
    std::abort();
  for (size_t i = 0; i < streams; ++i) {
    actors::http_request request;
    request.method = "POST";
    request.url = url;
    request.headers = {{"content-type", "application/json"}};
    request.body = body;
    (*client)->start(std::move(request), std::make_shared<counting_listener>(into));
  }
  into.await(streams);
}

size_t count_bytes(char*, size_t size, size_t count, void* into) {
  static_cast<tally*>(into)->bytes += size * count;
  return size * count;
}

void call_bare(const std::string& url, size_t streams, tally& into) {
  auto* multi = curl_multi_init();
  auto* headers = curl_slist_append(nullptr, "content-type: application/json");
  std::vector<CURL*> calls;
  for (size_t i = 0; i < streams; ++i) {
    auto* easy = calls.emplace_back(curl_easy_init());
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &into);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_multi_add_handle(multi, easy);
  }
  for (int running = 1; running > 0;) {
    curl_multi_perform(multi, &running);
    curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  for (auto* easy : calls) {
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
  }
  curl_slist_free_all(headers);
  curl_multi_cleanup(multi);
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

} // namespace

int main(int count, char** words) {
  std::string way = count == 4 ? words[1] : "";
  if (way != "ours" && way != "bare") {
    std::fprintf(stderr, "usage: upstream_bench ours|bare URL STREAMS\n");
    return 2;
  }
  auto streams = std::strtoul(words[3], nullptr, 10);
  tally into;
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  auto begun = std::chrono::steady_clock::now();
  if (way == "ours")
    call_ours(words[2], streams, into);
  else
    call_bare(words[2], streams, into);
  std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  auto cpu = seconds(after.ru_utime) + seconds(after.ru_stime) - seconds(before.ru_utime) -
             seconds(before.ru_stime);
  auto kib = after.ru_maxrss - before.ru_maxrss;
  std::printf("%s: %lu streams, %.2f s, cpu %.3f s, %.1f KiB a stream, %zu bytes, %zu failed\n",
              way.c_str(), streams, wall.count(), cpu,
              static_cast<double>(kib) / static_cast<double>(streams), into.bytes.load(),
              into.failures.load());
  return into.failures == 0 ? 0 : 1;
}
