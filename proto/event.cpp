#include "proto/event.hpp"

#include "proto/broader_rule.hpp"
#include "proto/json/codec.hpp"
#include "proto/limits/tools.hpp"
#include "proto/text/json_size.hpp"

#include <algorithm>

namespace kodad::proto {

namespace {

template <record T>
event from_record(event_type type, uint32_t turn, const T& notice) {
  return {type, turn, json::write(notice)};
}

/// `head` + escaped text + `"}`, with the text marked as mergeable.
event run_event(event_type type, uint32_t turn, std::string head, std::string_view text) {
  event out{type, turn, std::move(head)};
  out.content_begin = static_cast<uint32_t>(out.data.size());
  out.data += json::escape(text);
  out.content_end = static_cast<uint32_t>(out.data.size());
  out.data += "\"}";
  return out;
}

std::string bounded(std::string_view text, size_t json_bytes) {
  return text::json_bounded(text, json_bytes);
}

/// As many of the texts as fit together; the last of them may be cut.
std::vector<std::string> bounded(const std::vector<std::string>& texts, size_t json_bytes) {
  constexpr size_t least = 128; // Room for an element's quotes and a mark.
  std::vector<std::string> out;
  for (const auto& one : texts) {
    if (json_bytes < least)
      break;
    out.push_back(bounded(one, json_bytes - least / 2));
    json_bytes -= std::min(json_bytes, text::json_size(out.back()) + 3);
  }
  return out;
}

std::string call_head(call_name call, std::string_view last_key) {
  std::string head = "{\"call_id\":" + json::quote(call.call_id);
  head += ",\"tool\":" + json::quote(call.tool);
  head += ",\"" + std::string(last_key) + "\":\"";
  return head;
}

} // namespace

event delta_event(uint32_t turn, std::string_view text) {
  return run_event(event_type::delta, turn, "{\"content\":\"", text);
}

event reasoning_delta_event(uint32_t turn, std::string_view text) {
  return run_event(event_type::reasoning_delta, turn, "{\"content\":\"", text);
}

event reasoning_done_event(uint32_t turn, int64_t tokens) {
  return {event_type::reasoning_done, turn, "{\"tokens\":" + std::to_string(tokens) + "}"};
}

event tool_input_delta_event(uint32_t turn, call_name call, std::string_view delta) {
  return run_event(event_type::tool_input_delta, turn, call_head(call, "delta"), delta);
}

event tool_start_event(uint32_t turn, call_name call, std::string_view input,
                       std::string_view sandbox) {
  json::writer out;
  out.begin_object().key("call_id").string(call.call_id).key("tool").string(call.tool);
  out.key("input").string(bounded(input, limits::event_input_bytes));
  if (!sandbox.empty())
    out.key("sandbox").string(sandbox);
  out.end_object();
  return {event_type::tool_start, turn, out.take()};
}

event tool_output_event(uint32_t turn, call_name call, std::string_view chunk) {
  return run_event(event_type::tool_output, turn, call_head(call, "chunk"), chunk);
}

event tool_end_event(uint32_t turn, call_name call, const tool_ending& how) {
  json::writer out;
  out.begin_object().key("call_id").string(call.call_id).key("tool").string(call.tool);
  out.key("output").string(bounded(how.output, limits::event_output_bytes)).key("error");
  if (how.error)
    out.string(bounded(*how.error, limits::event_text_bytes));
  else
    out.null();
  out.key("duration_ms").integer(how.duration_ms);
  if (!how.diff.empty())
    out.key("diff").string(bounded(how.diff, limits::event_diff_bytes));
  out.end_object();
  return {event_type::tool_end, turn, out.take()};
}

event user_question_event(uint32_t turn, const question& asked) {
  auto shown = asked;
  shown.text = bounded(shown.text, limits::event_text_bytes);
  shown.options = bounded(shown.options, limits::event_text_bytes);
  if (shown.input)
    shown.input = bounded(*shown.input, limits::event_input_bytes);
  if (shown.suggested_pattern)
    shown.suggested_pattern = bounded(*shown.suggested_pattern, limits::event_text_bytes);
  json::writer out;
  write_shown(out, shown, asked);
  return {event_type::user_question, turn, out.take()};
}

event question_answered_event(uint32_t turn, const question_id& which,
                              const std::vector<std::string>& response) {
  json::writer out;
  out.begin_object().key("question_id").string(which.text).key("response").begin_array();
  for (const auto& choice : bounded(response, limits::event_output_bytes))
    out.string(choice);
  out.end_array().end_object();
  return {event_type::question_answered, turn, out.take()};
}

event retry_event(uint32_t turn, const retry_notice& notice) {
  auto out = from_record(event_type::retry, turn, notice);
  out.voids_attempt = true;
  return out;
}

event title_updated_event(std::string_view title) {
  return {event_type::title_updated, 0, "{\"title\":" + json::quote(title) + "}"};
}

event turn_start_event(const turn_start_notice& notice) {
  return from_record(event_type::turn_start, notice.turn, notice);
}

event usage_event(uint32_t turn, const usage_notice& notice) {
  return from_record(event_type::usage, turn, notice);
}

event done_event(const done_notice& notice) {
  return from_record(event_type::done, notice.turn, notice);
}

event error_event(const error_notice& notice) {
  return from_record(event_type::error, notice.turn.value_or(0), notice);
}

event session_updated_event(const session& now) {
  return from_record(event_type::session_updated, 0, now);
}

event session_deleted_event(const session_id& which) {
  return {event_type::session_deleted, 0, "{\"session_id\":" + json::quote(which.text) + "}"};
}

event reset_event(std::string_view reason, uint64_t last_event_id) {
  json::writer out;
  out.begin_object().key("reason").string(reason).key("last_event_id");
  out.integer(static_cast<int64_t>(last_event_id)).end_object();
  return {event_type::reset, 0, out.take()};
}

void set_void_after(event& retry, uint64_t id) {
  retry.data.insert(retry.data.size() - 1, ",\"void_after\":" + std::to_string(id));
}

} // namespace kodad::proto
