// NEWS PACE: how often the operator is told of something that may happen again and again. The first
// few times at once, then no more than so many in a while; what was passed over is counted and told
// with the next line. Pure.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>

namespace kodad::storage::host {

class news_pace {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// At most `lines` in any `window`.
  news_pace(size_t lines, std::chrono::steady_clock::duration window)
      : lines_(lines), window_(window) {}

  /// The line to be told now, if any.
  std::optional<std::string> pass(std::string line, time_point now) {
    while (!told_.empty() && now - told_.front() >= window_)
      told_.pop_front();
    if (told_.size() >= lines_) {
      ++passed_over_;
      return std::nullopt;
    }
    told_.push_back(now);
    if (passed_over_ > 0)
      line += " (" + std::to_string(passed_over_) + " more lines like this were left out before)";
    passed_over_ = 0;
    return line;
  }

private:
  size_t lines_;
  std::chrono::steady_clock::duration window_;
  std::deque<time_point> told_;
  size_t passed_over_ = 0;
};

} // namespace kodad::storage::host
