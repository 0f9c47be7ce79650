// FOLDER ORDER: makes a check of a folder and a change in it one step among the threads of this
// process. By the folder itself, whatever it is called: one that hangs on a dead disk holds up
// those for the same folder only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace kodad::storage::host {

/// What the name of a file begins with that is about to take another's place.
inline constexpr std::string_view temporary_prefix = ".kodad-write-";

class folder_order {
public:
  /// The right to change a folder, given back with the object.
  class turn {
  public:
    explicit turn(std::shared_ptr<std::mutex> held) : held_(std::move(held)), lock_(*held_) {}

  private:
    std::shared_ptr<std::mutex> held_; ///< Outlives the lock.
    std::unique_lock<std::mutex> lock_;
  };

  /// Waits until nobody else has the folder. @param handle Of it, open.
  turn take(int handle) { return turn(mutex_of(handle)); }

private:
  std::shared_ptr<std::mutex> mutex_of(int handle) {
    struct stat about {};
    (void)::fstat(handle, &about); // One that fails shares a turn with others of the kind.
    std::lock_guard lock(mutex_);
    std::erase_if(held_, [](const auto& one) { return one.second.expired(); });
    auto& place = held_[{about.st_dev, about.st_ino}];
    auto out = place.lock();
    if (!out)
      place = out = std::make_shared<std::mutex>();
    return out;
  }

  std::mutex mutex_;
  std::map<std::pair<uint64_t, uint64_t>, std::weak_ptr<std::mutex>> held_;
};

} // namespace kodad::storage::host
