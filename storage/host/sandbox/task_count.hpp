// TASK COUNT: holds the processes and threads of one command to a bound, as each start is asked
// for. It keeps an estimate that is never too low, since only starts change it; the real number is
// asked for only when the estimate reaches the bound.
#pragma once

#include <cstdint>
#include <functional>
#include <sys/types.h>

namespace kodad::storage::host {

class task_count {
public:
  /// @param tasks_max 0 for no bound. @param count Tells how many there are, the starts that were
  /// granted included.
  task_count(uint64_t tasks_max, std::function<uint64_t()> count)
      : tasks_max_(tasks_max), count_(std::move(count)) {}

  /// May one more be started? Takes that it then is.
  bool grant() {
    if (tasks_max_ == 0)
      return true;
    if (estimate_ >= tasks_max_)
      estimate_ = count_();
    if (estimate_ >= tasks_max_)
      return false;
    ++estimate_;
    return true;
  }

private:
  uint64_t tasks_max_;
  std::function<uint64_t()> count_;
  uint64_t estimate_ = 2; ///< The broker and the command.
};

} // namespace kodad::storage::host
