#include "http/operator_log.hpp"

#include "http/report.hpp"
#include "proto/limits/door.hpp"

#include <utility>

namespace kodad::http {

operator_log::operator_log(std::string left_out, std::string state_folder)
    : operator_log(std::move(left_out), std::move(state_folder),
                   [](std::string_view line) { return tell(line, std::chrono::milliseconds(0)); }) {
}

operator_log::operator_log(std::string left_out, std::string state_folder, line_writer write)
    : left_out_(std::move(left_out)), state_folder_(std::move(state_folder)),
      write_(std::move(write)) {}

void operator_log::add(std::string_view line) {
  add(line, std::chrono::steady_clock::now());
}

void operator_log::add(std::string_view line, instant now) {
  std::lock_guard lock(mutex_);
  if (now - window_begin_ >= std::chrono::seconds(1)) {
    window_begin_ = now;
    in_window_ = 0;
    if (auto unsaid = std::exchange(unsaid_, 0); unsaid > 0)
      if (!write_(std::to_string(unsaid) + " more " + left_out_))
        unsaid_ = unsaid;
  }
  bool is_told = in_window_ < proto::limits::failure_lines_per_second;
  ++in_window_;
  if (!is_told || !write_(without_folder(line)))
    ++unsaid_;
}

std::string operator_log::without_folder(std::string_view line) const {
  std::string out(line);
  if (state_folder_.empty())
    return out;
  for (auto at = out.find(state_folder_); at != std::string::npos; at = out.find(state_folder_, at))
    out.replace(at, state_folder_.size(), "STATE");
  return out;
}

} // namespace kodad::http
