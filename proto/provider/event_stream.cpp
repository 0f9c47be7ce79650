#include "proto/provider/event_stream.hpp"

#include "proto/json/frame_parser.hpp"
#include "proto/json/mend.hpp"
#include "proto/limits.hpp"
#include "proto/provider/classify.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace kodad::proto::provider {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view blanks = " \t\r\n";

std::string_view skip_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text;
}

error malformed() {
  return make_error(ec::provider_failed, "the provider sent a malformed chunk");
}

/// Null, false and what is empty say that there is no error.
bool says_error(const json::object& frame) {
  auto node = json::find(frame, "error");
  if (!node)
    return false;
  bool flag = true;
  std::string_view text = "x";
  json::object inner;
  if (node->get(flag) == simdjson::SUCCESS)
    return flag;
  if (node->get(text) == simdjson::SUCCESS)
    return !text.empty();
  return node->get(inner) != simdjson::SUCCESS || inner.size() > 0;
}

/// Is this the beginning of an event stream, and be it of its first word?
bool begins_stream(std::string_view head) {
  constexpr std::array<std::string_view, 5> fields{"data:", "event:", "id:", "retry:", ":"};
  return std::ranges::any_of(fields, [&](std::string_view field) {
    return head.starts_with(field) || field.starts_with(head);
  });
}

/// Does a JSON text lack its end?
bool lacks_end(std::string_view document) {
  auto last = document.find_last_not_of(blanks);
  return last == std::string_view::npos || (document[last] != '}' && document[last] != ']');
}

/// The title of a web page, or all of its words.
std::string words_of_page(std::string_view page) {
  auto title = page.find("<title>");
  if (title != std::string_view::npos) {
    page.remove_prefix(title + std::string_view("<title>").size());
    page = page.substr(0, page.find("</title>"));
  }
  std::string out;
  bool in_tag = false;
  for (char c : page) {
    bool is_blank = blanks.find(c) != std::string_view::npos;
    if (c == '<' || c == '>')
      in_tag = c == '<';
    bool parts = in_tag || is_blank || c == '>';
    if (!parts)
      out.push_back(c);
    else if (!out.empty() && out.back() != ' ')
      out.push_back(' ');
  }
  return out;
}

} // namespace

void add_text(std::vector<stream_chunk>& out, chunk_kind kind, std::string_view text) {
  if (out.empty() || out.back().kind != kind)
    out.emplace_back().kind = kind;
  out.back().text.append(text);
}

error event_stream::cut_off() {
  return make_error(ec::stream_cut, "the answer ended before its end marker");
}

result<void> event_stream::feed(std::string_view bytes, chunks& out) {
  push(bytes);
  return drain(out);
}

result<void> event_stream::finish(body_end how, chunks& out) {
  if (framing_ == framing::unknown && !start_.empty())
    push(std::exchange(start_, {}) + "\n");
  sse_.close(sse::at_end::flush);
  closing_ = true;
  if (auto drained = drain(out); !drained)
    return drained;
  if (stopped_)
    return {};
  if (!has_begun()) {
    failure_ = how == body_end::orderly ? no_answer() : cut_off();
    return *failure_;
  }
  tail_cut_ = tail_cut_ || objects_.is_open();
  bool is_cut = tail_cut_ && how == body_end::orderly;
  chunks fresh;
  auto ended = take_end(is_cut ? body_end::silent : how, fresh);
  join_characters(fresh, out);
  if (ended)
    return {};
  failure_ = remark_ ? classify_frame(*remark_) : ended.failure();
  return *failure_;
}

void event_stream::push(std::string_view bytes) {
  if (framing_ == framing::unknown) {
    start_.append(bytes);
    std::string_view seen = start_;
    if (seen.size() < byte_order_mark.size() && byte_order_mark.starts_with(seen) && !seen.empty())
      return;
    if (seen.starts_with(byte_order_mark))
      seen.remove_prefix(byte_order_mark.size());
    seen = skip_blanks(seen);
    if (seen.empty())
      return start_.clear();
    bool is_json = seen.front() == '{' || seen.front() == '[';
    bool is_page = seen.front() == '<';
    framing_ = is_json ? framing::objects : is_page ? framing::page : framing::events;
    auto begun = std::string(seen);
    start_.clear();
    return push(begun);
  }
  if (!has_begun())
    head_.append(bytes.substr(0, limits::provider_error_bytes - head_.size()));
  if (framing_ == framing::objects)
    objects_.push(bytes);
  else if (framing_ == framing::events)
    error_lines_.push(bytes, sse_);
}

bool event_stream::next_event(sse::event& out) {
  if (framing_ != framing::objects)
    return sse_.next(out);
  auto text = objects_.next();
  if (text)
    out = {"message", *text, {}};
  return text.has_value();
}

result<void> event_stream::drain(chunks& out) {
  chunks fresh;
  auto taken = take_events(fresh);
  join_characters(fresh, out);
  if (has_begun())
    std::string().swap(head_);
  return taken;
}

result<void> event_stream::take_events(chunks& out) {
  sse::event next;
  while (!failure_ && next_event(next))
    if (auto taken = take_event(next, out); !taken)
      failure_ = taken.failure();
  if (!failure_ && !stopped_ && is_oversized())
    failure_ = make_error(ec::provider_failed, "the provider sent an event that is too large");
  if (failure_)
    return *failure_;
  return {};
}

result<void> event_stream::take_event(const sse::event& from, chunks& out) {
  auto data = skip_blanks(from.data);
  if (data.empty())
    return {};
  if (data.starts_with("[DONE]"))
    return take_done(out);
  constexpr std::string_view json_starts = "{[\"-0123456789";
  if (json_starts.find(data.front()) == std::string_view::npos)
    return take_words(from.type, data);
  if (auto lines = data.find('\n'); lines != std::string_view::npos)
    if (json::frame_parser(data, parse_).parse(data.substr(0, lines)) &&
        !json::frame_parser(data, parse_).parse(data))
      return take_lines(data, out);
  auto root = parse(data);
  if (root)
    return take_root(from.type, *root, out);
  if (from.type == "error" && !stopped_ && !closing_)
    return classify_frame(read_complaint(data));
  return take_malformed(root.failure());
}

/// Events that a server parts by one line end only, so that they come as the lines of one. What
/// they are called went with that: only the last name is left.
result<void> event_stream::take_lines(std::string_view lines, chunks& out) {
  while (!lines.empty()) {
    auto end = std::min(lines.find('\n'), lines.size());
    if (auto taken = take_event({"message", lines.substr(0, end), {}}, out); !taken)
      return taken;
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return {};
}

/// What is malformed after the end marker loses nothing, and what the end of the body cut off is
/// judged there.
result<void> event_stream::take_malformed(error why) {
  if (stopped_)
    return {};
  if (!closing_)
    return why;
  tail_cut_ = true;
  return {};
}

result<void> event_stream::take_words(std::string_view type, std::string_view words) {
  if (stopped_)
    return {};
  if (type == "error")
    return classify_frame(read_complaint(words));
  if (type == "message") // Other events are nobody's: names that stand for a sign of life.
    remark_ = read_complaint(words);
  return {};
}

/// A frame, or an array of them: Gemini's errors come so.
result<void> event_stream::take_root(std::string_view type, const json::value& root, chunks& out) {
  json::object frame;
  json::array frames;
  if (root.get(frame) == simdjson::SUCCESS)
    return take_object(type, frame, out);
  if (root.get(frames) != simdjson::SUCCESS || frames.size() == 0)
    return type == "message" || type == "error" ? take_malformed(malformed()) : result<void>();
  for (auto node : frames) {
    if (node.get(frame) != simdjson::SUCCESS)
      continue;
    if (auto taken = take_object(type, frame, out); !taken)
      return taken;
  }
  return {};
}

result<void> event_stream::take_object(std::string_view type, const json::object& frame,
                                       chunks& out) {
  bool is_error = type == "error" || says_error(frame) ||
                  json::find_string(frame, "type") == "error" ||
                  json::find_string(frame, "object") == "error";
  if (is_error && !stopped_)
    return classify_frame(read_complaint(frame));
  remark_.reset();
  return take_frame(type, frame, out);
}

result<json::value> event_stream::parse(std::string_view text) {
  is_mended_ = false;
  if (auto root = json::frame_parser(text, parse_).parse(text))
    return root;
  if (auto root = parse_mended(text, json::mend(text, json::half::marked)))
    return root;
  // Recorded: a server that forgets the last brace of some of its events.
  if (!closing_)
    if (auto root = parse_mended(text, json::close_ends(mended_)))
      return root;
  return malformed();
}

result<json::value> event_stream::parse_mended(std::string_view text, std::string mended) {
  mended_ = std::move(mended);
  is_mended_ = true;
  has_halves_ = has_halves_ || mended_ != text;
  return json::frame_parser(mended_, parse_).parse(mended_);
}

void event_stream::note_stranger(const json::object& frame) {
  auto said = read_complaint(frame);
  if (!said.message.empty())
    remark_ = std::move(said);
}

error event_stream::no_answer() const {
  if (remark_)
    return classify_frame(*remark_);
  bool is_cut = is_document() ? lacks_end(head_) || objects_.is_open() : begins_stream(head_);
  if (head_.empty() || tail_cut_ || (framing_ != framing::page && is_cut))
    return cut_off();
  if (framing_ == framing::page) {
    complaint page;
    page.message = "a web page: " + words_of_page(head_);
    return classify_frame(page);
  }
  auto said = read_complaint(head_);
  if (said.message.empty())
    said.message = head_;
  return classify_frame(said);
}

/// Halves of characters that met become one, in whatever events they came.
void event_stream::join_characters(chunks& from, chunks& out) {
  for (auto& chunk : from) {
    bool is_text = chunk.kind == chunk_kind::text || chunk.kind == chunk_kind::reasoning;
    if (chunk.kind != chunk_kind::usage && (!is_text || chunk.kind != held_of_))
      say_held(out);
    if (!is_text) {
      out.push_back(std::move(chunk));
      continue;
    }
    held_of_ = chunk.kind;
    bool was_empty = chunk.text.empty(); // It begins a part.
    auto text = has_halves_ ? halves_.feed(chunk.text) : std::move(chunk.text);
    if (was_empty || !text.empty())
      add_text(out, chunk.kind, text);
  }
}

void event_stream::say_held(chunks& out) {
  if (!halves_.empty())
    add_text(out, held_of_, halves_.flush());
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
