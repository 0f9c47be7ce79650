// FILE ORDER: makes read-modify-write of one file a step of its own among concurrent tool calls.
// Calls on different files do not wait for each other, save for the rare two that share a stripe.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <string>

namespace kodad::actors {

class file_order {
public:
  /// Held while one call works on the file. @param path Absolute, so that all sessions agree.
  std::unique_lock<std::mutex> take(const std::string& path) {
    return std::unique_lock(stripes_[std::hash<std::string>{}(path) % stripes_.size()]);
  }

private:
  std::array<std::mutex, 64> stripes_;
};

} // namespace kodad::actors
