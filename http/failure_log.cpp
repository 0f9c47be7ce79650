#include "http/failure_log.hpp"

#include "http/error_response.hpp"
#include "proto/limits/door.hpp"

#include <cstdio>

namespace kodad::http {

namespace {

/// One line stays one line, whatever a file name holds.
std::string on_one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = '?';
  return out;
}

} // namespace

std::string failure_log::lines_for(std::string_view request_id, const proto::error& failure,
                                   instant now) {
  std::lock_guard lock(mutex_);
  std::string out;
  if (now - window_begin_ >= std::chrono::seconds(1)) {
    if (left_out_ > 0)
      out = "kodad: " + std::to_string(left_out_) + " more requests failed\n";
    window_begin_ = now;
    in_window_ = left_out_ = 0;
  }
  if (++in_window_ > proto::limits::failure_lines_per_second) {
    ++left_out_;
    return out;
  }
  out.append("kodad: request ").append(request_id).append(": ");
  out.append(proto::to_word(failure.code)).append(": ");
  return out.append(on_one_line(failure.context)).append("\n");
}

void log_failure(std::string_view request_id, const proto::error& failure) {
  static failure_log log;
  if (!is_internal(failure.code) || failure.context.empty())
    return;
  auto text = log.lines_for(request_id, failure, std::chrono::steady_clock::now());
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

} // namespace kodad::http
