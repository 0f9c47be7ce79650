#include "proto/provider/anthropic_stream.hpp"

#include "proto/limits.hpp"
#include "proto/provider/anthropic_usage.hpp"

#include <algorithm>
#include <utility>

namespace kodad::proto::provider {

namespace {

std::string_view string_in(const json::object& from, std::string_view key) {
  return json::find_string(from, key).value_or("");
}

/// JSON that is sent as a string, or as itself; an empty object is nothing.
std::string json_in(const json::object& from, std::string_view key) {
  auto node = json::find(from, key);
  json::object inner;
  if (node && node->get(inner) == simdjson::SUCCESS)
    return inner.size() > 0 ? json::to_text(*node) : std::string();
  return std::string(string_in(from, key));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

} // namespace

result<void> anthropic_stream::take_frame(std::string_view name, const json::object& frame,
                                          chunks& out) {
  if (is_stopped())
    return {};
  auto type = json::find_string(frame, "type").value_or(name);
  if (type == "message" && json::find_array(frame, "content"))
    return take_whole(frame, out);
  bool is_known = type.starts_with("content_block_") || type.starts_with("message_");
  started_ = started_ || is_known;
  if (!is_known && type != "ping")
    note_stranger(frame);
  if (type == "content_block_delta")
    return take_delta(frame, out);
  if (type == "content_block_start")
    return take_start(frame, out);
  if (type == "content_block_stop")
    return close(json::find_integer(frame, "index").value_or(last_index_), out);
  auto message = json::find_object(frame, "message");
  if (message)
    keep_content(*message);
  if (type == "message_stop")
    return end_answer(out);
  if (type == "message_start" && message)
    take_message(*message, out);
  else if (type == "message_delta")
    take_message_delta(frame, out);
  return {};
}

void anthropic_stream::take_message(const json::object& message, chunks& out) {
  // Said twice by some; the second time it must not take the counts back.
  if (std::exchange(has_message_, true))
    return;
  if (auto spent = json::find_object(message, "usage"))
    take_usage(*spent, out);
}

void anthropic_stream::take_message_delta(const json::object& frame, chunks& out) {
  if (auto spent = json::find_object(frame, "usage"))
    take_usage(*spent, out);
  if (auto delta = json::find_object(frame, "delta"))
    take_ending(*delta);
}

void anthropic_stream::take_ending(const json::object& from) {
  if (auto reason = json::find_string(from, "stop_reason"))
    stop_reason_ = *reason;
  if (auto details = json::find_object(from, "stop_details"))
    explanation_ = string_in(*details, "explanation");
}

/// The answer is one message, not a stream of events.
result<void> anthropic_stream::take_whole(const json::object& message, chunks& out) {
  started_ = true;
  take_message(message, out);
  take_ending(message);
  auto content = json::find_array(message, "content");
  if (auto taken = take_content(*content, out); !taken)
    return taken;
  return end_answer(out);
}

void anthropic_stream::keep_content(const json::object& message) {
  auto content = json::find_array(message, "content");
  if (content && content->size() > 0)
    content_ = json::to_text(*json::find(message, "content"));
}

/// The blocks of a whole message of which nothing was streamed.
result<void> anthropic_stream::take_content(const json::array& content, chunks& out) {
  int64_t index = -1;
  for (auto node : content) {
    ++index;
    json::object from;
    if (streamed_.contains(index) || node.get(from) != simdjson::SUCCESS)
      continue;
    if (auto taken = take_block(index, from, out); !taken)
      return taken;
    if (auto closed = close(index, out); !closed)
      return closed;
  }
  return {};
}

result<void> anthropic_stream::take_kept_content(chunks& out) {
  json::parser parse;
  json::array content;
  auto root = parse.parse(content_);
  return root && root->get(content) == simdjson::SUCCESS ? take_content(content, out)
                                                         : result<void>();
}

void anthropic_stream::take_usage(const json::object& from, chunks& out) {
  auto now = spent_;
  read_anthropic_usage(from, now);
  if (now == spent_)
    return;
  spent_ = now;
  auto& told = out.emplace_back();
  told.kind = chunk_kind::usage;
  told.spent = now;
}

result<void> anthropic_stream::take_start(const json::object& frame, chunks& out) {
  auto from = json::find_object(frame, "content_block");
  if (!from)
    return {};
  auto index = json::find_integer(frame, "index").value_or(last_index_ + 1);
  auto known = open_.find(index);
  if (known != open_.end() && !known->second.begun &&
      known->second.kind == kind_of(string_in(*from, "type")) &&
      known->second.call_id == string_in(*from, "id"))
    return {}; // Said twice.
  return take_block(index, *from, out);
}

/// The start of a block, or all of it.
result<void> anthropic_stream::take_block(int64_t index, const json::object& from, chunks& out) {
  auto kind = kind_of(string_in(from, "type"));
  if (auto opened = open(index, kind, out); !opened)
    return opened;
  if (kind == block_kind::call) {
    streamed_.insert(index);
    call_at_[index] = calls_begun_;
    return begin_call(open_[index], from, out);
  }
  if (kind == block_kind::text)
    return take_text(index, kind, string_in(from, "text"), out);
  if (kind != block_kind::thinking)
    return {};
  if (auto taken = take_text(index, kind, string_in(from, "thinking"), out); !taken)
    return taken;
  take_seal(index, seal_kind::signature, string_in(from, "signature"), out);
  take_seal(index, seal_kind::redacted, string_in(from, "data"), out);
  return {};
}

anthropic_stream::block_kind anthropic_stream::kind_of(std::string_view type) {
  if (type == "text")
    return block_kind::text;
  if (type == "thinking" || type == "redacted_thinking")
    return block_kind::thinking;
  return type == "tool_use" ? block_kind::call : block_kind::other;
}

result<void> anthropic_stream::open(int64_t index, block_kind kind, chunks& out) {
  if (auto closed = close(index, out); !closed)
    return closed;
  // What another block follows is whole: only the last can have lost its arguments.
  if (bare_call_)
    if (auto taken = calls_.add({*bare_call_, {}, {}, "{}"}, out); !taken)
      return taken;
  bare_call_.reset();
  if (open_.size() == limits::calls_per_answer)
    return make_error(ec::provider_failed, "the provider sent too many blocks at once");
  open_[index].kind = kind;
  last_index_ = std::clamp<int64_t>(index, 0, INT32_MAX);
  return {};
}

result<void> anthropic_stream::begin_call(block& into, const json::object& from, chunks& out) {
  end_speech(out);
  spoken_.reset();
  into.call = calls_begun_++;
  into.call_id = string_in(from, "id");
  // Empty as a rule; some gateways put everything here.
  into.input = json_in(from, "input");
  return calls_.add({into.call, into.call_id, string_in(from, "name"), {}}, out);
}

result<void> anthropic_stream::take_delta(const json::object& frame, chunks& out) {
  auto delta = json::find_object(frame, "delta");
  if (!delta)
    return {};
  auto index = json::find_integer(frame, "index").value_or(last_index_);
  auto type = string_in(*delta, "type");
  if (type == "text_delta")
    return take_text(index, block_kind::text, string_in(*delta, "text"), out);
  if (type == "thinking_delta")
    return take_text(index, block_kind::thinking, string_in(*delta, "thinking"), out);
  if (type == "signature_delta")
    take_seal(index, seal_kind::signature, string_in(*delta, "signature"), out);
  if (type == "input_json_delta")
    return take_input(index, json_in(*delta, "partial_json"), out);
  return {};
}

result<void> anthropic_stream::take_text(int64_t index, block_kind kind, std::string_view text,
                                         chunks& out) {
  if (text.empty())
    return {};
  auto known = open_.find(index);
  if (known == open_.end()) // Its start is missing; its text need not be.
    if (auto opened = open(index, kind, out); !opened)
      return opened;
  auto& into = open_[index];
  if (into.kind != kind)
    return {};
  into.altered = into.altered || is_mended();
  say(index, text, out);
  return {};
}

/// Gateways end a block before all of its arguments have come.
result<void> anthropic_stream::take_input(int64_t index, std::string_view piece, chunks& out) {
  auto known = open_.find(index);
  if (known != open_.end() && known->second.kind == block_kind::call)
    known->second.begun = known->second.begun || !is_blank(piece);
  auto call = call_at_.find(index);
  bool is_other = known != open_.end() && known->second.kind != block_kind::call;
  if (call == call_at_.end() || is_other)
    return {};
  if (bare_call_ == call->second && !is_blank(piece))
    bare_call_.reset();
  return calls_.add({call->second, {}, {}, piece}, out);
}

void anthropic_stream::take_seal(int64_t index, seal_kind kind, std::string_view data,
                                 chunks& out) {
  auto known = open_.find(index);
  if (data.empty() || known == open_.end() || known->second.kind != block_kind::thinking)
    return;
  auto& into = known->second;
  if (!into.begun)
    say(index, {}, out); // All that there is: the text is withheld.
  seal_bytes_ += data.size();
  into.altered = into.altered || is_mended() || seal_bytes_ > limits::opaque_bytes;
  into.seal = into.altered ? anthropic_seal{} : anthropic_seal{kind, std::string(data)};
}

result<void> anthropic_stream::close(int64_t index, chunks& out) {
  auto known = open_.find(index);
  if (known == open_.end())
    return {};
  if (speaker_ == index)
    end_speech(out);
  auto from = std::move(known->second);
  open_.erase(known);
  if (from.kind != block_kind::call || from.begun)
    return {};
  if (!from.input.empty())
    return calls_.add({from.call, {}, {}, from.input}, out);
  bare_call_ = from.call;
  return {};
}

void anthropic_stream::say(int64_t index, std::string_view text, chunks& out) {
  auto& from = open_[index];
  auto kind = from.kind == block_kind::text ? chunk_kind::text : chunk_kind::reasoning;
  if (speaker_ != index) {
    end_speech(out);
    from.altered = from.altered || from.begun;
    from.begun = true;
    streamed_.insert(index);
    if (spoken_ == kind)
      out.emplace_back().kind = chunk_kind::part_end;
    speaker_ = index;
    spoken_ = kind;
  }
  add_text(out, kind, text);
}

void anthropic_stream::end_speech(chunks& out) {
  if (!speaker_)
    return;
  const auto& from = open_[*speaker_];
  speaker_.reset();
  if (from.kind != block_kind::thinking)
    return;
  if (!from.seal.data.empty() && !from.altered) {
    auto& told = out.emplace_back();
    told.kind = chunk_kind::opaque;
    told.text = to_opaque(from.seal);
  }
  out.emplace_back().kind = chunk_kind::reasoning_end;
}

stop_reason anthropic_stream::why_stopped() const {
  if (stop_reason_ == "max_tokens")
    return stop_reason::length;
  if (stop_reason_ == "model_context_window_exceeded")
    return stop_reason::context_full;
  if (stop_reason_ == "pause_turn")
    return stop_reason::pause;
  if (stop_reason_ == "refusal")
    return stop_reason::refusal;
  return calls_.empty() ? stop_reason::end : stop_reason::tool_calls;
}

result<void> anthropic_stream::end_answer(chunks& out) {
  while (!open_.empty())
    if (auto closed = close(open_.begin()->first, out); !closed)
      return closed;
  if (auto taken = take_kept_content(out); !taken)
    return taken;
  auto why = why_stopped();
  if (why == stop_reason::refusal && !is_blank(explanation_)) {
    if (spoken_ == chunk_kind::text)
      out.emplace_back().kind = chunk_kind::part_end;
    add_text(out, chunk_kind::text, explanation_);
  }
  bool cut_short = why != stop_reason::end && why != stop_reason::tool_calls;
  calls_.finish(cut_short ? calls_end::cut_short : calls_end::complete, out);
  if (why == stop_reason::end && stop_reason_ == "tool_use")
    return make_error(ec::provider_failed, "the provider spoke of a tool call and sent none");
  say_stop(why, out);
  return {};
}

} // namespace kodad::proto::provider
