// The OPERATOR LOG: lines on stderr for what goes wrong while kodad runs. What repeats itself by
// the thousand is told a few times a second, with the number of lines left out. Never waits: a line
// for which stderr has no room counts as left out. Does not tell where the state is kept.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace kodad::http {

class operator_log {
public:
  using instant = std::chrono::steady_clock::time_point;

  /// Writes one line at once; false when it cannot.
  using line_writer = std::function<bool(std::string_view)>;

  /// @param left_out What those are that are left out, after "12 more ".
  /// @param state_folder Stands as "STATE" in what is told; empty: nothing does.
  operator_log(std::string left_out, std::string state_folder);
  operator_log(std::string left_out, std::string state_folder, line_writer write);

  /// From any thread.
  void add(std::string_view line);

  /// The same as of `now`.
  void add(std::string_view line, instant now);

private:
  std::string without_folder(std::string_view line) const;

  const std::string left_out_;
  const std::string state_folder_;
  const line_writer write_;
  std::mutex mutex_; ///< Guards what follows.
  instant window_begin_{};
  size_t in_window_ = 0;
  size_t unsaid_ = 0;
};

} // namespace kodad::http
