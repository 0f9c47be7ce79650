#include "storage/host/spawner.hpp"

#include "proto/limits/processes.hpp"
#include "storage/host/spawner_loop.hpp"
#include "storage/host/system_error.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace kodad::storage::host {

namespace {

namespace limits = proto::limits;

// How the program is told that it is to be the spawner, and on which descriptor it is spoken to.
constexpr const char* spawner_word = "--spawner";
constexpr int spawner_fd = 3;

/// Waits until the spawner is gone, but not beyond the bound.
bool await_end(spawner& ending, std::chrono::milliseconds longest) {
  auto until = std::chrono::steady_clock::now() + longest;
  while (!ending.is_gone()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

std::vector<std::string> small_environment() {
  std::vector<std::string> out;
  for (const auto* name : {"PATH", "LANG", "TZ", "HOME"})
    if (const auto* value = std::getenv(name))
      out.push_back(std::string(name) + "=" + value);
  return out;
}

/// What happens between the fork and the exec.
class spawn_plan {
public:
  explicit spawn_plan(int socket) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    // First, in case that the socket has one of the numbers below.
    ::posix_spawn_file_actions_adddup2(&actions_, socket, spawner_fd);
    ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDWR, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, 0, 1);
    ::posix_spawn_file_actions_adddup2(&actions_, 0, 2);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, spawner_fd + 1);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  }
  ~spawn_plan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  spawn_plan(const spawn_plan&) = delete;
  spawn_plan& operator=(const spawn_plan&) = delete;

  /// @return An errno, 0 if it went well.
  int carry_out(pid_t& pid) const {
    auto variables = small_environment();
    std::vector<char*> environment;
    for (auto& each : variables)
      environment.push_back(each.data());
    environment.push_back(nullptr);
    std::string name = "kodad-spawner";
    std::string word = spawner_word;
    char* argv[] = {name.data(), word.data(), nullptr};
    // The link leads to what we were started from, even if another version stands there by now.
    return ::posix_spawn(&pid, "/proc/self/exe", &actions_, &attributes_, argv, environment.data());
  }

private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

std::string ending_text(int status) {
  if (!WIFSIGNALED(status))
    return "with code " + std::to_string(WEXITSTATUS(status));
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return name ? "by SIG" + std::string(name) : "by signal " + std::to_string(WTERMSIG(status));
}

} // namespace

proto::result<spawner> spawner::start() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return system_error(errno, "create", "the spawner's socket");
  descriptor ours(ends[0]);
  descriptor theirs(ends[1]);
  pid_t pid = -1;
  if (auto number = spawn_plan(theirs.get()).carry_out(pid); number != 0)
    return system_error(number, "start", "the process that starts commands");
  return spawner(std::move(ours), pid);
}

spawner::~spawner() {
  dismiss();
  if (await_end(*this, limits::spawner_farewell))
    return;
  kill();
  await_end(*this, limits::spawner_burial);
}

void spawner::kill() {
  if (pid_ > 0)
    ::kill(pid_, SIGKILL);
}

bool spawner::is_gone() {
  if (pid_ <= 0)
    return true;
  int status = 0;
  auto ended = ::waitpid(pid_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR))
    return false;
  if (ended == pid_)
    ending_ = ending_text(status);
  pid_ = -1;
  return true;
}

void run_spawner_if_asked(int count, char** words) {
  if (count != 2 || std::string_view(words[1]) != spawner_word)
    return;
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(spawner_fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
    std::fprintf(stderr, "kodad: %s is what kodad says to itself\n", spawner_word);
    ::_exit(2);
  }
  // The socket's end tells that the server is gone, but only to who is not stopped.
  ::prctl(PR_SET_PDEATHSIG, SIGCONT);
  run_spawner(spawner_fd);
}

} // namespace kodad::storage::host
