#include "http/gateway/request_reader.hpp"

#include "http/error_response.hpp"

#include <algorithm>

namespace kodad::http {

namespace {

// Memory follows the bytes that have come, not the length a client announces.
constexpr size_t body_reserve_max = 64 * 1024;

} // namespace

size_t request_reader::feed(std::string_view bytes) {
  size_t used = 0;
  while (used < bytes.size() && state_ == state::head)
    used += feed_head(bytes.substr(used));
  if (state_ == state::body)
    used += feed_body(bytes.substr(used));
  return used;
}

void request_reader::give_up(rejection reason) {
  refusal_ = std::move(reason);
  state_ = state::refused;
}

size_t request_reader::feed_head(std::string_view bytes) {
  if (text_.empty() && !is_token_character(bytes[0]) && bytes[0] != '\r' && bytes[0] != '\n') {
    refuse(400, proto::ec::invalid_request, "this is no HTTP request");
    return bytes.size();
  }
  auto end = bytes.find('\n');
  size_t taken = end == std::string_view::npos ? bytes.size() : end + 1;
  text_.append(bytes.substr(0, taken));
  if (lines_ == 0 && text_.size() > limits_.request_line + 2)
    refuse(414, proto::ec::head_too_large, "the request line is too long");
  else if (text_.size() > limits_.head)
    refuse(431, proto::ec::head_too_large, "the head is too large");
  else if (end != std::string_view::npos)
    end_line();
  return taken;
}

void request_reader::end_line() {
  std::string_view line = std::string_view(text_).substr(line_begin_);
  if (!line.ends_with("\r\n"))
    return refuse(400, proto::ec::invalid_request, "a line does not end with CR LF");
  bool empty = line.size() == 2;
  if (empty && lines_ == 0) {
    // RFC 9112 2.2: one empty line before a request is an old client's habit.
    if (skipped_line_)
      return refuse(400, proto::ec::invalid_request, "the request line is empty");
    skipped_line_ = true;
    text_.clear();
    return;
  }
  if (empty)
    return end_head();
  line_begin_ = text_.size();
  if (++lines_ > limits_.lines + 1)
    refuse(431, proto::ec::head_too_large, "the head has too many lines");
}

void request_reader::end_head() {
  auto lines = std::string_view(text_).substr(0, line_begin_);
  if (auto bad = parse_head(lines, limits_, head_))
    return give_up(std::move(*bad));
  head_bytes_ = text_.size();
  std::string().swap(text_);
  body_.reserve(std::min(head_.body_length, body_reserve_max));
  state_ = head_.chunked || head_.body_length > 0 ? state::body : state::complete;
}

size_t request_reader::feed_body(std::string_view bytes) {
  if (!head_.chunked) {
    size_t taken = std::min(bytes.size(), head_.body_length - body_.size());
    body_.append(bytes.substr(0, taken));
    if (body_.size() == head_.body_length)
      state_ = state::complete;
    return taken;
  }
  size_t used = chunks_.feed(bytes, body_, limits_.body);
  if (chunks_.now() == chunk_reader::state::complete)
    state_ = state::complete;
  else if (chunks_.now() == chunk_reader::state::too_large)
    refuse_large_body();
  else if (chunks_.now() == chunk_reader::state::malformed)
    refuse(400, proto::ec::invalid_request, "the chunked body is malformed");
  return used;
}

void request_reader::refuse(int status, proto::ec code, std::string context) {
  give_up({status, proto::make_error(code, std::move(context))});
}

void request_reader::refuse_large_body() {
  auto failure = proto::make_error(proto::ec::body_too_large, "the body is too large");
  failure.limit = static_cast<int64_t>(limits_.body);
  give_up({to_status(failure.code), std::move(failure)});
}

} // namespace kodad::http
