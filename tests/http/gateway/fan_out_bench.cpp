// BENCH of the gateway: a server process, and a client process that drives it by requests:
//   fan_out_bench [subscribers]      10,000 by default
// prints how long the streams take to open, how many events arrive per second (one by one, and in
// bursts), the memory of an idle stream, and, where wrk is installed, requests per second.
#include "http/gateway/gateway_server.hpp"
#include "tests/http/gateway/frames.hpp"
#include "tests/http/gateway/raw_client.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace kodad;
using namespace kodad::http;
using std::chrono::steady_clock;

double seconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

size_t resident_bytes() {
  size_t pages = 0;
  size_t resident = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%zu %zu", &pages, &resident) != 2)
      resident = 0;
    std::fclose(file);
  }
  return resident * 4096;
}

/// Of this process, in microseconds.
double cpu_us() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  auto us = [](const timeval& t) { return static_cast<double>(t.tv_sec * 1'000'000 + t.tv_usec); };
  return us(used.ru_utime) + us(used.ru_stime);
}

class nobody final : public actors::channel_listener {
public:
  void drained(actors::subscriber_key) override {}
  void gone(actors::subscriber_key) override {}
};

/// All clients on one epoll: counts the bytes that arrive.
class audience_of_clients {
public:
  audience_of_clients() : epoll_(::epoll_create1(0)) {}

  void add(uint16_t port) {
    clients_.emplace_back(port);
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.fd = clients_.back().fd();
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wanted.data.fd, &wanted);
    clients_.back().send(get(port, "/stream"));
  }

  void read_bytes(size_t wanted) {
    std::array<epoll_event, 512> events;
    while (bytes_ < wanted) {
      int count = ::epoll_wait(epoll_.get(), events.data(), 512, 10'000);
      if (count <= 0) {
        std::printf("stalled at %zu of %zu bytes\n", bytes_, wanted);
        std::exit(1);
      }
      for (int i = 0; i < count; ++i)
        read_some(events[static_cast<size_t>(i)].data.fd);
    }
    bytes_ -= wanted;
  }

  /// The length of a stream's opening, from a client of its own.
  static size_t opening_bytes(uint16_t port) {
    raw_client client(port);
    client.send(get(port, "/stream"));
    return client.read_until(": ok\n\n").size();
  }

private:
  void read_some(int fd) {
    ssize_t got = ::recv(fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got > 0)
      bytes_ += static_cast<size_t>(got);
  }

  descriptor epoll_;
  std::vector<raw_client> clients_;
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
  size_t bytes_ = 0;
};

actors::shared_frame frame_of_200_bytes(uint64_t id) {
  return delta(100'000 + id, std::string(145, 'x')); // The number has the same width for all.
}

/// The server: /stream follows the one channel, /publish?frames=N speaks to it.
class bench_server {
public:
  bench_server()
      : server_({}, [this](const request& in, const reply_token& token) { answer(in, token); }),
        channel_(server_.hub()->open_channel(std::make_shared<nobody>())) {}

  uint16_t start() {
    auto port = server_.start();
    return port ? *port : 0;
  }

private:
  void answer(const request& in, const reply_token& token) {
    response reply;
    reply.body = R"({"status":"ok"})";
    if (in.path == "/stream")
      return open(token);
    if (in.path == "/publish")
      publish(std::stoul(in.query_value("frames").value_or("1")));
    if (in.path == "/cpu")
      reply.body = std::to_string(cpu_us());
    if (in.path == "/memory")
      reply.body = std::to_string(resident_bytes());
    token.answer(std::move(reply));
  }

  void open(const reply_token& token) {
    auto key = token.stream_key();
    server_.hub()->adopt(channel_, key, {});
    server_.hub()->follow(key, {});
    token.open_stream();
  }

  void publish(size_t frames) {
    std::vector<actors::shared_frame> batch;
    for (size_t i = 0; i < frames; ++i)
      batch.push_back(frame_of_200_bytes(++next_id_));
    server_.hub()->publish(channel_, std::move(batch));
  }

  gateway_server server_;
  actors::channel_key channel_;
  std::atomic<uint64_t> next_id_{0};
};

class bench {
public:
  bench(uint16_t port, size_t subscribers)
      : port_(port), subscribers_(subscribers), control_(port) {}

  void connect() {
    size_t opening = audience_of_clients::opening_bytes(port_);
    size_t before = std::stoul(ask("/memory"));
    auto begin = steady_clock::now();
    for (size_t i = 0; i < subscribers_; ++i)
      clients_.add(port_);
    clients_.read_bytes(subscribers_ * opening);
    double spent = seconds_since(begin);
    std::printf("%zu streams open after %.2f s, %zu bytes of user memory each\n", subscribers_,
                spent, (std::stoul(ask("/memory")) - before) / subscribers_);
  }

  void deliver(const char* how, size_t rounds, size_t frames) {
    size_t size = frame_of_200_bytes(0)->text.size();
    double server_before = std::stod(ask("/cpu"));
    double client_before = cpu_us();
    auto begin = steady_clock::now();
    for (size_t round = 0; round < rounds; ++round) {
      ask("/publish?frames=" + std::to_string(frames));
      clients_.read_bytes(subscribers_ * frames * size);
    }
    double spent = seconds_since(begin);
    auto events = static_cast<double>(rounds * frames * subscribers_);
    std::printf("%s: %.0f events/s; CPU per event: server %.2f us, client %.2f us\n", how,
                events / spent, (std::stod(ask("/cpu")) - server_before) / events,
                (cpu_us() - client_before) / events);
  }

  void run_wrk(int connections) const {
    auto command = "wrk -t1 -d3 --latency -c" + std::to_string(connections) +
                   " http://127.0.0.1:" + std::to_string(port_) +
                   "/x | grep -E 'Requests/sec|99%|Non-2xx|Socket errors'";
    std::printf("wrk, %d connections:\n", connections);
    std::fflush(stdout);
    if (std::system(command.c_str()) != 0)
      std::printf("wrk is not installed\n");
  }

private:
  std::string ask(const std::string& path) {
    control_.send(get(port_, path));
    return control_.read_reply().body;
  }

  uint16_t port_;
  size_t subscribers_;
  raw_client control_;
  audience_of_clients clients_;
};

void take_all_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The child's life: serves until the parent closes its end of the pipe.
int serve(int tell, int until) {
  bench_server server;
  uint16_t port = server.start();
  char ignored = 0;
  if (::write(tell, &port, sizeof port) != sizeof port)
    return 1;
  return ::read(until, &ignored, 1) == 0 ? 0 : 1;
}

} // namespace

int main(int argument_count, char** arguments) {
  take_all_descriptors();
  std::array<int, 2> port_pipe{};
  std::array<int, 2> life_pipe{};
  if (::pipe(port_pipe.data()) != 0 || ::pipe(life_pipe.data()) != 0)
    return 1;
  pid_t child = ::fork(); // Two processes: 10,000 streams have 20,000 descriptors.
  if (child == 0) {
    ::close(life_pipe[1]);
    return serve(port_pipe[1], life_pipe[0]);
  }
  uint16_t port = 0;
  if (::read(port_pipe[0], &port, sizeof port) != sizeof port)
    return 1;
  {
    bench now(port, argument_count > 1 ? std::stoul(arguments[1]) : 10'000);
    now.connect();
    now.deliver("one event at a time", 40, 1);
    now.deliver("ten at a time", 20, 10);
    now.deliver("a burst of 300", 2, 300);
    now.run_wrk(64);
    now.run_wrk(1000);
  }
  ::close(life_pipe[1]);
  return ::waitpid(child, nullptr, 0) == child ? 0 : 1;
}
