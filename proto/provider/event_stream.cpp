#include "proto/provider/event_stream.hpp"

#include "proto/json/frame_parser.hpp"
#include "proto/json/mend.hpp"

#include <algorithm>

namespace kodad::proto::provider {

namespace {

error cut_off() {
  return make_error(ec::stream_cut, "the answer ended before its end marker");
}

} // namespace

void add_text(std::vector<stream_chunk>& out, chunk_kind kind, std::string_view text) {
  if (out.empty() || out.back().kind != kind)
    out.emplace_back().kind = kind;
  out.back().text.append(text);
}

result<void> event_stream::feed(std::string_view bytes, chunks& out) {
  error_lines_.push(bytes, sse_);
  return drain(out);
}

result<void> event_stream::finish(chunks& out) {
  sse_.close(sse::at_end::flush);
  closing_ = true;
  if (auto drained = drain(out); !drained)
    return drained;
  if (!stopped_)
    failure_ = cut_off();
  return stopped_ ? result<void>() : *failure_;
}

result<void> event_stream::drain(chunks& out) {
  sse::event next;
  while (!failure_ && sse_.next(next))
    if (auto taken = take_event(next, out); !taken)
      failure_ = taken.failure();
  if (!failure_ && sse_.failed())
    failure_ = make_error(ec::provider_failed, "the provider sent an event that is too large");
  if (failure_)
    return *failure_;
  return {};
}

result<void> event_stream::take_event(const sse::event& from, chunks& out) {
  auto data = from.data.substr(std::min(from.data.find_first_not_of(' '), from.data.size()));
  if (data.empty())
    return {};
  if (data.starts_with("[DONE]"))
    return take_done(out);
  auto frame = parse(data);
  if (frame)
    return take_frame(from.type, *frame, out);
  if (stopped_)
    return {}; // Nothing is lost.
  return closing_ ? cut_off() : frame.failure();
}

result<json::object> event_stream::parse(std::string_view text) {
  auto frame = json::frame_parser(text, parse_).parse_object(text);
  if (frame)
    return frame;
  mended_ = json::mend(text);
  frame = json::frame_parser(mended_, parse_).parse_object(mended_);
  if (frame)
    return frame;
  if (!closing_) { // Recorded: a server that forgets the last brace of some of its events.
    mended_ = json::close_ends(mended_);
    frame = json::frame_parser(mended_, parse_).parse_object(mended_);
    if (frame)
      return frame;
  }
  return make_error(ec::provider_failed, "the provider sent a malformed chunk");
}

void event_stream::say_stop(stop_reason why, chunks& out) {
  if (stopped_)
    return;
  stopped_ = true;
  auto& told = out.emplace_back();
  told.kind = chunk_kind::stop;
  told.stop = why;
}

} // namespace kodad::proto::provider
