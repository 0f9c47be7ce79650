// Mode `start`: starts a server (the words after `--`) and measures until GET /health answers 200.
// The server goes on running, in a process group of its own, after this program ends; its output
// goes to the file --log.
#include "tests/load/process_figures.hpp"
#include "tests/load/target.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kodad::load {

namespace {

constexpr int64_t between_tries_ns = ns_per_ms;

[[noreturn]] void become(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> words;
  for (const std::string& word : command)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::setpgid(0, 0);
  int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  int in = ::open("/dev/null", O_RDONLY);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execvp(words[0], words.data());
  ::_exit(127);
}

/// Asks again and again, a millisecond apart; false when the server died or time is over.
bool wait_for_health(target& at, pid_t child) {
  request_pool pool(at.loop, at.server, 1);
  int64_t deadline_ns = at.deadline_ns();
  bool healthy = false;
  while (!healthy && now_ns() < deadline_ns && ::waitpid(child, nullptr, WNOHANG) == 0) {
    pool.send(
        {"GET", "/health", {}, [&healthy](const answer& got) { healthy = got.status == 200; }});
    at.loop.run_until(deadline_ns, [&pool] { return pool.is_idle(); });
    if (!healthy)
      at.loop.run_until(now_ns() + between_tries_ns, [] { return false; });
  }
  return healthy;
}

} // namespace

int run_start(target& at) {
  if (at.given.command().empty())
    refuse("start needs a command: kodad_load start --url URL --log FILE -- COMMAND...");
  int64_t started_ns = now_ns();
  pid_t child = ::fork();
  if (child < 0)
    refuse("cannot fork");
  if (child == 0)
    become(at.given.command(), at.given.text("log", "/dev/null"));
  if (!wait_for_health(at, child))
    at.note_failure("the server did not become healthy");
  double took_ms = to_ms(now_ns() - started_ns);
  auto figures = read_process(child);
  report results("start");
  results.add("pid", child).add("healthy_ms", took_ms).add("rss_kib", figures.rss_kib);
  results.add("cpu_ms", figures.cpu_ms).add("threads", figures.threads);
  return at.conclude(results);
}

} // namespace kodad::load
