// CALL ORDER: the calls of one session that change one file do so in the order in which they were
// asked for, whatever thread has them. Others do not wait for them: what keeps two at a time from
// one file is file_order.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <utility>

namespace kodad::actors {

class call_order : public std::enable_shared_from_this<call_order> {
public:
  /// A place in a line, left with the object if not before.
  class place {
  public:
    place(std::shared_ptr<call_order> owner, std::string line, uint64_t number)
        : owner_(std::move(owner)), line_(std::move(line)), number_(number) {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() { leave(); }

    /// Until all before it have left, or the stop is asked for.
    void wait(const std::stop_token& given_up) const { owner_->wait(line_, number_, given_up); }

    void leave() { owner_->leave(line_, number_); }

  private:
    std::shared_ptr<call_order> owner_;
    std::string line_;
    uint64_t number_;
  };

  /// The last place of a line. Who waits in it must have begun after all before it, or it would
  /// hold the thread that they need.
  std::shared_ptr<place> join(const std::string& line) {
    std::lock_guard lock(mutex_);
    lines_[line].insert(++last_);
    return std::make_shared<place>(shared_from_this(), line, last_);
  }

private:
  void wait(const std::string& line, uint64_t number, const std::stop_token& given_up) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, given_up, [&] {
      auto known = lines_.find(line);
      return known == lines_.end() || *known->second.begin() >= number;
    });
  }

  void leave(const std::string& line, uint64_t number) {
    std::lock_guard lock(mutex_);
    auto known = lines_.find(line);
    if (known == lines_.end() || known->second.erase(number) == 0)
      return;
    if (known->second.empty())
      lines_.erase(known);
    moved_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any moved_;
  std::map<std::string, std::set<uint64_t>> lines_;
  uint64_t last_ = 0;
};

} // namespace kodad::actors
