// What the host's tests share: a folder that goes away, and a listener that can be waited for.
#pragma once

#include "storage/host/process_host.hpp"
#include "storage/host/spawner_loop.hpp"

#include <condition_variable>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <sys/socket.h>

namespace kodad::storage::host {

/// A fresh folder, removed with all in it at the end.
class temporary_folder {
public:
  temporary_folder() {
    char name[] = "/tmp/kodad-test-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~temporary_folder() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  std::string path(const std::string& below) const { return path_ + "/" + below; }

private:
  std::string path_;
};

inline void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string read_text(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

/// Collects what a child says and how it ends. Every wait gives up after a minute.
class recorder : public process_listener {
public:
  void output(output_stream from, output_bytes bytes) override {
    std::lock_guard lock(mutex_);
    texts_[static_cast<size_t>(from)] += *bytes;
    if (holds_)
      pieces_.push_back(std::move(bytes));
    changed_.notify_all();
  }

  void exited(const exit_status& status) override {
    std::lock_guard lock(mutex_);
    ++ends_;
    status_ = status;
    changed_.notify_all();
  }

  /// Keeps all pieces, as a listener that cannot keep up would.
  void hold() { holds_ = true; }

  void let_go() {
    std::lock_guard lock(mutex_);
    holds_ = false;
    pieces_.clear();
  }

  exit_status wait() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::minutes(1), [this] { return ends_ > 0; }));
    return status_;
  }

  void wait_for_text(const std::string& text) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::minutes(1), [&] {
      return texts_[0].find(text) != std::string::npos || ends_ > 0;
    }));
  }

  std::string text(output_stream from = output_stream::output) {
    std::lock_guard lock(mutex_);
    return texts_[static_cast<size_t>(from)];
  }

  int ends() {
    std::lock_guard lock(mutex_);
    return ends_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string texts_[2];
  std::vector<output_bytes> pieces_;
  std::atomic<bool> holds_ = false;
  exit_status status_;
  int ends_ = 0;
};

/// A spawner forked from the test itself, whose main does not know of spawners.
inline kodad::proto::result<spawner> fork_spawner() {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  descriptor ours(ends[0]);
  descriptor theirs(ends[1]);
  auto pid = ::fork();
  if (pid == 0)
    run_spawner(theirs.get()); // Does not return.
  REQUIRE(pid > 0);
  return spawner(std::move(ours), pid);
}

inline std::unique_ptr<process_host> start_processes(spawner_source source = fork_spawner) {
  auto host = process_host::start(std::move(source));
  REQUIRE(host);
  return std::move(*host);
}

inline child_spec shell(const std::string& script, const std::string& cwd = "/") {
  child_spec out;
  out.argv = {"/bin/sh", "-c", script};
  out.cwd = cwd;
  out.environment = base_environment();
  return out;
}

/// The process ids in what a child said.
inline std::vector<pid_t> numbers(const std::string& text) {
  std::vector<pid_t> out;
  std::istringstream words(text);
  for (pid_t pid = 0; words >> pid;)
    out.push_back(pid);
  return out;
}

struct ran {
  exit_status status;
  std::string output;
  std::string errors;
};

inline ran run(process_host& host, child_spec spec) {
  auto heard = std::make_shared<recorder>();
  REQUIRE(host.start(std::move(spec), heard));
  auto status = heard->wait();
  return {status, heard->text(), heard->text(output_stream::error)};
}

} // namespace kodad::storage::host
