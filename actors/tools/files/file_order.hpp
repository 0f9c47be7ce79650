// FILE ORDER: makes read-modify-write of one file a step of its own among concurrent tool calls.
// Calls on different files never wait for each other: one that hangs on a dead disk holds up only
// those for the same file, and these may leave the queue.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <unordered_set>
#include <utility>

namespace kodad::actors {

class file_order {
public:
  /// The right to change a file, given back with the object. Empty where the wait was given up.
  class turn {
  public:
    turn() = default;
    turn(file_order& owner, std::string path) : owner_(&owner), path_(std::move(path)) {}
    turn(turn&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), path_(std::move(other.path_)) {}
    turn& operator=(turn&&) = delete;
    ~turn() {
      if (owner_)
        owner_->give_back(path_);
    }

    explicit operator bool() const { return owner_ != nullptr; }

  private:
    file_order* owner_ = nullptr;
    std::string path_;
  };

  /// Waits until nobody else has the file, or until the stop is asked for.
  /// @param path Absolute, so that all sessions agree.
  turn take(const std::string& path, const std::stop_token& given_up) {
    std::unique_lock lock(mutex_);
    if (!freed_.wait(lock, given_up, [&] { return !held_.contains(path); }))
      return {};
    held_.insert(path);
    return {*this, path};
  }

private:
  void give_back(const std::string& path) {
    {
      std::lock_guard lock(mutex_);
      held_.erase(path);
    }
    freed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any freed_;
  std::unordered_set<std::string> held_;
};

/// The order as one call sees it.
struct file_turns {
  file_order& order;
  std::stop_token given_up;
};

} // namespace kodad::actors
